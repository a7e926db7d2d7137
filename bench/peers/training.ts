/** fluxion as a worker of bench/training.ts. The protocol is that of training.py. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { data } from "../../src/autodiff/index.ts";
import { accuracy } from "../../src/operators/measures/training/accuracy.ts";
import { testLoss } from "../../src/operators/measures/training/testLoss.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { adamW } from "../../src/operators/steps/adamW.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { objective } from "../../src/problems/objective.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
import { predictions } from "../../src/problems/traced/predictions.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Update } from "../../src/streams/types.ts";
import { probe } from "../support/rounds.ts";
import { type Method, rates, type TrainingCase } from "../support/training.ts";

const numbersOf = (file: string): Float64Array => {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

const updates: Readonly<Record<Method, () => Update>> = {
  momentum: () => chain(momentum(), gradientStep(rates.momentum)),
  adam: () => chain(adamW({ weightDecay: 0 }), gradientStep(rates.adam)),
};

function trainer({ inputs, hidden, classes, samples, heldOut: rows, batch, epochs }: TrainingCase, folder: string) {
  const allImages = numbersOf(`${folder}/images.f64`);
  const [images, heldOut] = [allImages.slice(0, samples * inputs), allImages.slice(samples * inputs)];
  const labelBytes = readFileSync(`${folder}/labels.i32`);
  const labels = new Float64Array(samples * classes);
  for (let i = 0; i < samples; i++) labels[i * classes + labelBytes.readInt32LE(4 * i)] = 1;
  type Weights = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const logits = (x: tf.Tensor, [w1, b1, w2, b2]: Weights): tf.Tensor => {
    const layer = tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, w1 as tf.Tensor2D), b1));
    return tf.add(tf.matMul(layer, w2 as tf.Tensor2D), b2);
  };
  const loss = (...weights: [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]): tf.Tensor => {
    const x = data("images", images.slice(0, batch * inputs), [batch, inputs]);
    const y = data("labels", labels.slice(0, batch * classes), [batch, classes]);
    return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits(x, weights))), -1)));
  };
  const shapes = [[inputs, hidden], [hidden], [hidden, classes], [classes]] as const;
  const problem = objective(shapes, loss);
  const seenLabels = Int32Array.from({ length: rows }, (_, i) => labelBytes.readInt32LE(4 * (samples + i)));
  const scores = predictions(shapes, (...weights) => logits(data("held out", heldOut, [rows, inputs]), weights));
  const crossEntropy = (point: Float64Array): number => {
    const all = scores(point);
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const row = all.subarray(i * classes, (i + 1) * classes);
      const top = row.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
      sum += top + Math.log(row.reduce((total, x) => total + Math.exp(x - top), 0)) - row[seenLabels[i]!]!;
    }
    return sum / rows;
  };
  const batches = minibatches(problem, { images, labels }, { size: batch, seed: 1 });
  const start = numbersOf(`${folder}/start.f64`);
  const steps = epochs * batches.perEpoch;
  const every = { every: batches.perEpoch };
  return (method: Method, watched: boolean): number => {
    const file = `${folder}/rows.arrows`;
    rmSync(file, { force: true });
    const before = process.cpuUsage();
    let end: Float64Array | undefined;
    const measures = watched ? [testLoss(crossEntropy, every), accuracy(scores, seenLabels, every)] : [];
    const run = iterate(batches, start, chain(untilStep(steps), ...measures, updates[method]()), {
      reuse: true,
      slice: Number.POSITIVE_INFINITY,
    });
    (watched ? run.pipe(arrowFile(file)) : run).subscribe((row) => {
      end = row.point;
    });
    const { user, system } = process.cpuUsage(before);
    writeFileSync(`${folder}/fluxion.${method}.f64`, end!);
    return (user + system) / 1000;
  };
}

type Command =
  | { readonly op: "load"; readonly case: TrainingCase; readonly folder: string }
  | { readonly op: "probe" }
  | { readonly op: "time"; readonly method: Method; readonly watched?: boolean };

let train: ((method: Method, watched: boolean) => number) | undefined;
console.log(JSON.stringify({ version: process.version }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const command: Command = JSON.parse(line);
  if (command.op === "load") {
    train = trainer(command.case, command.folder);
    console.log(JSON.stringify({ ok: true }));
  } else if (command.op === "probe") console.log(JSON.stringify({ us: probe() }));
  else console.log(JSON.stringify({ ms: train!(command.method, command.watched === true) }));
});
