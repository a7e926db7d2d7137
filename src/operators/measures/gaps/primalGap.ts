import {
  type ConvexSet,
  defineMeasure,
  dot,
  type Evaluation,
  failure,
  type Measure,
  type Problem,
  readOptions,
} from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { convexSetRule } from "../../support/rules.ts";

/** Options of {@link primalGap}. */
export interface GapOptions extends MeasuredPointOptions {
  /** Compact set over which the supremum is taken. Default: the problem's constraint, which then must be bounded. */
  readonly over?: ConvexSet;
}

const rules = { ...pointRules, over: convexSetRule } as const;

/**
 * Measures the primal (Stampacchia) gap sup over u in C of <F(z), z - u>, which is never negative for z in C and zero
 * exactly at the solutions.
 *
 * It is exact, from the support function of C. Column `primalGap`; with `of: "average"`, `averagePrimalGap`. For F skew
 * and affine, as in matrix games, it equals the dual gap, and in matrix games the duality gap.
 *
 * Use {@link mintyGap} for the gap that the theory of averages bounds, {@link nashConv} or {@link dualityGap} for the
 * players' gains, {@link naturalResidual} when C is not bounded.
 *
 * Cost: one linear problem over C; with `of` one evaluation, which the run does not count.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(40), extragradient({ stepSize: 0.4 })))
 *   .pipe(average(), filter((it) => it.step % 20 === 0), primalGap({ of: "average" }))
 *   .subscribe((it) => console.log(it.step, it.columns.averagePrimalGap!.toFixed(4)));
 * // 0 0.8000
 * // 20 0.0310
 * // 40 0.0167
 * @param options {@link GapOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range; in the stream, where the constraint is not bounded
 *   and `over` is not given
 */
export function primalGap(options: GapOptions = {}): Measure {
  const { over, ...where } = readOptions("primalGap", options, rules);
  const measured = measuredPoint("primalGap", where);
  const name = columnName("primalGap", where.of);
  return defineMeasure({
    name: "primalGap",
    columns: {
      [name]: { meaning: `sup over u of <F(z), z - u>${where.of === undefined ? "" : ` at ${where.of}`}` },
    },
    step(it) {
      const at = measured(it);
      if (at === undefined) return;
      const set = compactSet("primalGap", at.problem, over);
      return { columns: { [name]: gapOver(set, at) } };
    },
  });
}

/** The supremum, from a maximiser u as the sum of F_i (z_i - u_i), which does not cancel as <F, z> - <F, u> does. */
function gapOver(set: ConvexSet, { field, point }: Evaluation): number {
  const maximiser = new Float64Array(point.length).fill(Number.NaN);
  const value = set.support(
    field.map((f) => -f),
    maximiser,
  );
  if (maximiser.some(Number.isNaN)) return dot(field, point) + value;
  let sum = 0;
  for (let i = 0; i < point.length; i++) sum += field[i]! * (point[i]! - maximiser[i]!);
  return sum;
}

/**
 * Finds the set of a gap.
 *
 * @throws ERR_OPTION_RANGE unless it is bounded and of the problem's dimension
 */
export function compactSet(who: string, problem: Problem, over: ConvexSet | undefined): ConvexSet {
  const set = over ?? problem.constraint;
  if (set?.bounded && set.dimension === problem.dimension) return set;
  const got = set === undefined ? "the whole space" : `${set.name}, of dimension ${set.dimension}`;
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected a bounded set of dimension ${problem.dimension}, got ${got}; give over, such as a box or a ball around a solution`,
  );
}
