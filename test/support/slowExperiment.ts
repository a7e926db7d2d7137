/**
 * An experiment whose rows come slowly, so that a test can end it in the middle. Loaded by the command. It appends run,
 * step and time of each row to the file that FLUXION_TEST_PROGRESS names, before the row is emitted.
 */
import { openSync, writeSync } from "node:fs";
import type { Problem } from "fluxion";
import { bilinear, chain, defineMeasure, untilStep } from "fluxion";
import { experiment } from "fluxion/experiments";
import { extragradient } from "fluxion/operators";
import { concat } from "rxjs";
import { z } from "zod";

/** f = xy, at a few milliseconds an evaluation. */
function slow(milliseconds: number): Problem {
  const game = bilinear();
  const pause = new Int32Array(new SharedArrayBuffer(4));
  return {
    ...game,
    evaluate(point, field) {
      Atomics.wait(pause, 0, 0, milliseconds);
      return game.evaluate(point, field);
    },
  };
}

const { FLUXION_TEST_PROGRESS } = process.env;
const progress = FLUXION_TEST_PROGRESS === undefined ? undefined : openSync(FLUXION_TEST_PROGRESS, "a");

const meanPoint = () =>
  defineMeasure({
    name: "meanPoint",
    columns: { meanX: { meaning: "mean of x so far" } },
    init: () => ({ sum: 0, count: 0 }),
    step(it, { sum, count }) {
      if (progress !== undefined) writeSync(progress, `${it.run.name} ${it.step} ${Date.now()}\n`);
      const state = { sum: sum + it.point[0]!, count: count + 1 };
      return { state, columns: { meanX: state.sum / state.count } };
    },
  });

export default experiment({
  name: "slow",
  summary: "extragradient on f(x, y) = xy, slowly, twice",
  options: z.object({
    steps: z.number().int().positive().default(60).describe("of each run"),
    milliseconds: z.number().min(0).default(3).describe("of each evaluation"),
  }),
  run: ({ steps, milliseconds }, context) => {
    const update = () => chain(untilStep(steps), extragradient({ stepSize: 0.5 }), meanPoint());
    const run = (name: string) =>
      context.iterate(slow(milliseconds), [1, 1], update(), { name, checkpointSeconds: 0.05 });
    return concat(run("first"), run("second"));
  },
});
