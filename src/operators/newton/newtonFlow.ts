import {
  axpy,
  checkOption,
  defineUpdate,
  dot,
  type Evaluation,
  isFiniteVector,
  norm,
  type Proposal,
  readOptions,
  rowVector,
  scale,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { luFactor } from "../../linalg/dense/luFactor.ts";
import { unitScale } from "../../linalg/dense/unitScale.ts";
import { finiteMatrix } from "../support/finiteMatrix.ts";
import { positiveInteger } from "../support/rules.ts";
import { type SearchOutcome, searchColumns, searchOutcomes } from "../support/searchOutcome.ts";
import { trialPoint } from "../support/trialPoint.ts";

/** Options of {@link newtonFlow}. */
export interface NewtonFlowOptions {
  /** Length of the first step along the curve, > 0. Default 0.1. */
  readonly stepSize?: number;
  /** Length of the longest step, > 0. Default 1. Steerable. */
  readonly maxStepSize?: number;
  /**
   * Bound in (0, 1) on how far F may stray from its first direction, relative to the larger ||F|| of a step's ends.
   * Default 1e-3. Steerable.
   */
  readonly tolerance?: number;
  /** Largest number of Newton corrections back to the curve per step. Default 4. */
  readonly corrections?: number;
  /**
   * Sense in which the curve is followed from the start. `determinant`: lambda = sign det J [1], which is Newton's
   * direction where det J > 0 and its opposite where det J < 0, so that ||F|| grows at first. `descent`: the sense in
   * which ||F|| falls. Default `determinant`.
   */
  readonly orientation?: "determinant" | "descent";
}

/** Number of halvings after which the search for a step has failed. */
const maxHalvings = 60;
/** Factor by which h grows after a smooth step. */
const growth = 1.5;
/** Share to which Newton's whole step must lower ||F|| in order to be taken: quadratic convergence is then near. */
const contraction = 0.1;

const rules = {
  stepSize: { default: 0.1, above: 0 },
  maxStepSize: { default: 1, above: 0 },
  tolerance: { default: 1e-3, above: 0, below: 1 },
  corrections: { ...positiveInteger, default: 4 },
  orientation: { default: "determinant", oneOf: ["determinant", "descent"] },
} as const;

/**
 * Follows Smale's global Newton flow [1, 2], normalised: the curve on which F keeps the direction that it has at the
 * start.
 *
 * The flow is J z' = -lambda F, where the sign of lambda is + or - that of det J. On it F(z(s)) = a(s) F(z_0), where
 * a = 1 at the start and 0 at zeros. Where J becomes singular Newton's direction turns round; this flow goes on, and so
 * passes the points that catch descent on ||F||, gradient-flat ones among them: a rises there for a while, then falls
 * again. By arc length the curve is {z: P F(z) = 0}, with P = I - u u^T and u = F(z_0) / ||F(z_0)||. Its tangent t
 * solves P J t = 0 and is oriented by continuity, which is the rule of signs of det J wherever the curve is regular.
 *
 * Each row makes a predictor z + h t, then corrections (P J + u t^T) delta = -P F orthogonal to t, which are regular at
 * folds too. The step is refused where F strays by more than `tolerance` or the corrections exceed h / 2; then h is
 * halved. After a smooth step h grows by the factor 1.5. As soon as Newton's whole step is not longer than h and lowers
 * ||F|| to a tenth, it is taken instead, so zeros are reached quadratically.
 *
 * Columns: `outcome` and `trials` as in `backtrackGradientNorm`; `along`, a; `deviation`, ||P F|| / ||F||; `arcLength`.
 * The run ends (status "stagnated") at a zero, where the curve branches, and where J is singular at the start or not
 * finite.
 *
 * When it works: small n, isolated zeros and any smooth field, from almost every start in a domain on whose boundary J
 * is regular and J^-1 F points outwards everywhere, or inwards everywhere [1], so that the curve cannot leave it. That
 * F points outwards is not enough, even where det J > 0. The curve may also lead to infinity: bound the steps by
 * `untilStep`. On `homotopy(from, to)` it is predictor-corrector continuation by arc length, turning points included.
 *
 * Use {@link newtonMR} or {@link denseNewtonDirection} with a line search when the start is near a zero,
 * {@link levenbergMarquardt} when n is large and J not symmetric.
 *
 * Cost: n products and 2/3 n^3 operations per row, and the same with one evaluation per correction. State: t, h, u,
 * ||F(z_0)|| and the arc length, 2 n + 3 numbers.
 *
 * @example
 * iterate(quartic(), [3, 1], chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonFlow()))
 *   .pipe(filter((it) => [6, 9, 13].includes(it.step)))
 *   .subscribe((it) => console.log(it.step, it.point[0]!.toFixed(4), it.columns.along!.toFixed(4)));
 * // 6 1.0925 0.2083
 * // 9 -1.3601 0.8136
 * // 13 -3.0036 -0.0022
 * @param options {@link NewtonFlowOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Smale, "A convergent process of price adjustment and global Newton methods", J. Math. Econ. 3, 1976,
 *   doi:10.1016/0304-4068(76)90019-7
 * @see [2] Branin, "Widely convergent method for finding multiple solutions of simultaneous nonlinear equations", IBM
 *   J. Res. Dev. 16, 1972, doi:10.1147/rd.165.0504
 */
export function newtonFlow(options: NewtonFlowOptions = {}): Update {
  const { stepSize, maxStepSize, tolerance, corrections, orientation } = readOptions("newtonFlow", options, rules);
  checkOption("newtonFlow", "stepSize", stepSize, { above: 0, max: maxStepSize });
  return defineUpdate({
    name: "newtonFlow",
    settings: {
      maxStepSize: settingOf(rules.maxStepSize, maxStepSize),
      tolerance: settingOf(rules.tolerance, tolerance),
    },
    columns: {
      ...searchColumns,
      along: { meaning: "a: F = a F(z_0) on the curve; 1 at the start, 0 at a zero" },
      deviation: { meaning: "||P F|| / ||F||, P the projection orthogonal to F(z_0)" },
      arcLength: { meaning: "length of the curve since the start" },
    },
    init(first): FlowState {
      const u = first.at.field.slice();
      const size = norm(u);
      if (size > 0) scale(1 / size, u);
      return { tangent: new Float64Array(0), length: stepSize, ray: u, size, arcLength: 0 };
    },
    step(it, state, settings) {
      const taken = advance(it, state, { ...settings, corrections, orientation });
      const { ray, size } = state;
      const a = dot(ray, it.at.field);
      const columns = {
        outcome: searchOutcomes.indexOf(taken.outcome),
        trials: taken.trials,
        along: size > 0 ? a / size : 0,
        deviation: deviationOf(it.at.field, ray),
        arcLength: state.arcLength,
      };
      if (taken.next === undefined) return { stepSize: 0, next: it.at, status: "stagnated", columns };
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) direction[i] = taken.next.point[i]! - it.point[i]!;
      const arcLength = state.arcLength + norm(direction);
      const { tangent, length } = taken;
      return { state: { tangent, length, ray, size, arcLength }, direction, stepSize: 1, next: taken.next, columns };
    },
  });
}

interface FlowState {
  /** Tangent t; empty before the first step. */
  readonly tangent: Float64Array;
  /** Length h of the next predictor. */
  readonly length: number;
  /** First direction u of F. */
  readonly ray: Float64Array;
  /** Length ||F(z_0)||. */
  readonly size: number;
  /** Length of the curve up to the present point. */
  readonly arcLength: number;
}

/** What a step came to, with the tangent and length for the next one. */
interface Taken {
  readonly outcome: SearchOutcome;
  readonly trials: number;
  readonly next: Evaluation | undefined;
  readonly tangent: Float64Array;
  readonly length: number;
}

interface Control {
  readonly maxStepSize: number;
  readonly tolerance: number;
  readonly corrections: number;
  readonly orientation: "determinant" | "descent";
}

function advance(it: Proposal, state: FlowState, control: Control): Taken {
  const { maxStepSize, tolerance, corrections } = control;
  const { field } = it.at;
  const { ray } = state;
  const trial = scratchVector(it);
  let trials = 0;
  const evaluateAt = (point: Float64Array): Evaluation => {
    trials++;
    return it.evaluate(point);
  };
  const nothing = (outcome: SearchOutcome): Taken => ({ ...state, outcome, trials, next: undefined });
  if (norm(field) === 0) return nothing("stagnated");
  const jacobian = finiteMatrix(it.at);
  if (jacobian === undefined) return nothing("non-finite");
  const factor = luFactor(jacobian);
  const newton = factor.solve(field.map((f) => -f));

  const newtonLength = newton === undefined ? Number.POSITIVE_INFINITY : norm(newton);
  if (newton !== undefined && newtonLength <= state.length) {
    const point = trialPoint(it, newton, 1, trial);
    if (point === undefined) return nothing("stagnated");
    const next = evaluateAt(point);
    if (norm(next.field) <= contraction * norm(field)) {
      const tangent = state.tangent.length > 0 ? state.tangent : newton.map((x) => x / newtonLength);
      return { outcome: "accepted", trials, next, tangent, length: state.length };
    }
  }
  const upwards = control.orientation === "determinant" && factor.determinantSign < 0;
  const first = upwards ? newton?.map((x) => -x) : newton;
  const tangent = tangentAt(jacobian, ray, state.tangent, first);
  if (tangent === undefined) return nothing("failed");

  const along = dot(ray, field);
  let finite = false;
  let length = Math.min(state.length, maxStepSize);
  for (let halving = 0; halving < maxHalvings; halving++, length /= 2) {
    const predicted = trialPoint(it, tangent, length, trial);
    if (predicted === undefined) return nothing("stagnated");
    let next = evaluateAt(predicted);
    let moved = 0;
    for (let correction = 0; ; correction++) {
      if (!isFiniteVector(next.field)) break;
      finite = true;
      const { stray, length: strayed } = strayOf(next.field, ray);
      const size = Math.max(norm(next.field), norm(field));
      if (strayed <= tolerance * size) {
        const after = dot(ray, next.field);
        if (after * along < 0) {
          // The step went beyond a zero: back to where a straight line has it, doubled since the loop halves it.
          length *= 2 * Math.min(0.5, along / (along - after));
          break;
        }
        const grown = correction <= 1 ? Math.min(maxStepSize, growth * length) : length;
        return { outcome: "accepted", trials, next, tangent, length: grown };
      }
      if (correction === corrections) break;
      const there = finiteMatrix(next);
      const delta = there === undefined ? undefined : bordered(there, ray, tangent, stray);
      if (delta === undefined) break;
      moved += norm(delta);
      if (!(moved <= length / 2)) break;
      const point = next.point.slice();
      axpy(1, delta, point);
      next = evaluateAt(point);
    }
  }
  return nothing(finite ? "failed" : "non-finite");
}

/** The unit tangent t with P J t = 0, in the sense of the last one; at the start it is `first`, normalised. */
function tangentAt(
  jacobian: Float64Array,
  ray: Float64Array,
  before: Float64Array,
  first: Float64Array | undefined,
): Float64Array | undefined {
  let tangent: Float64Array | undefined;
  if (before.length === 0) tangent = first?.slice();
  else {
    const right = ray.map((x) => -x);
    // The row of u says k t_before . t = 1, the others say P J t = 0.
    tangent = bordered(jacobian, ray, before, right);
  }
  const size = tangent === undefined ? 0 : norm(tangent);
  if (tangent === undefined || !(size > 0 && Number.isFinite(size))) return undefined;
  scale(1 / size, tangent);
  return tangent;
}

/**
 * Solves (P J + k u t^T) x = -b, where k is the power of two next to the largest entry of J, so that the matrix is in
 * the units of J; undefined where it is singular.
 */
function bordered(jacobian: Float64Array, u: Float64Array, t: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = u.length;
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) axpy(u[i]!, jacobian.subarray(i * n, (i + 1) * n), row);
  const matrix = jacobian.slice();
  const { unit } = unitScale(jacobian);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) matrix[i * n + j] = matrix[i * n + j]! + u[i]! * (unit * t[j]! - row[j]!);
  }
  return luFactor(matrix).solve(b.map((x) => -x));
}

/** ||P F|| / ||F||. */
function deviationOf(field: Float64Array, u: Float64Array): number {
  const size = norm(field);
  return size > 0 ? strayOf(field, u).length / size : 0;
}

/** The part P F of the field that strays from u, and its length. */
function strayOf(field: Float64Array, u: Float64Array): { readonly stray: Float64Array; readonly length: number } {
  const stray = field.slice();
  axpy(-dot(u, field), u, stray);
  return { stray, length: norm(stray) };
}
