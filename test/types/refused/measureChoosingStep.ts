// expected: error TS2322: Type '{ stepSize: number; }' is not assignable to type 'void | MeasureResult<undefined, {}>'.
import { defineMeasure } from "fluxion";

defineMeasure({ name: "m", step: () => ({ stepSize: 0.1 }) });
