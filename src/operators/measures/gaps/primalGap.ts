import {
  type ConvexSet,
  defineMeasure,
  dot,
  failure,
  type Measure,
  type Problem,
  readOptions,
} from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { convexSetRule } from "../../support/rules.ts";

export interface GapOptions extends MeasuredPointOptions {
  /** A compact set over which the supremum is taken. Default: the problem's constraint, which then must be bounded. */
  readonly over?: ConvexSet;
}

const rules = { ...pointRules, over: convexSetRule } as const;

/**
 * The primal (Stampacchia) gap sup over u in C of <F(z), z - u>: never negative for z in C, zero exactly at the solutions.
 *
 * Exact, from the support function of C. Column `primalGap`, of another point `averagePrimalGap`. For F skew and affine, as
 * in matrix games, it equals the dual gap, and in matrix games the duality gap.
 *
 * Cost: one linear problem over C; for another point than the row's own one evaluation, which the run does not count.
 *
 * @example iterate(game, start, chain(untilStep(100), mirrorProx({ stepSize: 0.5 }))).pipe(average(), primalGap({ of: "average" }))
 * @throws {RangeError} ERR_OPTION_RANGE; in the stream, where the constraint is not bounded and `over` is not given
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
      return { columns: { [name]: dot(at.field, at.point) + set.support(at.field.map((f) => -f)) } };
    },
  });
}

/** The set of a gap. @throws ERR_OPTION_RANGE unless it is bounded and of the problem's dimension */
export function compactSet(who: string, problem: Problem, over: ConvexSet | undefined): ConvexSet {
  const set = over ?? problem.constraint;
  if (set?.bounded && set.dimension === problem.dimension) return set;
  const got = set === undefined ? "the whole space" : `${set.name}, of dimension ${set.dimension}`;
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected a bounded set of dimension ${problem.dimension}, got ${got}; give over, such as a box or a ball around a solution`,
  );
}
