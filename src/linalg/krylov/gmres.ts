import { exponentOf, scaleByPower } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import type { LinearMap } from "../linearMap.ts";
import { positiveInteger, preconditionerRule } from "../rules.ts";
import { axpy, isFiniteVector, norm } from "../vector.ts";
import { arnoldi } from "./arnoldi.ts";
import { withBasis } from "./orthogonalise.ts";
import { isSafe, largestExponent, scaledMap, scaledVector } from "./powersOfTwo.ts";

/**
 * Ways in which GMRES ends:
 *
 * - `zero`: b = 0, so x = 0
 * - `solution`: ||b - A x|| <= relativeTolerance ||b||
 * - `breakdown`: the Krylov space is invariant and contains no better x; A is singular there, and x minimises the
 *   residual in it up to rounding
 * - `stagnated`: a whole cycle between two restarts did not lower the residual
 * - `iteration-limit`: maxIterations steps were made
 * - `non-finite`: the map or the preconditioner gave NaN or an infinity; x is that of the cycle before
 */
export const gmresTerminations = [
  "zero",
  "solution",
  "breakdown",
  "stagnated",
  "iteration-limit",
  "non-finite",
] as const;
export type GmresTermination = (typeof gmresTerminations)[number];

/** Options of {@link gmres}. */
export interface GmresOptions {
  /** Bound on ||b - A x|| / ||b|| at which the solver stops, in [0, 1]. Default 1e-10. */
  readonly relativeTolerance?: number;
  /** Greatest number of Arnoldi steps, one product with A each; every restart costs one product more. Default 2 n. */
  readonly maxIterations?: number;
  /** Number of Krylov vectors kept before the solver begins again from the x that it has. Default min(n, 50). */
  readonly restart?: number;
  /** M, near A^-1. The solver solves A M y = b and x = M y, so that residuals stay those of A. */
  readonly preconditioner?: LinearMap;
}

/** Residual relative to ||b|| up to which rounding alone may part it from its estimate. */
const doubtfulResidual = 1e-8;
/** Ratio of a residual to its estimate up to which the two agree. */
const agrees = 1 + 1e-8;

const rules = {
  relativeTolerance: { default: 1e-10, min: 0, max: 1 },
  maxIterations: positiveInteger,
  restart: positiveInteger,
  preconditioner: preconditionerRule,
} as const;

/** What {@link gmres} returns. */
export interface GmresResult {
  readonly x: Float64Array;
  /** ||b - A x||, computed directly from x. */
  readonly residualNorm: number;
  /** ||b - A x|| / ||b||; 0 for b = 0. */
  readonly relativeResidual: number;
  /** Number of Arnoldi steps. */
  readonly iterations: number;
  /** How the solver ended. */
  readonly termination: GmresTermination;
}

/**
 * Solves A x = b for a square map without symmetry by restarted GMRES [1].
 *
 * Over the Krylov space x has the least ||b - A x||. Arnoldi's vectors are made orthogonal by Gram-Schmidt, done
 * twice, and Givens rotations solve the least-squares problem. A singular A does no harm: x then is the
 * least-squares solution over the Krylov space, and `termination` says that the space contains no better one.
 *
 * Cost: a product and 8 n k operations for step k of a cycle; restart + 1 vectors.
 *
 * @example gmres(denseMatrix(2, 2, Float64Array.of(0, 1, -1, 0)), Float64Array.of(1, 2)).x // [-2, 1]
 * @param options {@link GmresOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if the sizes do not fit, ERR_OPTION_RANGE for options out of range, ERR_NOT_FINITE if
 *   b holds NaN or an infinity
 * @see [1] Saad and Schultz, "GMRES: a generalized minimal residual algorithm for solving nonsymmetric linear systems",
 *   1986, doi:10.1137/0907058
 */
export function gmres(map: LinearMap, b: Float64Array, options: GmresOptions = {}): GmresResult {
  const n = b.length;
  const read = readOptions("gmres", options, rules);
  const { relativeTolerance, maxIterations = 2 * n, restart = Math.min(n, 50), preconditioner } = read;
  checkSystem(map, b, preconditioner);
  const settings = { relativeTolerance, maxIterations, restart, preconditioner };
  const q = largestExponent(b) ?? 0;
  if (isSafe(q)) {
    const { found, exponent } = solveWith(map, b, settings);
    if (isSafe(exponent)) return found;
  }
  // In units of powers of two, which are exact.
  const right = scaledVector(b, -q);
  const size = (of: LinearMap, v: Float64Array): number => {
    const image = new Float64Array(n);
    of.apply(v, image);
    return largestExponent(image) ?? 0;
  };
  const p = size(map, right);
  const inUnits = preconditioner === undefined ? undefined : scaledMap(preconditioner, -size(preconditioner, right));
  const { found } = solveWith(scaledMap(map, -p), right, { ...settings, preconditioner: inUnits });
  return { ...found, x: scaledVector(found.x, q - p), residualNorm: scaleByPower(found.residualNorm, q) };
}

interface GmresSettings {
  readonly relativeTolerance: number;
  readonly maxIterations: number;
  readonly restart: number;
  readonly preconditioner: LinearMap | undefined;
}

/** A solution, and the exponent of the largest product with A; NaN where that is not finite. */
interface Solved {
  readonly found: GmresResult;
  readonly exponent: number;
}

function solveWith(map: LinearMap, b: Float64Array, settings: GmresSettings): Solved {
  const most = Math.min(settings.restart, settings.maxIterations) + 1;
  return withBasis(b.length, most, (zeros) => {
    const slots: Float64Array[] = [];
    return solve(map, b, settings, (j) => {
      slots[j] ??= zeros();
      return slots[j];
    });
  });
}

function solve(
  map: LinearMap,
  b: Float64Array,
  { relativeTolerance, maxIterations, restart, preconditioner }: GmresSettings,
  slot: (j: number) => Float64Array,
): Solved {
  const n = b.length;
  const x = new Float64Array(n);
  const size = norm(b);
  if (size === 0) {
    const found = { x, residualNorm: 0, relativeResidual: 0, iterations: 0, termination: "zero" } as const;
    return { found, exponent: 0 };
  }

  const residual = b.slice();
  const image = new Float64Array(n);
  let residualNorm = size;
  let iterations = 0;
  let largest = 0;
  let termination: GmresTermination | undefined;
  while (termination === undefined) {
    const limits = { steps: Math.min(restart, maxIterations - iterations), target: relativeTolerance * size };
    const cycle = arnoldi(map, preconditioner, residual, residualNorm, limits, slot);
    iterations += cycle.steps;
    largest = Math.max(largest, cycle.largest);
    if (!cycle.finite) {
      termination = "non-finite";
      break;
    }
    let trial = x;
    let reached = Number.POSITIVE_INFINITY;
    // A residual far from its estimate is that of an x that rounding has made long. Fewer steps may serve better.
    for (let back = 0; back < cycle.steps; back++) {
      const other = x.slice();
      axpy(1, cycle.correction(cycle.steps - back), other);
      map.apply(other, image);
      for (let i = 0; i < n; i++) image[i] = b[i]! - image[i]!;
      const left = norm(image);
      if (back === 0 || left < reached) {
        trial = other;
        reached = left;
        residual.set(image);
      }
      if (
        left <= Math.max(agrees * cycle.estimate(cycle.steps - back), doubtfulResidual * size) ||
        !Number.isFinite(left)
      )
        break;
    }
    if (!Number.isFinite(reached)) {
      termination = "non-finite";
      break;
    }
    const lowered = reached < residualNorm;
    if (lowered) {
      x.set(trial);
      residualNorm = reached;
    }
    if (residualNorm <= relativeTolerance * size) termination = "solution";
    else if (cycle.invariant) termination = "breakdown";
    else if (iterations >= maxIterations) termination = "iteration-limit";
    else if (!lowered) termination = "stagnated";
  }
  const found = { x, residualNorm, relativeResidual: residualNorm / size, iterations, termination };
  return { found, exponent: largest === 0 ? 0 : Number.isFinite(largest) ? exponentOf(largest) : Number.NaN };
}

/** Rejects a system whose parts do not fit together, or that is not finite. */
function checkSystem(map: LinearMap, b: Float64Array, preconditioner: LinearMap | undefined): void {
  const n = b.length;
  for (const [what, size] of [["map", map] as const, ["preconditioner", preconditioner] as const]) {
    if (size === undefined || (size.rows === n && size.columns === n)) continue;
    throw failure("ERR_LENGTH", `gmres: expected a ${what} of ${n} x ${n}, got ${size.rows} x ${size.columns}`);
  }
  if (!isFiniteVector(b)) {
    throw failure("ERR_NOT_FINITE", "gmres: expected a finite right side, got NaN or an infinity in b");
  }
}
