// expected: error TS2322: Type 'number' is not assignable to type 'undefined'.
import { measure } from "fluxion";

measure({
  name: "m",
  columns: { spectrum: { meaning: "s", kind: "vector" } },
  step: () => ({ columns: { spectrum: 1 } }),
});
