/** An experiment whose steps are taken on a device, two of them between rows. Loaded by the command. */
import * as tf from "@tensorflow/tfjs-core";
import { chain, objective, untilStep } from "fluxion";
import { deviceSteps } from "fluxion/device";
import { experiment } from "fluxion/experiments";
import { z } from "zod";

export default experiment({
  name: "device",
  summary: "Adam on a device, on a sum of squares",
  options: z.object({ rows: z.number().int().positive().default(12).describe("of the run") }),
  run: ({ rows }, context) => {
    const problem = objective([[3]], (point: tf.Tensor) => tf.sum(tf.square(tf.sub(point, [1, 2, 3]))));
    const update = chain(untilStep(rows), deviceSteps({ method: "adam", stepSize: 0.1, steps: 2 }));
    return context.iterate(problem, [0, 0, 0], update, { name: "adam", checkpointSeconds: 0.001 });
  },
});
