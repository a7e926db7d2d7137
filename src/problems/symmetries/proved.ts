import type { DataValues, TracedProblem } from "../problem.ts";
import type { HiddenUnits } from "./hiddenUnits.ts";
import type { Symmetry } from "./symmetry.ts";

/** What the construction of a problem proves about its symmetries. */
export interface ProvedSymmetries {
  readonly continuous: readonly Symmetry[];
  /** Hidden layers whose units may be exchanged, or change their sign. */
  readonly units: readonly HiddenUnits[];
}

/**
 * Not a member of the problems: a copy of a problem with another loss in it must not keep the proof. Whoever copies
 * one loses it, which costs a certificate its unconditional verdict, but never its truth.
 */
const proofs = new WeakMap<object, () => ProvedSymmetries>();

/**
 * Notes what is proved of a problem, for the function that constructs it, and returns the problem.
 *
 * @param proved makes the symmetries, once, when they are first asked for: a wide network has long lists of places
 */
export function withProof<P extends object>(problem: P, proved: () => ProvedSymmetries): P {
  let known: ProvedSymmetries | undefined;
  proofs.set(problem, () => {
    known ??= proved();
    return known;
  });
  return problem;
}

/** The same for what holds on any data: problems that `with` gives keep it. */
export function withProofOnAnyData<P extends Pick<TracedProblem, "with">>(
  problem: P,
  proved: () => ProvedSymmetries,
): P {
  const other = problem.with;
  return Object.assign(withProof(problem, proved), {
    with: (data: DataValues) => withProofOnAnyData(other(data), proved),
  });
}

/** Gives what the construction of a problem proves; nothing for a problem that was constructed otherwise. */
export function provedOf(problem: object): ProvedSymmetries {
  return proofs.get(problem)?.() ?? { continuous: [], units: [] };
}
