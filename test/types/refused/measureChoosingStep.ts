// expected: error TS2322: Type '{ stepSize: number; }' is not assignable to type 'void | MeasureResult<undefined, {}>'.
import { measure } from "fluxion";

measure({ name: "m", step: () => ({ stepSize: 0.1 }) });
