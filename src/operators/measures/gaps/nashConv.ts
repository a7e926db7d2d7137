import { defineMeasure, type Measure, readOptions } from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { positiveInteger } from "../../support/rules.ts";
import { exploitabilities, responseKinds } from "./exploitability.ts";

/** Options of {@link nashConv}. */
export interface NashConvOptions extends MeasuredPointOptions {
  /** Largest number of steps of a player's inner solve. Default 500. */
  readonly maxIterations?: number;
  /**
   * Tolerance in (0, 1) on the natural residual of a player's own problem, relative to ||F_i|| and the length of its
   * strategy. Default 1e-10.
   */
  readonly relativeTolerance?: number;
}

/** The rules of {@link NashConvOptions}. */
export const responseRules = {
  ...pointRules,
  maxIterations: { ...positiveInteger, default: 500 },
  relativeTolerance: { default: 1e-10, above: 0, below: 1 },
} as const;

/**
 * Measures NashConv, the sum of what each player would gain by its best response, which is zero exactly at the Nash
 * equilibria of convex games.
 *
 * Columns:
 * - `exploitability`, a vector: the gain of each player, in the order of the blocks;
 * - `nashConv`: the sum of the gains;
 * - `nashConvSlack`: a bound on what the inner solves miss where the costs are convex in the own strategy;
 * - `responses`: `linear` if every best response came from the set's linear problem and was verified, `solved` if one
 *   needed an inner solve, `unsolved` if one did not reach the tolerance.
 *
 * With `of: "average"` the columns are `averageNashConv` and so on. In a two-player zero-sum game NashConv is the
 * duality gap, see `dualityGap`. The players' own gradients suffice: for a problem without costs the gains are
 * integrals of them, see `exploitability.ts`.
 *
 * Use {@link dualityGap} for zero-sum games of two players, {@link primalGap} when the constraint binds the players
 * together, {@link naturalResidual} as a stop condition.
 *
 * Cost: one evaluation per player with a linear cost, up to maxIterations + 17 for others; the run does not count them.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(40), extragradient({ stepSize: 0.4 })))
 *   .pipe(filter((it) => it.step % 20 === 0), nashConv())
 *   .subscribe((it) => console.log(it.step, it.columns.nashConv!.toFixed(4), responseKinds[it.columns.responses!]));
 * // 0 0.8000 linear
 * // 20 0.0411 linear
 * // 40 0.0022 linear
 * @param options {@link NashConvOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, where the constraint is not a product of the players' sets
 * @see Lockhart et al., "Computing approximate equilibria in sequential adversarial games by exploitability descent",
 *   2019, arXiv:1903.05614
 */
export function nashConv(options: NashConvOptions = {}): Measure {
  const { maxIterations, relativeTolerance, ...where } = readOptions("nashConv", options, responseRules);
  const measured = measuredPoint("nashConv", where);
  const sum = columnName("nashConv", where.of);
  const slack = columnName("nashConvSlack", where.of);
  const responses = columnName("responses", where.of);
  const gains = columnName("exploitability", where.of);
  return defineMeasure({
    name: "nashConv",
    columns: {
      [sum]: { meaning: "sum of the players' gains by best responses" },
      [slack]: { meaning: "bound on what NashConv misses, for costs convex in the own strategy" },
      [responses]: { meaning: "how the best responses were found", kind: "category", values: responseKinds },
      [gains]: { meaning: "each player's gain by a best response", kind: "vector" },
    },
    step(it) {
      const at = measured(it);
      if (at === undefined) return;
      const found = exploitabilities(at, maxIterations, relativeTolerance);
      return {
        columns: {
          [sum]: found.reduce((total, { gain }) => total + gain, 0),
          [slack]: found.reduce((total, player) => total + player.slack, 0),
          [responses]: Math.max(...found.map(({ kind }) => responseKinds.indexOf(kind))),
        },
        vectors: { [gains]: Float64Array.from(found, ({ gain }) => gain) },
      };
    },
  });
}
