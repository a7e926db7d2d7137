import { denseOf, isFiniteVector, luFactor } from "../linalg/index.ts";
import { distance, norm } from "../linalg/vector.ts";
import type { Problem } from "../problems/problem.ts";
import { type Curvatures, curvaturesAt, kernelGuesses } from "./curvatures.ts";

/** Number of kernel dimensions that a step tries. */
const tried = 5;

/** A point to which Newton's method led. */
interface Polished {
  /** The given array, if no step made ||F|| smaller. */
  readonly point: Float64Array;
  /**
   * Whether ||F|| fell to a hundredth and the steps to less than half: a zero may be near, even if it is so degenerate
   * that nothing proves it. Along the slope of e^x the steps keep their length.
   */
  readonly converging: boolean;
}

/** Share of ||F|| that a step has to leave at most, and a less likely kernel of what a likelier one left. */
const gain = 0.9;

/** Curvatures up to this share of the largest are rounding: a step along them is arbitrarily long. */
const rounding = 1e-13;

/** Shares of ||F||, and of the first step's length, below which Newton's method seems to converge. */
const [fallen, shorter] = [0.01, 0.5] as const;

/**
 * Goes on with Newton's method from a point, as long as ||F|| falls, for at most so many steps.
 *
 * A step leaves out the m smallest curvatures, since along an orbit of a symmetry they are rounding alone; of five m it
 * takes the one that lowers ||F|| most. For a field that is not a gradient it is Newton's step itself. All in float64:
 * nothing is proved here. Cost per step: n products, 9 n^3 operations, five evaluations.
 */
export function polished(
  problem: Problem,
  start: Float64Array,
  steps: number,
  first?: Curvatures | undefined,
): Polished {
  const n = start.length;
  let z = start;
  let field: Float64Array = new Float64Array(n);
  problem.evaluate(z, field);
  let size = norm(field);
  const atStart = size;
  let firstLength: number | undefined;
  let length = 0;
  for (let step = 0; step < steps && size > 0; step++) {
    const directions = problem.symmetric
      ? truncatedSteps(step === 0 && first !== undefined ? first : curvaturesAt(problem, z), field)
      : newtonStep(problem, z, field);
    let best: { readonly at: Float64Array; readonly field: Float64Array; readonly size: number } | undefined;
    for (const direction of directions) {
      const at = z.map((x, i) => x + direction[i]!);
      const there = new Float64Array(n);
      problem.evaluate(at, there);
      const after = isFiniteVector(at) && isFiniteVector(there) ? norm(there) : Number.POSITIVE_INFINITY;
      if (after < gain * (best?.size ?? size)) best = { at, field: there, size: after };
    }
    if (best === undefined) break;
    length = distance(best.at, z);
    firstLength ??= length;
    ({ at: z, field, size } = best);
  }
  const converging = firstLength !== undefined && size <= fallen * atStart && length <= shorter * firstLength;
  return { point: z, converging };
}

function truncatedSteps(curvatures: Curvatures | undefined, field: Float64Array): readonly Float64Array[] {
  if (curvatures === undefined) return [];
  const { values, vectors } = curvatures;
  const n = field.length;
  if (values[0] === 0) return [];
  const along = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += vectors[i * n + j]! * field[j]!;
    return -sum / values[i]!;
  });
  const regular = values.findLastIndex((value) => Math.abs(value) > rounding * Math.abs(values[0]!)) + 1;
  const kernels = new Set(kernelGuesses(values, n - 1, tried).map((m) => Math.max(m, n - regular)));
  return [...kernels].map((m) => {
    const step = new Float64Array(n);
    for (let i = 0; i < n - m; i++) {
      for (let j = 0; j < n; j++) step[j] = step[j]! + along[i]! * vectors[i * n + j]!;
    }
    return step;
  });
}

function newtonStep(problem: Problem, z: Float64Array, field: Float64Array): readonly Float64Array[] {
  const matrix = denseOf(problem.linearize(z));
  if (!isFiniteVector(matrix)) return [];
  const step = luFactor(matrix).solve(field);
  return step === undefined ? [] : [step.map((x) => -x)];
}
