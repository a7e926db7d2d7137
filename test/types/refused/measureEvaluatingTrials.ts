// expected: error TS2339: Property 'evaluate' does not exist on type 'Iterate'.
import { defineMeasure } from "fluxion";

defineMeasure({ name: "m", step: (it) => void it.evaluate(it.point) });
