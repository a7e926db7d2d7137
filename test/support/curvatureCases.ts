/** Networks whose curvature matrices `scripts/curvatureReferences.py` computed with JAX. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { data } from "../../src/autodiff/trace/constant.ts";
import { objective } from "../../src/problems/objective.ts";
import type { OutputLossName } from "../../src/problems/outputs/outputLosses.ts";
import type { OutputObjective } from "../../src/problems/outputs/outputObjective.ts";

export interface CurvatureCase {
  readonly name: string;
  readonly loss: OutputLossName;
  readonly weighting: "mean" | "sum" | readonly number[];
  readonly variance: readonly number[] | null;
  readonly shapes: readonly (readonly number[])[];
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly point: readonly number[];
  readonly samples: number;
  readonly outputs: readonly number[];
  readonly value: number;
  readonly gradient: readonly number[];
  readonly gaussNewton: readonly number[];
  readonly fisher: readonly number[];
  readonly empiricalFisher: readonly number[];
  readonly tangentKernel: readonly number[];
  readonly exampleGradients: readonly number[];
  readonly factors: readonly { readonly inputs: readonly number[]; readonly outputs: readonly number[] }[];
}

interface References {
  readonly cases: readonly CurvatureCase[];
  /** Ends of 20 steps of Shampoo with step size 0.05 on sum (x - t)^4 / 4, x and t as in the script. */
  readonly shampoo: {
    readonly shapes: readonly (readonly number[])[];
    readonly runs: readonly { readonly options: object; readonly end: readonly number[] }[];
  };
}

export const { cases: curvatureCases, shampoo: shampooRuns } = JSON.parse(
  readFileSync(new URL("../data/curvature.json", import.meta.url), "utf8"),
) as References;

/** Builds the network of a case: dense layers with tanh between them, or a convolution with "same" zeros before one. */
export function networkOf(given: CurvatureCase): OutputObjective {
  const { shapes, inputs, targets, samples, loss, weighting, variance } = given;
  const width = inputs.length / samples;
  const x = (): tf.Tensor2D => data("inputs", inputs, [samples, width]) as tf.Tensor2D;
  const dense = (...parameters: readonly tf.Tensor[]): tf.Tensor => {
    let signal: tf.Tensor = x();
    for (let l = 0; l < parameters.length; l += 2) {
      const s = tf.add(tf.matMul(signal as tf.Tensor2D, parameters[l] as tf.Tensor2D), parameters[l + 1]!);
      signal = l + 2 < parameters.length ? tf.tanh(s) : s;
    }
    return signal;
  };
  const convolution = (...parameters: readonly tf.Tensor[]): tf.Tensor => {
    const [filter, bias, last] = parameters as [tf.Tensor4D, tf.Tensor1D, tf.Tensor2D];
    const side = Math.sqrt(width / filter.shape[2]);
    const image = tf.reshape(x(), [-1, side, side, filter.shape[2]]) as tf.Tensor4D;
    const stride = Math.sqrt((side * side * filter.shape[3]) / last.shape[0]);
    const hidden = tf.tanh(tf.add(tf.conv2d(image, filter, stride, "same"), bias));
    return tf.matMul(tf.reshape(hidden, [image.shape[0], -1]) as tf.Tensor2D, last);
  };
  return objective(shapes, {
    outputs: shapes[0]!.length === 4 ? convolution : dense,
    loss,
    targets,
    weighting,
    ...(variance === null ? {} : { variance }),
  });
}
