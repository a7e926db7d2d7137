/** Certificates: critical points that are proved, with their index, and points near which there is none. */
export { claimedSymmetry } from "../problems/symmetries/claimed.ts";
export type { AffineGenerator, Symmetry, SymmetryEvidence } from "../problems/symmetries/symmetry.ts";
export {
  type Bounds,
  type Certificate,
  type Exclusion,
  type SymmetryUse,
  type Verdict,
  verdicts,
  type ZeroProof,
} from "./certificate.ts";
export { type CertifyOptions, certify } from "./certify.ts";
export { excludeZero } from "./excludeZero.ts";
export { type FindSymmetriesOptions, findSymmetries } from "./findSymmetries.ts";
export { type Sameness, sameZero } from "./sameZero.ts";
export { symmetriesOf } from "./symmetriesOf.ts";
