/** How long do gradients and products take on the executors for devices, beside our own and JAX? */
import * as tf from "@tensorflow/tfjs";
import { findDevices } from "../src/autodiff/devices/devices.ts";
import type { Executor } from "../src/autodiff/executor.ts";
import { data, gradient, trace } from "../src/autodiff/index.ts";
import { compileField } from "../src/autodiff/program.ts";
import { sessionOf } from "../src/autodiff/tensorflow/session.ts";
import { besideJax } from "./support/besideJax.ts";
import { randomFrom } from "./support/random.ts";
import { quartiles } from "./support/rounds.ts";

/*
 * npm run bench -- executors [--json] [--rounds 9] [--seconds 0.1] [--only 0,1,2] [--python /path/to/python]
 *
 * Everything is computed from a vector to a vector, as a method does. FLUXION_TENSORFLOW says where the binding is
 * (scripts/build-tfjs-node.sh makes it). `overhead` is what a kernel of TensorFlow costs beside its arithmetic: the time
 * of an addition of two numbers, with the deletion of its result.
 *
 * Then the executor `xla` beside JAX on the networks of bench/hvp.ts, where there is a plugin: `--only` chooses among
 * them, `--python` says where JAX is. `--json` prints the first part alone.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "9"));

interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  loss(parameters: readonly tf.Tensor[], input: (name: string) => tf.Tensor): tf.Tensor;
}

const dense = (samples: number, inputs: number, hidden: number): Case => ({
  name: `tanh ${inputs}-${hidden}-${inputs}, N = ${samples}`,
  shapes: [[inputs, hidden], [hidden], [hidden, inputs], [inputs]],
  inputs: { x: [samples, inputs] },
  loss([w, b, u, c], input) {
    const x = input("x") as tf.Tensor2D;
    const y = tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, w as tf.Tensor2D), b!)), u as tf.Tensor2D), c!);
    return tf.mean(tf.sum(tf.square(tf.sub(y, x)), -1));
  },
});

const convolutions = (images: number): Case => ({
  name: `convolutions 3x3x8 and 3x3x16, ${images} images of 14 x 14`,
  shapes: [[3, 3, 1, 8], [8], [3, 3, 8, 16], [16], [144, 10], [10]],
  inputs: { x: [images, 14, 14, 1], y: [images, 10] },
  loss([k, b, l, c, w, d], input) {
    const swish = (z: tf.Tensor): tf.Tensor4D => tf.mul(z, tf.sigmoid(z));
    const layer = (z: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor4D =>
      tf.avgPool(swish(tf.add(tf.conv2d(z as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"), bias)), 2, 2, "valid");
    const features = tf.reshape(layer(layer(input("x"), k!, b!), l!, c!), [images, 144]);
    const logits = tf.add(tf.matMul(features as tf.Tensor2D, w as tf.Tensor2D), d!);
    return tf.neg(tf.mean(tf.sum(tf.mul(input("y"), tf.logSoftmax(logits)), -1)));
  },
});

const random = randomFrom(1);
const numbers = (n: number, scale = 1): Float64Array =>
  Float64Array.from({ length: n }, () => scale * (random() - 0.5));
const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

interface Timed {
  readonly evaluate: () => void;
  readonly multiply: () => void;
  readonly results: readonly Float64Array[];
}

/** Compiles a case for an executor, with the same numbers for all. */
function prepare(traced: ReturnType<typeof traceCase>, executor: Executor): Timed {
  const { builder, parameters, outputs } = traced.function;
  const [value] = outputs;
  const program = compileField({
    builder,
    parameters,
    data: [...traced.function.data.values()].map(({ node }) => node),
    value: value!,
    field: gradient(builder, value!, parameters),
    symmetric: true,
    executor,
  });
  const instance = program.instance(traced.numbers);
  const { point, direction } = traced;
  const [field, product] = [new Float64Array(point.length), new Float64Array(point.length)];
  const moved = point.slice();
  instance.evaluate(point, field);
  const map = instance.linearize(point);
  map.apply(direction, product);
  const results = [field.slice(), product.slice()];
  return {
    evaluate() {
      moved[0]! += 1e-9;
      instance.evaluate(moved, field);
    },
    multiply: () => map.apply(direction, product),
    results,
  };
}

function traceCase({ shapes, inputs, loss }: Case) {
  const numbersOf = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, numbers(sizeOf(shape))]));
  const traced = trace({
    who: "bench",
    parameters: shapes.map((shape, i) => ({ name: `p${i}`, shape })),
    call: (...parameters: tf.Tensor[]) => loss(parameters, (name) => data(name, numbersOf[name]!, [...inputs[name]!])),
    outputsOf: (result) => [result as tf.Tensor],
  });
  const n = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return { function: traced, numbers: numbersOf, point: numbers(n, 0.2), direction: numbers(n) };
}

function milliseconds(work: () => void): number {
  const began = performance.now();
  let count = 0;
  do {
    work();
    count++;
  } while (performance.now() - began < 20);
  return (performance.now() - began) / count;
}

const found = findDevices();
for (const each of found) if ("missing" in each) console.error(`left out: ${each.missing}`);
const executors: readonly Executor[] = ["float64", ...found.flatMap((each) => ("missing" in each ? [] : [each.name]))];
const rows: Record<string, unknown>[] = [];
for (const each of [dense(100, 16, 12), dense(1000, 784, 256), convolutions(256)]) {
  const traced = traceCase(each);
  const prepared = executors.map((executor) => prepare(traced, executor));
  const times = executors.map(() => ({ gradient: [] as number[], product: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, { evaluate, multiply }] of prepared.entries()) {
      multiply();
      const product = milliseconds(multiply);
      const gradient = milliseconds(evaluate);
      if (round < 0) continue;
      times[i]!.gradient.push(gradient);
      times[i]!.product.push(product);
    }
  }
  for (const [i, executor] of executors.entries()) {
    const difference = Math.max(
      ...prepared[i]!.results.map((result, k) => {
        const own = prepared[0]!.results[k]!;
        const size = own.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        return result.reduce((most, x, j) => Math.max(most, Math.abs(x - own[j]!)), 0) / size;
      }),
    );
    rows.push({
      case: each.name,
      executor,
      "gradient, ms": quartiles(times[i]!.gradient),
      "product, ms": quartiles(times[i]!.product),
      "difference to float64": difference.toExponential(1),
    });
  }
}

/** Microseconds of a kernel that has next to nothing to compute. */
function overhead(): number {
  const session = sessionOf("float64");
  const one = session.put(Float64Array.of(1), []);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (let k = 0; k < 2000; k++) session.free(session.plain("AddV2", one, one));
    times.push((performance.now() - began) / 2);
  }
  session.free(one);
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
const kernel = executors.includes("tensorflow") ? overhead() : undefined;
if (process.argv.includes("--json")) console.log(JSON.stringify({ rows, kernel }));
else {
  console.table(rows);
  if (kernel !== undefined) console.log(`overhead of a kernel of TensorFlow: ${kernel.toFixed(1)} us`);
  if (executors.includes("xla")) {
    const only = option("only", "");
    await besideJax({
      rounds,
      seconds: Number(option("seconds", "0.1")),
      python: option("python", process.env.PYTHON ?? "python3"),
      only: only === "" ? undefined : only.split(",").map(Number),
    });
  }
}
