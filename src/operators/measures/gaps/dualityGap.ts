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
 * Measures the duality gap of a saddle-point problem, max over y of f(x_k, y) minus min over x of f(x, y_k), which is
 * zero exactly at saddle points.
 *
 * Columns: `dualityGap`; `dualityGapSlack` and `dualityResponses`, which mean what `nashConvSlack` and `responses` mean
 * in `nashConv`. With `of: "average"` they are `averageDualityGap` and so on. The gap agrees with NashConv. The first
 * measurement tests along two random directions that the game is zero-sum, J_xy = -J_yx^T.
 *
 * Use {@link nashConv} for other games, {@link primalGap} for variational inequalities, {@link naturalResidual} as a
 * stop condition.
 *
 * Cost: that of `nashConv` for two players.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(untilStep(40), extragradient({ stepSize: 0.4 })))
 *   .pipe(filter((it) => it.step % 20 === 0), dualityGap())
 *   .subscribe((it) => console.log(it.step, it.columns.dualityGap!.toFixed(4)));
 * // 0 0.8000
 * // 20 0.0411
 * // 40 0.0022
 * @param options {@link NashConvOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_UNSUPPORTED, in the stream, for a number of players other than two, a game that is not
 *   zero-sum, or strategies that the constraint binds together
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

/** Tests J_xy = -J_yx^T along two random directions. */
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
  // A Jacobian that is not finite says nothing of the game.
  if (!Number.isFinite(there) || !Number.isFinite(back)) return;
  if (Math.abs(there + back) <= 1e-9 * Math.max(Math.abs(there), Math.abs(back))) return;
  throw failure(
    "ERR_UNSUPPORTED",
    `dualityGap: expected a zero-sum game, got ${problem.name}, in which <u, J v> = ${there} but <v, J u> = ${back}; use nashConv`,
  );
}
