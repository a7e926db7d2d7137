// expected: error TS2339: Property 'evaluate' does not exist on type 'Iterate'.
import { measure } from "fluxion";

measure({ name: "m", step: (it) => void it.evaluate(it.point) });
