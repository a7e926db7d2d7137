// expected: error TS2322: Type 'Float64Array<ArrayBufferLike>' is not assignable to type 'undefined'.
import { defineMeasure } from "fluxion";

defineMeasure({ name: "m", columns: { norm: { meaning: "n" } }, step: (it) => ({ vectors: { norm: it.point } }) });
