// expected: error TS2561: Object literal may only specify known properties, but 'resdual' does not exist in type '{ readonly residual: number | undefined; } & {}'. Did you mean to write 'residual'?
import { defineMeasure } from "fluxion";

defineMeasure({ name: "m", columns: { residual: { meaning: "r" } }, step: () => ({ columns: { resdual: 1 } }) });
