import type { Certificate } from "../../certify/certificate.ts";

/**
 * What a certificate says of the given point. `zero`: it lies next to a critical point; `given`: the same if a symmetry is
 * one; `none`: there is none near it; `away`: Newton's steps lead from it to one that is farther away, and nothing is
 * excluded.
 */
export type Outcome = "zero" | "given" | "none" | "away" | "undecided";

/** Sorts a certificate by what it says of the given point, from which Newton's steps may have led far away. */
export function outcomeOf({ verdict, excluded }: Pick<Certificate, "verdict" | "excluded">): Outcome {
  if (verdict === "undecided") return "undecided";
  if (verdict === "no zero" || (excluded !== undefined && excluded > 0)) return "none";
  if (excluded !== undefined) return "away";
  return verdict === "zero" ? "zero" : "given";
}
