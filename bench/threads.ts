/** How much faster are many samples on all cores, and are the bits the same? */
import { availableParallelism, loadavg } from "node:os";
import * as tf from "@tensorflow/tfjs";
import { data } from "../src/autodiff/index.ts";
import { objective } from "../src/problems/objective.ts";
import type { TracedProblem } from "../src/problems/problem.ts";
import { randomFrom } from "./support/random.ts";

/*
 * npm run bench -- threads [--rounds 11] [--threads 2]
 *
 * Wall times. One thread and all threads take turns on the same problem, round by round, and the median of the ratios is
 * shown. It means nothing unless that many cores are free: the load of the machine is printed with each row.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "11"));
const threads = option("threads", String(availableParallelism()));
await tf.setBackend("cpu");

const random = randomFrom(1);
const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, () => random());

/** A network of dense layers with tanh between them and squared errors. */
function network(widths: readonly number[], samples: number): TracedProblem {
  const x = numbers(widths[0]! * samples);
  const y = numbers(widths.at(-1)! * samples);
  const shapes = widths.slice(1).map((width, i) => [widths[i]!, width] as const);
  return objective(shapes, (...weights) => {
    let h = data("x", x, [samples, widths[0]!]) as tf.Tensor2D;
    for (const [i, w] of weights.entries()) {
      h = tf.matMul(h, w as tf.Tensor2D);
      if (i < weights.length - 1) h = tf.tanh(h);
    }
    return tf.mean(tf.square(tf.sub(h, data("y", y, [samples, widths.at(-1)!]))));
  });
}

const cases: readonly (readonly [widths: readonly number[], samples: number])[] = [
  [[16, 8, 16], 100_000],
  [[784, 256, 784], 1000],
  [[784, 128, 10], 10_000],
  [[784, 128, 10], 60_000],
  [Array.from({ length: 11 }, () => 32), 20_000],
];

const sameBits = (a: Float64Array, b: Float64Array): boolean => a.every((x, i) => Object.is(x, b[i]));
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

console.log(`| network | samples | what | ms on one thread | ${threads} threads are faster by | same bits | load |`);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const [widths, samples] of cases) {
  const problem = network(widths, samples);
  const point = numbers(problem.dimension).map((x) => 0.05 * x);
  const v = numbers(problem.dimension);
  const map = problem.linearize(point);
  const results = { gradient: new Float64Array(problem.dimension), product: new Float64Array(problem.dimension) };
  const tasks = {
    gradient: () => {
      // Another point lies between, so that nothing is known.
      problem.evaluate(v, results.gradient);
      problem.evaluate(point, results.gradient);
    },
    product: () => map.apply(v, results.product),
  };
  for (const what of ["gradient", "product"] as const) {
    const timed = (count: string): number => {
      process.env.FLUXION_THREADS = count;
      const start = performance.now();
      tasks[what]();
      return performance.now() - start;
    };
    // Threads start when there has been some work, and need a moment.
    for (const end = performance.now() + 5000; performance.now() < end; ) timed(threads);
    const [alone, ratios]: [number[], number[]] = [[], []];
    let same = true;
    for (let round = 0; round < rounds; round++) {
      const one = timed("1");
      const expected = results[what].slice();
      const many = timed(threads);
      same &&= sameBits(results[what], expected);
      alone.push(one);
      ratios.push(one / many);
    }
    const cells = [widths.length > 5 ? "ten layers of 32" : widths.join("-"), samples, what];
    const found = [
      middle(alone).toPrecision(3),
      middle(ratios).toFixed(2),
      same ? "yes" : "NO",
      loadavg()[0]!.toFixed(1),
    ];
    console.log(`| ${[...cells, ...found].join(" | ")} |`);
  }
}
