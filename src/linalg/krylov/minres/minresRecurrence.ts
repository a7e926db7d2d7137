import type { LinearMap } from "../../linearMap.ts";
import { norm as normOf } from "../../vector.ts";
import { Estimates } from "./estimates.ts";
import { LanczosProcess } from "./lanczosProcess.ts";
import { LastEntries, type Part } from "./lastEntries.ts";
import { LeftReflections } from "./leftReflections.ts";
import type { MinresSettings } from "./minresChecks.ts";
import type { MinresPasses } from "./minresPasses.ts";
import { isLeastSquares, measureResiduals, noResiduals } from "./minresResiduals.ts";
import type { MinresQLPResult, MinresTermination } from "./minresTypes.ts";
import { RightReflections } from "./rightReflections.ts";
import { conditionLimit, settle } from "./settle.ts";
import { SolutionUpdate } from "./solutionUpdate.ts";
import { VectorPasses } from "./vectorPasses.ts";

const epsilon = Number.EPSILON;
/** Rounding errors that the recurrences have been seen to make, relative to ||A|| ||x|| + ||b||. */
const roundingOfLanczos = 1e5 * epsilon;
/** Tolerance that replaces a smaller relativeTolerance for a least-squares solution without its kernel component. */
const shorterTolerance = 1e-5;
/** Pivots below the least normal number are zero. */
const smallestPivot = 2.3e-308;
/** Norm of the next Lanczos vector, relative to ||A||, at which the Krylov space may have ended. */
const endedSpace = 1e-8;
const nothingDone = { norm: 0, condition: 1, iterations: 0 } as const;

/**
 * Iterates MINRES-QLP. The comment of {@link minresQLP} describes the method; names are those of its reference [1].
 *
 * @param passes what does the work on vectors, which begins with zeros; x of the result may be one of its vectors
 */
export function minresRecurrence(
  map: LinearMap,
  b: Float64Array,
  settings: MinresSettings,
  passes: MinresPasses = new VectorPasses(map, settings.preconditioner),
): MinresQLPResult {
  const n = b.length;
  const { shift, preconditioner, relativeTolerance, maxIterations = 4 * n } = settings;
  const { maxNorm, transitionCondition, returnedIterate, onIteration } = settings;
  const maxCondition = conditionLimit(n, settings);
  const passedOnly = returnedIterate === "passed";
  const solution = new SolutionUpdate(passes);
  const lanczos = new LanczosProcess(passes, shift, b);
  const { beta1 } = lanczos;
  // Either b = 0, or b lies in the kernel of a singular preconditioner.
  if (beta1 === 0) return { x: passes.x, ...noResiduals(0, 0, 0, 0), ...nothingDone, termination: "zero" };
  // The preconditioner gave NaN or an infinity.
  if (!Number.isFinite(beta1)) {
    const unknown = Number.POSITIVE_INFINITY;
    return { x: passes.x, ...noResiduals(normOf(b), unknown, 1, unknown), ...nothingDone, termination: "non-finite" };
  }
  const left = new LeftReflections(beta1);
  const right = new RightReflections();
  const entries = new LastEntries();
  const estimates = new Estimates();
  const known = settings.normAtLeast !== undefined;
  if (known) estimates.norm = settings.normAtLeast;
  let xNorm = 0;
  let residual = beta1;
  let reason: MinresTermination | undefined;
  let longer: { x: Float64Array; xNorm: number; residual: number } | undefined;
  let k = 0;

  while (reason === undefined) {
    k++;
    if (!lanczos.step(k)) {
      reason = "non-finite";
      break;
    }
    left.step(lanczos.alpha, lanczos.betaNext);
    right.step(k, left.delta, left.gamma);
    entries.step(k, left, right);
    estimates.step(k, lanczos, left, right);

    // Is taken{k-1} a least-squares solution? Are limits reached? This one place decides, in the order of
    // MinresTermination.
    if (passedOnly && (k > 1 || known) && estimates.kernelHoldsRightSide(n)) {
      passes.x.fill(0);
      xNorm = 0;
      residual = beta1;
      estimates.norm = estimates.normNow;
      estimates.condition = 1;
      reason = "least-squares-to-rounding";
      break;
    }
    const { cokernel, conditionNow } = estimates;
    const { lengthWithout, residualWithout } = entries;
    let part: Part = "whole";
    if (cokernel <= relativeTolerance) reason = "least-squares";
    else if (cokernel <= epsilon) reason = "least-squares-to-rounding";
    else if (Math.abs(right.gamma) < smallestPivot || conditionNow >= maxCondition) reason = "condition-limit";
    else if (!(entries.length <= maxNorm)) reason = "norm-limit";
    if (!passedOnly) {
      if (Math.abs(right.gamma) < smallestPivot || !(entries.length <= maxNorm)) {
        part = "cut";
        reason ??= "norm-limit";
      }
    } else if (reason !== undefined) {
      // Leaving out the last component may raise the residual a little, but never above that of x = 0.
      const mayLeaveOut =
        lengthWithout <= maxNorm && residualWithout <= Math.min(1.01 * left.phiBefore, (1 + 8 * epsilon) * beta1);
      part = mayLeaveOut ? "shorter" : "none";
      if (reason.startsWith("least-squares")) {
        // Of two least-squares solutions the shorter one is taken. Whether it is one is tested below, when it exists.
        if (!(lengthWithout <= xNorm)) part = "none";
        if (part === "shorter") longer = { x: passes.x.slice(), xNorm, residual };
      }
    }
    estimates.norm = estimates.normNow;
    if (part === "none") {
      if (reason === "condition-limit") estimates.condition = conditionNow;
      break;
    }
    entries.take(part);
    estimates.take(part === "whole" || reason === "condition-limit");
    residual = entries.residual;
    xNorm = entries.length;
    if (solution.byMinres && part === "whole" && conditionNow < transitionCondition) solution.minres(left);
    else solution.qlp(k, right, entries);
    right.ahead(k, left.epsilonNext);
    estimates.ahead(k, right);

    const { norm } = estimates;
    const relative = residual / (norm * xNorm + beta1);
    if (!passedOnly && part === "whole" && relative <= relativeTolerance) reason = "solution";
    if (reason === undefined) {
      if (relative <= relativeTolerance) reason = "solution";
      else if (relative <= epsilon) reason = "solution-to-rounding";
      else if (onIteration?.(k, relative, cokernel) === true) reason = "stopped";
      else if (norm * xNorm * epsilon >= beta1) reason = "eigenvector";
      else if (k >= maxIterations || lanczos.betaNext === 0) reason = "iteration-limit";
    }
  }
  const { norm, condition } = estimates;
  const recurred = { xNorm, residual, norm, beta1, relativeTolerance };
  const ended = reason ?? "iteration-limit";
  let taken = passes.x;
  const spare = passes.spare();
  let measured = measureResiduals(map, shift, preconditioner, b, taken, recurred, ended, spare);
  const tolerance = Math.max(relativeTolerance, shorterTolerance);
  if (longer !== undefined && !isLeastSquares(measured, norm, tolerance, roundingOfLanczos * (norm * xNorm + beta1))) {
    taken = longer.x;
    xNorm = longer.xNorm;
    measured = measureResiduals(map, shift, preconditioner, b, taken, { ...recurred, ...longer }, ended, spare);
  }
  return settle(
    map,
    b,
    settings,
    { x: taken, ...measured, norm, condition, iterations: k },
    { xNorm, beta1, ended: lanczos.betaNext <= endedSpace * norm },
    minresRecurrence,
  );
}
