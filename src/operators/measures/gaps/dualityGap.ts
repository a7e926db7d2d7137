import {
  defineMeasure,
  dot,
  type Evaluation,
  failure,
  type Measure,
  playersOf,
  randomSource,
  readOptions,
} from "../../../authoring/index.ts";
import { columnName, measuredPoint } from "../../support/measuredPoint.ts";
import { exploitabilities, responseKinds } from "./exploitability.ts";
import type { NashConvOptions } from "./nashConv.ts";
import { responseRules } from "./nashConv.ts";

/**
 * The duality gap of a saddle-point problem, max over y of f(x_k, y) minus min over x of f(x, y_k): zero exactly at saddle
 * points.
 *
 * Column `dualityGap`, of another point `averageDualityGap`; `dualityGapSlack` and `dualityResponses` as in `nashConv`,
 * with which it agrees. That the game is zero-sum, which is J_xy = -J_yx^T, is tested at the first measurement along two
 * random directions.
 *
 * Cost: as `nashConv` for two players.
 *
 * @example iterate(game, start, chain(untilStep(100), extragradient({ stepSize: 0.5 }))).pipe(average(), dualityGap({ of: "average" }))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for other than two players, a game that is not zero-sum, or bound
 *   strategies
 */
export function dualityGap(options: NashConvOptions = {}): Measure {
  const { maxIterations, relativeTolerance, ...where } = readOptions("dualityGap", options, responseRules);
  const measured = measuredPoint("dualityGap", where);
  const gap = columnName("dualityGap", where.of);
  const slack = columnName("dualityGapSlack", where.of);
  const responses = columnName("dualityResponses", where.of);
  return defineMeasure({
    name: "dualityGap",
    columns: {
      [gap]: { meaning: "max over y of f(x_k, y) - min over x of f(x, y_k)" },
      [slack]: { meaning: "bound on what the gap misses, for f convex in x and concave in y" },
      [responses]: { meaning: "how the best responses were found", kind: "category", values: responseKinds },
    },
    init: (_first, previous?: { tested: boolean }) => previous ?? { tested: false },
    step(it, state) {
      const at = measured(it);
      if (at === undefined) return;
      if (!state.tested) checkZeroSum(at);
      const found = exploitabilities(at, maxIterations, relativeTolerance);
      return {
        state: { tested: true },
        columns: {
          [gap]: found.reduce((total, { gain }) => total + gain, 0),
          [slack]: found.reduce((total, player) => total + player.slack, 0),
          [responses]: Math.max(...found.map(({ kind }) => responseKinds.indexOf(kind))),
        },
      };
    },
  });
}

function checkZeroSum(at: Evaluation): void {
  const { problem } = at;
  const players = playersOf(problem);
  if (players.length !== 2) {
    throw failure(
      "ERR_UNSUPPORTED",
      `dualityGap: expected two players, got ${players.length} in ${problem.name}; use nashConv`,
    );
  }
  const random = randomSource(0, "dualityGap");
  const [u, v] = players.map(({ blocks }) => {
    const vector = new Float64Array(problem.dimension);
    for (const { offset, size } of blocks) for (let i = offset; i < offset + size; i++) vector[i] = random.normal();
    return vector;
  }) as [Float64Array, Float64Array];
  const map = at.linearize();
  const image = new Float64Array(problem.dimension);
  map.apply(v, image);
  const there = dot(u, image);
  map.apply(u, image);
  const back = dot(v, image);
  if (Math.abs(there + back) <= 1e-9 * Math.max(Math.abs(there), Math.abs(back))) return;
  throw failure(
    "ERR_UNSUPPORTED",
    `dualityGap: expected a zero-sum game, got ${problem.name}, in which <u, J v> = ${there} but <v, J u> = ${back}; use nashConv`,
  );
}
