// expected: error TS2322: Type 'number' is not assignable to type 'undefined'.
import { defineMeasure } from "fluxion";

defineMeasure({
  name: "m",
  columns: { spectrum: { meaning: "s", kind: "vector" } },
  step: () => ({ columns: { spectrum: 1 } }),
});
