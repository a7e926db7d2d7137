import {
  type ConvexSet,
  defineMeasure,
  distance,
  dot,
  type Evaluation,
  evaluate,
  type Measure,
  norm,
  readOptions,
} from "../../../authoring/index.ts";
import { columnName, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { convexSetRule, positiveInteger } from "../../support/rules.ts";
import { compactSet, type GapOptions } from "./primalGap.ts";

/** Options of {@link mintyGap}. */
export interface MintyGapOptions extends GapOptions {
  /** Largest number of steps of the inner ascent. Default 200. */
  readonly maxIterations?: number;
  /**
   * Tolerance in [0, 1): the ascent stops when its bound is at most this times the larger of |gap| and ||F(z)|| ||z||.
   * Default 1e-10.
   */
  readonly relativeTolerance?: number;
}

const rules = {
  ...pointRules,
  over: convexSetRule,
  maxIterations: { ...positiveInteger, default: 200 },
  relativeTolerance: { default: 1e-10, min: 0, below: 1 },
} as const;

/**
 * Measures the dual (Minty) gap sup over u in C of <F(u), z - u>, which the theory of averaged iterates bounds, by an
 * inner ascent.
 *
 * g(u) = <F(u), z - u> has the gradient J(u)^T (z - u) - F(u) and is concave for affine monotone F. Projected ascent,
 * with step sizes from the changes of the gradient [1], begins at the maximiser of the primal gap's linear problem and,
 * where that is not enough, at z. Column `mintyGap` is the best g found, a lower bound. Column `mintyGapSlack`, sup
 * over v of <grad g(u), v - u>, bounds what is missing where g is concave. With `of: "average"` the columns are
 * `averageMintyGap` and `averageMintyGapSlack`.
 *
 * Use {@link primalGap} when an exact gap is wanted, which is the same number for F affine and skew, {@link nashConv}
 * for games.
 *
 * Cost: up to 2 (maxIterations + 1) evaluations and products with J^T, which the run does not count.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(40), extragradient({ stepSize: 0.4 })))
 *   .pipe(average(), filter((it) => it.step % 20 === 0), mintyGap({ of: "average" }))
 *   .subscribe((it) => console.log(it.step, it.columns.averageMintyGap!.toFixed(4)));
 * // 0 0.8000
 * // 20 0.0310
 * // 40 0.0167
 * @param options {@link MintyGapOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream, where the constraint is not bounded
 *   and `over` is not given
 * @see [1] Malitsky and Mishchenko, "Adaptive gradient descent without descent", 2020, arXiv:1910.09529
 */
export function mintyGap(options: MintyGapOptions = {}): Measure {
  const { over, maxIterations, relativeTolerance, ...where } = readOptions("mintyGap", options, rules);
  const measured = measuredPoint("mintyGap", where);
  const gapName = columnName("mintyGap", where.of);
  const slackName = columnName("mintyGapSlack", where.of);
  return defineMeasure({
    name: "mintyGap",
    columns: {
      [gapName]: { meaning: "sup over u of <F(u), z - u>, a lower bound by inner ascent" },
      [slackName]: { meaning: "bound on what the dual gap misses, where <F(u), z - u> is concave" },
    },
    step(it) {
      const at = measured(it);
      if (at === undefined) return;
      const set = compactSet("mintyGap", at.problem, over);
      const response = new Float64Array(at.point.length);
      set.support(
        at.field.map((f) => -f),
        response,
      );
      const length = Math.max(norm(at.point), norm(response));
      const limits = { length, size: norm(at.field) * length, maxIterations, relativeTolerance };
      let best = ascend(at, set, response, limits);
      if (!(best.slack <= relativeTolerance * Math.max(limits.size, Math.abs(best.gap)))) {
        const own = at.point.slice();
        set.project(own, own);
        const second = ascend(at, set, own, limits);
        if (second.gap > best.gap) best = second;
      }
      return { columns: { [gapName]: best.gap, [slackName]: best.slack } };
    },
  });
}

interface Limits {
  /** Length of the points. */
  readonly length: number;
  /** Size of the gap's terms, ||F|| times the length. */
  readonly size: number;
  readonly maxIterations: number;
  readonly relativeTolerance: number;
}

interface Ascent {
  readonly gap: number;
  readonly slack: number;
}

function ascend(
  at: Evaluation,
  set: ConvexSet,
  start: Float64Array,
  { length, size, maxIterations, relativeTolerance }: Limits,
): Ascent {
  const n = start.length;
  const valueAndGradient = (u: Float64Array): { readonly value: number; readonly gradient: Float64Array } => {
    const there = evaluate(at.problem, u);
    const way = at.point.map((z, i) => z - u[i]!);
    const gradient = new Float64Array(n);
    there.linearize().applyTranspose(way, gradient);
    for (let i = 0; i < n; i++) gradient[i] = gradient[i]! - there.field[i]!;
    return { value: dot(there.field, way), gradient };
  };
  let u = start;
  let now = valueAndGradient(u);
  let best: Ascent = { gap: Number.NEGATIVE_INFINITY, slack: Number.POSITIVE_INFINITY };
  let eta = 0;
  let most = 0;
  let theta = Number.POSITIVE_INFINITY;
  let before = { u, gradient: now.gradient };
  for (let k = 0; k <= maxIterations; k++) {
    if (now.value > best.gap || k === 0) {
      best = { gap: now.value, slack: Math.max(0, set.support(now.gradient) - dot(now.gradient, u)) };
      if (best.slack <= relativeTolerance * Math.max(size, Math.abs(best.gap))) break;
    }
    const way = distance(u, before.u);
    const change = distance(now.gradient, before.gradient);
    if (k === 0) {
      const steepness = norm(now.gradient);
      if (!(steepness > 0 && length > 0)) break;
      eta = (1e-6 * length) / steepness;
      most = 1e18 * eta;
    } else {
      const bound = change > 0 ? way / (2 * change) : Number.POSITIVE_INFINITY;
      const next = Math.min(Math.sqrt(1 + theta) * eta, bound, most);
      theta = next / eta;
      eta = next;
    }
    const moved = u.map((x, i) => x + eta * now.gradient[i]!);
    set.project(moved, moved);
    if (distance(moved, u) === 0) break;
    before = { u, gradient: now.gradient };
    u = moved;
    now = valueAndGradient(u);
  }
  return best;
}
