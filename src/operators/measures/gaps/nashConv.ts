import { defineMeasure, type Measure, readOptions } from "../../../authoring/index.ts";
import { columnName, type MeasuredPointOptions, measuredPoint, pointRules } from "../../support/measuredPoint.ts";
import { positiveInteger } from "../../support/rules.ts";
import { exploitabilities, responseKinds } from "./exploitability.ts";

export interface NashConvOptions extends MeasuredPointOptions {
  /** Steps of a player's inner solve. Default 500. */
  readonly maxIterations?: number;
  /** On the natural residual of a player's own problem, relative to its gradient or absolute. Default 1e-10. */
  readonly relativeTolerance?: number;
}

/** The rules of {@link NashConvOptions}. */
export const responseRules = {
  ...pointRules,
  maxIterations: { ...positiveInteger, default: 500 },
  relativeTolerance: { default: 1e-10, above: 0, below: 1 },
} as const;

/**
 * NashConv: the sum of what each player would gain by its best response, zero exactly at the Nash equilibria of convex games.
 *
 * Vector column `exploitability`, one gain a player in the order of the blocks; `nashConv`, their sum; `nashConvSlack`, a
 * bound on what the inner solves miss where the costs are convex in the own strategy; `responses`: `linear` if every best
 * response came from the set's linear problem and was verified, `solved` if one needed an inner solve, `unsolved` if one
 * did not reach the tolerance. In a two-player zero-sum game NashConv is the duality gap, see `dualityGap`. The players'
 * own gradients suffice: a problem without costs gets its gains from their integrals, see `exploitability.ts`. Of another
 * point the columns are `averageNashConv` and so on.
 *
 * Cost: one evaluation a player with a linear cost, else up to maxIterations + 17; the run does not count them.
 *
 * @example iterate(rockPaperScissors, start, chain(untilStep(100), mirrorProx({ stepSize: 0.5 }))).pipe(nashConv({ every: 10 }))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, where the constraint is no product of the players' sets
 * @see Lockhart et al., "Computing approximate equilibria in sequential adversarial games by exploitability descent", 2019,
 *   arXiv:1903.05614
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
