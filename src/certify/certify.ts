import { vectorNormBound } from "../linalg/index.ts";
import { type Checked, readOptions } from "../options.ts";
import type { Problem } from "../problems/problem.ts";
import type { Symmetry } from "../problems/symmetries/symmetry.ts";
import { type Attempt, atLeast, Enclosures, radii, show, type Zero } from "./attempt.ts";
import type { Certificate, Verdict } from "./certificate.ts";
import { type Curvatures, curvaturesAt } from "./curvatures.ts";
import { curvedRadius } from "./curvedBall.ts";
import { excludedRadius } from "./excluded.ts";
import { zeroOfField } from "./fieldZero.ts";
import { zeroOfGradient } from "./gradientZero.ts";
import { distanceInside } from "./insideSet.ts";
import { polished } from "./polish.ts";
import { distanceUp } from "./rounding.ts";
import { checkedPoint, leastRadiusRule, subjectOf } from "./subject.ts";
import { type UsedSymmetries, usedSymmetries } from "./usedSymmetries.ts";

/** Options of {@link certify}. */
export interface CertifyOptions {
  /**
   * Symmetries of the loss, which explain the kernel of its Hessian. Default: those that the problem's construction
   * proves, see `symmetriesOf`. An empty list stands for none.
   */
  readonly symmetry?: Symmetry | readonly Symmetry[];
  /** Most steps of Newton's method after a first attempt that fails. 0 certifies the given point or none. Default 8. */
  readonly polish?: number;
  /** `grow` looks for a large radius of uniqueness, by up to 14 more Hessians. Default `least`. */
  readonly radius?: "least" | "grow";
  /**
   * Least radius of `no zero`, relative to ||z||: every F other than 0 excludes some ball, and a tiny one means nothing.
   * Default 1e-4: a network whose parameters change by so little computes nearly the same.
   */
  readonly leastRadius?: number;
}

const isSymmetry = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "generators" in value && typeof value.generators === "function";

const rules = {
  symmetry: {
    expected: "a symmetry or a list of them",
    is: (value: unknown) => (Array.isArray(value) ? value.every(isSymmetry) : isSymmetry(value)),
  },
  polish: { default: 8, integer: true, min: 0 },
  radius: { default: "least", oneOf: ["least", "grow"] },
  leastRadius: leastRadiusRule,
} as const;

/** Share of ||z|| beyond which a polished point is another one, of which the given one may be far. */
const farMoved = 0.01;

/** Factor by which the second order may enlarge a ball that the first order excludes. */
const hopeful = 5;

/** Dimension up to which matrices are made. Beyond it zeros can be excluded, but not proved. */
const mostDense = 2000;

/** What is taken for granted in every verdict. */
const standing = [
  "the loss is the traced graph in exact arithmetic, on the data as they are stored",
  "additions, multiplications, divisions and square roots round as IEEE 754 says",
  "exp, log, tanh and the other elementary functions are within 8 units of 2^-53 of their exact values",
] as const;

/**
 * Proves that there is a critical point near a point, with its Morse index and its loss; or that there is none.
 *
 * Everything is computed in intervals that enclose the exact numbers. The verdict is
 * - `zero`: exactly one zero of F lies within `unique` of z, and within `exists`; under a symmetry with an orbit of
 *   dimension m, exactly one in the slice across the orbit. The zero has exactly `morseIndex` negative curvatures, a
 *   kernel of dimension m, and a loss between `loss.low` and `loss.high`. If a symmetry that is not proved was
 *   needed, the verdict is `zero, given the symmetry`;
 * - `no zero`: none lies within `excluded` of the given point, that is at least 1e-4 of ||z||, and Newton's method does
 *   not seem to converge to one beyond;
 * - `undecided`: neither is proved. `because` says why, and what to do.
 *
 * The point is tried first as it is. If that fails, at most 8 Newton steps lead on from it, and `moved` says how far.
 * If there is no zero either, {@link excludeZero} has the word.
 *
 * For a field that is not a gradient it proves existence and uniqueness, and the kernel is 0. Under a constraint, the
 * point has to be inside. A zero that is degenerate without a symmetry, such as that of x^4, stays undecided, as does one
 * at a kink.
 *
 * Cost: for a regular zero one Hessian and two in intervals, 20 n^3 operations and 10 n^2 numbers; n = 128 takes tens of
 * milliseconds. Beyond n = 2000 only `no zero` can be proved.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 2, hidden: 1, data: Float64Array.of(2, 0, 0, 1) });
 * const { verdict, morseIndex, kernelDimension, exists } = certify(loss, Float64Array.of(0, 0.9, 0, 1.1));
 * console.log(verdict, morseIndex, kernelDimension, exists! < 1e-12);
 * // zero 1 1 true
 * @param problem a problem that `objective`, `vectorField` or their kin traced
 * @param point point near which a zero is expected
 * @param options {@link CertifyOptions}
 * @throws {TypeError} ERR_UNSUPPORTED for a problem that is not traced, or a point at which a constraint is active;
 *   ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for a wrong point; ERR_OPTION_RANGE for options out of range
 * @see Rump, "Verification methods: rigorous results using floating-point arithmetic", Acta Numerica 19, 2010,
 *   doi:10.1017/S096249291000005X
 */
export function certify(problem: Problem, point: ArrayLike<number>, options: CertifyOptions = {}): Certificate {
  const who = "certify";
  const read = readOptions(who, options, rules);
  const given = checkedPoint(who, problem, point);
  const enclosures = new Enclosures(problem, subjectOf(who, problem, given));
  const inside = distanceInside(who, problem.constraint, given);
  const list = read.symmetry === undefined ? undefined : Array.isArray(read.symmetry) ? read.symmetry : [read.symmetry];
  const symmetries = usedSymmetries(who, problem, enclosures, given, list as readonly Symmetry[] | undefined);
  const search = new Search({ enclosures, symmetries, read, given });

  const at = enclosures.isGradient && given.length <= mostDense ? curvaturesAt(problem, given) : undefined;
  const first = search.attempt(given, inside, at);
  if ("zero" in first) return search.found(first, given, inside);
  if (read.polish === 0 || given.length > mostDense) return search.excluded(first.why, inside, false);
  const { point: z, converging } = polished(problem, given, read.polish, at);
  const there = z === given ? undefined : insideOrNot(problem, z);
  if (there === undefined) return search.excluded(first.why, inside, false);
  const second = search.attempt(z, there, undefined);
  return "zero" in second ? search.found(second, z, there) : search.excluded(second.why, inside, converging);
}

interface SearchParts {
  readonly enclosures: Enclosures;
  readonly symmetries: UsedSymmetries;
  readonly read: Checked<CertifyOptions, typeof rules>;
  readonly given: Float64Array;
}

type Found = { readonly zero: Zero; readonly assumed: boolean };

/** What one call of `certify` knows. */
class Search {
  readonly #parts: SearchParts;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** Tries the proved symmetries alone, and the assumed ones too only if these do not do. */
  attempt(z: Float64Array, inside: number, at: Curvatures | undefined): Found | { readonly why: string } {
    const { enclosures, symmetries, read } = this.#parts;
    const { problem, isGradient } = enclosures;
    const grow = read.radius === "grow";
    if (z.length > mostDense) return { why: `n = ${z.length} is above ${mostDense}, up to which zeros can be proved` };
    if (!isGradient) return within(zeroOfField(enclosures, z, grow), inside, false);
    const curvatures = at ?? curvaturesAt(problem, z);
    if (curvatures === undefined) return { why: "the Hessian is not finite at the point" };
    const own = within(zeroOfGradient(enclosures, z, curvatures, symmetries.proved, grow), inside, false);
    if ("zero" in own || symmetries.assumed.length === 0) return own;
    const all = [...symmetries.proved, ...symmetries.assumed];
    return within(zeroOfGradient(enclosures, z, curvatures, all, grow), inside, true);
  }

  found({ zero, assumed }: Found, z: Float64Array, inside: number): Certificate {
    const { enclosures, symmetries, given } = this.#parts;
    const moved = z === given ? 0 : distanceUp(z, given);
    const excluded =
      moved > farMoved * vectorNormBound(given)
        ? excludedRadius(enclosures, given, farthest(given, inside))
        : undefined;
    const uses =
      zero.kernelDimension === 0 ? [] : [...symmetries.provedUses, ...(assumed ? symmetries.assumedUses : [])];
    const conditional = assumed && zero.kernelDimension > 0;
    const verdict: Verdict = conditional ? "zero, given the symmetry" : "zero";
    const assumptions: string[] = [...standing];
    if (conditional) {
      for (const { name, generators, attacked } of symmetries.assumedUses) {
        assumptions.push(
          `the loss has the symmetry "${name}" (${generators} generators, not refuted at ${attacked} random points)`,
        );
      }
    }
    const { morseIndex, kernelDimension, exists, unique } = zero;
    const orbit = kernelDimension === 0 ? "" : `, up to its orbit of dimension ${kernelDimension}`;
    const index = morseIndex === undefined ? "" : ` It has index ${morseIndex}.`;
    // The sentence says what the certificate does, and not more.
    const shown = radii({ unique: Math.min(unique, inside), exists });
    const from = moved === 0 ? "the point" : `where Newton's steps led, ${show(moved)} from the point`;
    return {
      ...this.#common(symmetries.refuted, assumptions),
      verdict,
      because: `One zero lies within ${shown.unique} of ${from}, at most ${shown.exists} away${orbit}.${index}`,
      point: z.slice(),
      moved,
      exists,
      unique: Math.min(unique, inside),
      excluded: excluded?.radius,
      loss: zero.loss,
      morseIndex,
      kernelDimension,
      symmetry: uses,
      proof: zero.proof,
    };
  }

  /** @param converging whether Newton's method seems to lead to a zero, which then only lacks a proof */
  excluded(why: string, inside: number, converging: boolean): Certificate {
    const { enclosures, symmetries, read, given } = this.#parts;
    const size = vectorNormBound(given);
    const most = farthest(given, inside);
    const exclusion = excludedRadius(enclosures, given, most);
    const wanted = read.leastRadius * size;
    const worthMore =
      given.length <= mostDense && exclusion.radius < wanted && exclusion.radius * hopeful >= wanted && !converging;
    const more = Math.min(most, wanted * (1 + 1e-6));
    const radius = worthMore ? curvedRadius(enclosures, given, exclusion, more) : exclusion.radius;
    const means = size > 0 && radius >= wanted;
    const far = means && !converging;
    const share = size > 0 ? ` (${atLeast(radius / size)} of its length)` : "";
    const refuted = symmetries.refuted.map((name) => `; the symmetry "${name}" is refuted`).join("");
    const tooNear =
      radius > 0
        ? ` No zero lies within ${atLeast(radius)}${share}, ${means ? "but one may lie beyond" : "which is too little to mean something"}.`
        : "";
    return {
      ...this.#common(symmetries.refuted, [...standing]),
      verdict: far ? "no zero" : "undecided",
      because: far ? `No zero lies within ${atLeast(radius)} of the point${share}.` : `${why}${refuted}.${tooNear}`,
      point: given.slice(),
      moved: 0,
      exists: undefined,
      unique: undefined,
      excluded: radius,
      loss: undefined,
      morseIndex: undefined,
      kernelDimension: undefined,
      symmetry: [],
      proof: undefined,
    };
  }

  #common(
    refuted: readonly string[],
    assumptions: readonly string[],
  ): Pick<Certificate, "problem" | "refuted" | "assumptions" | "jacobians" | "products"> {
    const { problem, jacobians, products } = this.#parts.enclosures;
    return { problem: problem.name, refuted, assumptions, jacobians, products };
  }
}

/** A zero has to be inside the constraint, too. */
function within(attempt: Attempt, inside: number, assumed: boolean): Found | { readonly why: string } {
  if (!("zero" in attempt)) return attempt;
  if (!(attempt.zero.exists < inside)) return { why: "the zero may lie beyond the boundary of the constraint" };
  return { zero: attempt.zero, assumed };
}

/** Distance of a polished point from the boundary; undefined where it has left the set. */
function insideOrNot(problem: Problem, z: Float64Array): number | undefined {
  try {
    return distanceInside("certify", problem.constraint, z);
  } catch {
    return undefined;
  }
}

/** Beyond ||z|| nothing is asked; beyond the boundary of a constraint F says nothing. */
function farthest(z: Float64Array, inside: number): number {
  return Math.min(vectorNormBound(z) || Number.POSITIVE_INFINITY, inside);
}
