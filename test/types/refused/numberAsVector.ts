// expected: error TS2322: Type 'Float64Array<ArrayBufferLike>' is not assignable to type 'undefined'.
import { measure } from "fluxion";

measure({ name: "m", columns: { norm: { meaning: "n" } }, step: (it) => ({ vectors: { norm: it.point } }) });
