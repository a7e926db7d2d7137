/**
 * A campaign whose searches can be slow, and one of which can kill its process. Loaded by the command. It appends search,
 * step and process of each step to the file that FLUXION_TEST_PROGRESS names.
 */
import { openSync, writeSync } from "node:fs";
import type { Problem } from "fluxion";
import { bilinear, chain, defineMeasure, untilStep } from "fluxion";
import { experiment } from "fluxion/experiments";
import { extragradient } from "fluxion/operators";
import { z } from "zod";

/** f = xy, at a few milliseconds an evaluation. */
function slow(milliseconds: number): Problem {
  const game = bilinear();
  const pause = new Int32Array(new SharedArrayBuffer(4));
  return {
    ...game,
    evaluate(point, field) {
      if (milliseconds > 0) Atomics.wait(pause, 0, 0, milliseconds);
      return game.evaluate(point, field);
    },
  };
}

const { FLUXION_TEST_PROGRESS } = process.env;
const progress = FLUXION_TEST_PROGRESS === undefined ? undefined : openSync(FLUXION_TEST_PROGRESS, "a");

const told = (search: number) =>
  defineMeasure({
    name: "told",
    columns: { meanX: { meaning: "mean of x so far" } },
    init: () => ({ sum: 0, count: 0 }),
    step(it, { sum, count }) {
      if (progress !== undefined) writeSync(progress, `${search} ${it.step} ${process.pid}\n`);
      const state = { sum: sum + it.point[0]!, count: count + 1 };
      return { state, columns: { meanX: state.sum / state.count } };
    },
  });

export default experiment({
  name: "harsh",
  summary: "extragradient on f(x, y) = xy from many starts",
  options: z.object({
    searches: z.number().int().positive().default(12).describe("number of searches"),
    steps: z.number().int().positive().default(5).describe("of each search"),
    milliseconds: z.number().min(0).default(0).describe("of each evaluation"),
    kills: z.number().int().default(-1).describe("search that kills its process"),
  }),
  run: ({ searches, steps, milliseconds, kills }, context) =>
    context.campaign(searches, (i) => {
      if (i === kills) process.kill(process.pid, "SIGKILL");
      const update = chain(untilStep(steps), extragradient({ stepSize: 0.5 }), told(i));
      return context.iterate(slow(milliseconds), [1, i], update, { name: `search-${i}`, checkpointSeconds: 0.5 });
    }),
});
