/** An experiment that trains on minibatches, slowly, so that a test can end it in the middle of an epoch. */
import * as tf from "@tensorflow/tfjs";
import { chain, gradientStep, momentum, objective, untilStep } from "fluxion";
import { arrowRows } from "fluxion/arrow";
import { data } from "fluxion/autodiff";
import { experiment } from "fluxion/experiments";
import { minibatches } from "fluxion/problems";
import { z } from "zod";

/** Features of a sample. */
const inputs = 6;

const loss = (w: tf.Tensor1D) => {
  const x = data("x", new Float64Array(inputs), [1, inputs]) as tf.Tensor2D;
  return tf.mean(tf.square(tf.sub(tf.tanh(tf.dot(x, w)), data("y", [0], [1]))));
};

export default experiment({
  name: "streamed",
  summary: "regression on minibatches of a file",
  options: z.object({
    data: z.string().describe("an Arrow file with the columns x and y"),
    arrays: z.boolean().default(false).describe("whether the file is read into arrays first"),
    steps: z.number().int().positive().default(120).describe("of the run"),
    milliseconds: z.number().min(0).default(4).describe("that a step waits"),
  }),
  run: ({ data: path, arrays, steps, milliseconds }, context) => {
    const rows = arrowRows(path, { x: "x", y: "y" });
    const whole = Object.fromEntries(
      Object.entries(rows).map(([name, source]) => {
        const numbers = new Float64Array(source.count * source.width);
        source.read(0, numbers);
        return [name, numbers];
      }),
    );
    const batches = minibatches(objective([[inputs]], loss), arrays ? whole : rows, { size: 16, seed: 5 });
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const slowly = (step: number) => {
      Atomics.wait(pause, 0, 0, milliseconds);
      return batches(step);
    };
    const method = chain(untilStep(steps), momentum(), gradientStep(0.05));
    return context.iterate(slowly, new Float64Array(inputs), method, { name: "streamed", checkpointSeconds: 0.05 });
  },
});
