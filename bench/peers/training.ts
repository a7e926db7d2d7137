/** fluxion as a worker of bench/training.ts. The protocol is that of training.py. */
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs";
import { data } from "../../src/autodiff/index.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { adamW } from "../../src/operators/steps/adamW.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { objective } from "../../src/problems/objective.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
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

function trainer({ inputs, hidden, classes, samples, batch, epochs }: TrainingCase, folder: string) {
  const images = numbersOf(`${folder}/images.f64`);
  const labelBytes = readFileSync(`${folder}/labels.i32`);
  const labels = new Float64Array(samples * classes);
  for (let i = 0; i < samples; i++) labels[i * classes + labelBytes.readInt32LE(4 * i)] = 1;
  const loss = (w1: tf.Tensor, b1: tf.Tensor, w2: tf.Tensor, b2: tf.Tensor): tf.Tensor => {
    const x = data("images", images.slice(0, batch * inputs), [batch, inputs]) as tf.Tensor2D;
    const y = data("labels", labels.slice(0, batch * classes), [batch, classes]);
    const layer = tf.tanh(tf.add(tf.matMul(x, w1 as tf.Tensor2D), b1));
    const logits = tf.add(tf.matMul(layer, w2 as tf.Tensor2D), b2);
    return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), -1)));
  };
  const problem = objective([[inputs, hidden], [hidden], [hidden, classes], [classes]], loss);
  const batches = minibatches(problem, { images, labels }, { size: batch, seed: 1 });
  const start = numbersOf(`${folder}/start.f64`);
  const steps = epochs * batches.perEpoch;
  return (method: Method): number => {
    const before = process.cpuUsage();
    let end: Float64Array | undefined;
    iterate(batches, start, chain(untilStep(steps), updates[method]()), {
      reuse: true,
      slice: Number.POSITIVE_INFINITY,
    }).subscribe((row) => {
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
  | { readonly op: "time"; readonly method: Method };

let train: ((method: Method) => number) | undefined;
console.log(JSON.stringify({ version: process.version }));
createInterface({ input: process.stdin }).on("line", (line) => {
  const command: Command = JSON.parse(line);
  if (command.op === "load") {
    train = trainer(command.case, command.folder);
    console.log(JSON.stringify({ ok: true }));
  } else if (command.op === "probe") console.log(JSON.stringify({ us: probe() }));
  else console.log(JSON.stringify({ ms: train!(command.method) }));
});
