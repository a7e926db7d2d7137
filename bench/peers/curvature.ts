/** fluxion as a worker of bench/curvature.ts. The protocol is that of curvature.py. */
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { data } from "../../src/autodiff/index.ts";
import { denseOf } from "../../src/linalg/dense/dense.ts";
import { objective } from "../../src/problems/objective.ts";
import { type CurvatureBenchCase, type CurvatureProduct, waves } from "../support/curvature.ts";
import { probe } from "../support/rounds.ts";

interface Loaded {
  readonly run: () => void;
  readonly result: () => Float64Array;
}

function load({ inputs, hidden, classes, samples }: CurvatureBenchCase, product: CurvatureProduct): Loaded {
  const x = waves(samples * inputs, 1.7, 1);
  const problem = objective([[inputs, hidden], [hidden], [hidden, classes], [classes]], {
    outputs: (w1, b1, w2, b2) => {
      const signal = data("inputs", x, [samples, inputs]) as tf.Tensor2D;
      const layer = tf.tanh(tf.add(tf.matMul(signal, w1 as tf.Tensor2D), b1));
      return tf.add(tf.matMul(layer as tf.Tensor2D, w2 as tf.Tensor2D), b2);
    },
    loss: "crossEntropy",
    targets: Array.from({ length: samples }, (_, i) => (3 * i) % classes),
  });
  const p = problem.dimension;
  const point = waves(p, 1.3, 0.1);
  if (product === "exampleGradients" || product === "exampleGradientsAnew") {
    let matrix: Float64Array = new Float64Array(samples * p);
    const run = (): void => {
      const gradients = problem.exampleGradients(point);
      matrix = product === "exampleGradients" ? denseOf(gradients, matrix) : denseOf(gradients);
    };
    return { run, result: () => matrix };
  }
  const map = problem[product](point);
  const v = waves(p, 0.7, 1);
  const out = new Float64Array(p);
  return { run: () => map.apply(v, out), result: () => out };
}

let loaded: Loaded | undefined;
console.log(JSON.stringify({ ready: true, version: `Node ${process.version}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.op === "probe") {
    console.log(JSON.stringify({ us: probe() }));
  } else if (command.op === "load") {
    loaded = load(command.case, command.product);
    loaded.run();
    console.log(JSON.stringify({ result: Array.from(loaded.result().subarray(0, 200)) }));
  } else {
    const before = process.cpuUsage();
    let [count, used] = [0, 0];
    while (used < 1e6 * command.seconds) {
      for (let i = 0; i < command.count; i++) loaded!.run();
      count += command.count;
      const { user, system } = process.cpuUsage(before);
      used = user + system;
    }
    console.log(JSON.stringify({ us: used / count }));
  }
}
