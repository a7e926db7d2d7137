/** Decides whether the recurrences have solved a system, or only seem to. */
import type { LinearMap } from "../../linearMap.ts";
import { axpy, norm as normOf } from "../../vector.ts";
import { accuracyOf, isAccurate, mostCondition, roundingOfKernel, wantedResidual } from "./accuracy.ts";
import type { MinresSettings } from "./minresChecks.ts";
import { measureResiduals } from "./minresResiduals.ts";
import type { MinresQLPResult } from "./minresTypes.ts";
import { orthogonalSolve } from "./orthogonalSolve.ts";
import { unseenNorm } from "./unseenNorm.ts";

/** Size up to which a doubtful system is solved again with a basis that is kept. */
const mostStored = 512;
/** Tolerance up to which the length of x is promised. With a larger one a solution is what the tolerance says. */
const tightTolerance = 1e-8;

/** Tolerance of a correction, which is not in doubt itself. */
const correctionTolerance = 1e-7;

type Recur = (map: LinearMap, b: Float64Array, settings: MinresSettings) => MinresQLPResult;

interface Sizes {
  readonly xNorm: number;
  readonly beta1: number;
  /** Whether the Krylov space seems to have ended. */
  readonly ended: boolean;
}

/**
 * Returns what the recurrences found where it proves itself. A doubtful result is found again by {@link
 * orthogonalSolve} where the system is small and the options leave enough iterations. Otherwise x is corrected by its
 * residual, and is not called a solution if it is still in doubt.
 *
 * In doubt is what is claimed to a tolerance up to 1e-8 although the condition number leaves the length of x open, what
 * ended at `maxCondition` or at the default of `maxIterations`, and everything beyond the condition number that
 * rounding allows. A solution from a Krylov space that has not seen the norm of A is found again with a bound on it.
 *
 * @param recur the recurrences
 */
export function settle(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  found: MinresQLPResult,
  sizes: Sizes,
  recur: Recur,
): MinresQLPResult {
  const { shift, preconditioner, relativeTolerance, maxIterations, maxNorm, maxCondition } = settings;
  const normAtLeast = isSolution(found) ? unseenNorm(map, settings, found, sizes.ended) : undefined;
  if (normAtLeast !== undefined) return solveAgain(map, b, { ...settings, normAtLeast }, found, recur);
  if (isSettled(found, settings, sizes)) return found;
  const steps = Math.min(b.length, (maxIterations ?? Number.POSITIVE_INFINITY) - found.iterations);
  if (mayBeStored(b.length, settings) && steps === b.length) {
    const solved = orthogonalSolve({
      map,
      shift,
      b,
      relativeTolerance,
      maxCondition,
      maxNorm,
      normAtLeast: settings.normAtLeast,
      steps,
    });
    if (solved !== undefined) {
      const { x, norm, condition, termination } = solved;
      const recurred = { xNorm: normOf(x), residual: 0, norm, beta1: sizes.beta1, relativeTolerance };
      const measured = measureResiduals(map, shift, undefined, b, x, recurred, termination);
      return { x, ...measured, termination, norm, condition, iterations: found.iterations + solved.steps };
    }
  }
  if (!isSolution(found)) return found;
  const corrected = preconditioner === undefined ? correct(map, b, settings, found, recur) : undefined;
  if (corrected !== undefined && isSettled(corrected, settings, { ...sizes, xNorm: normOf(corrected.x) })) {
    return corrected;
  }
  return { ...found, termination: "condition-limit" };
}

/** Solves the system again with a bound on ||A|| that its Krylov space does not show. */
function solveAgain(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings & { readonly normAtLeast: number },
  { iterations, ...found }: MinresQLPResult,
  recur: Recur,
): MinresQLPResult {
  const left = (settings.maxIterations ?? 4 * b.length) - iterations;
  if (left > 0) {
    const again = recur(map, b, { ...settings, maxIterations: left });
    return { ...again, iterations: iterations + again.iterations };
  }
  const condition = found.condition * (settings.normAtLeast / found.norm);
  return { ...found, iterations, condition, termination: "condition-limit" };
}

/** Corrects x once, by the solution of the system that has its residual as right side; undefined if that does not help. */
function correct(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  found: MinresQLPResult,
  recur: Recur,
): MinresQLPResult | undefined {
  const { shift, maxNorm, relativeTolerance, maxIterations = 4 * b.length } = settings;
  const left = maxIterations - found.iterations;
  if (left <= 0 || found.condition > mostCondition || settings.onIteration !== undefined) return undefined;
  const n = b.length;
  const r = new Float64Array(n);
  map.apply(found.x, r);
  for (let i = 0; i < n; i++) r[i] = b[i]! - r[i]! - shift * found.x[i]!;
  const to = { ...settings, relativeTolerance: correctionTolerance, maxIterations: left };
  const second = recur(map, r, to);
  const { x } = second;
  axpy(1, found.x, x);
  const xNorm = normOf(x);
  if (xNorm > maxNorm) return undefined;
  const norm = Math.max(second.norm, found.norm);
  const condition = Math.max(second.condition, found.condition);
  const recurred = { xNorm, residual: 0, norm, beta1: normOf(b), relativeTolerance };
  const measured = measureResiduals(map, shift, undefined, b, x, recurred, found.termination);
  return { x, ...measured, norm, condition, iterations: found.iterations + second.iterations };
}

/** Whether a system in doubt may be solved again with a basis that is kept. */
function mayBeStored(n: number, { returnedIterate, preconditioner, onIteration }: MinresSettings): boolean {
  return n <= mostStored && returnedIterate === "passed" && preconditioner === undefined && onIteration === undefined;
}

/** Condition number at which the recurrences stop: where they would be in doubt, they leave the rest to the kept basis. */
export function conditionLimit(n: number, settings: MinresSettings): number {
  const { maxCondition, maxIterations = Number.POSITIVE_INFINITY, relativeTolerance } = settings;
  const again = mayBeStored(n, settings) && relativeTolerance <= tightTolerance && maxIterations >= 2 * n;
  return again ? Math.min(maxCondition, mostCondition) : maxCondition;
}

function isSolution({ termination }: MinresQLPResult): boolean {
  return termination === "solution" || termination === "solution-to-rounding";
}

/** Whether a result may be returned as it is. */
function isSettled(found: MinresQLPResult, settings: MinresSettings, { xNorm, beta1 }: Sizes): boolean {
  const { norm, condition, residualNorm, cokernelResidualNorm, relativeCokernelResidual, termination } = found;
  const { relativeTolerance } = settings;
  const tight = relativeTolerance <= tightTolerance;
  const claim = { xNorm, norm, condition, beta1, relativeTolerance };
  switch (termination) {
    case "solution":
    case "solution-to-rounding":
      if (condition > mostCondition) return false;
      return !tight || isAccurate(claim, accuracyOf(claim, residualNorm, 0), residualNorm);
    case "least-squares":
    case "least-squares-to-rounding": {
      if (!tight || settings.returnedIterate === "last" || xNorm === 0) return true;
      if (relativeCokernelResidual > roundingOfKernel && residualNorm > wantedResidual * beta1) return false;
      const inRange = (cokernelResidualNorm * condition) / norm;
      return isAccurate(claim, accuracyOf(claim, inRange, residualNorm), inRange);
    }
    case "condition-limit":
      return !tight;
    case "eigenvector":
      return false;
    case "iteration-limit":
      return settings.maxIterations !== undefined;
    default:
      return true;
  }
}
