/** Does a sample cost the same whatever the number of samples is, and does memory grow with it? */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { data } from "../src/autodiff/index.ts";
import { objective } from "../src/problems/objective.ts";
import type { TracedProblem } from "../src/problems/problem.ts";
import { randomFrom } from "./support/random.ts";
import { fairEnvironment } from "./support/worker.ts";

/*
 * npm run bench -- samples [--only 0,1] [--largest 4000000] [--python /path/to/python]
 *
 * Each row is measured in a process of its own on one thread, since memory that was used once counts for ever. The
 * memory is what the process takes beyond what it takes once it has the data. JAX is measured if the interpreter has it.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};

type Model = (samples: number) => TracedProblem;
const random = randomFrom(1);
const numbers = (count: number): Float64Array => Float64Array.from({ length: count }, () => random());

const models: readonly (readonly [name: string, model: Model])[] = [
  [
    "swish 16-8-16",
    (samples) =>
      objective(
        [
          [16, 8],
          [8, 16],
        ],
        (a, b) => {
          const x = data("x", given.x, [samples, 16]) as tf.Tensor2D;
          const h = tf.matMul(x, a);
          return tf.mean(tf.square(tf.sub(tf.matMul(tf.mul(h, tf.sigmoid(h)) as tf.Tensor2D, b), x)));
        },
      ),
  ],
  [
    "logistic, 30 features",
    (samples) =>
      objective([[30, 1], []], (w, b) => {
        const x = data("x", given.x, [samples, 30]) as tf.Tensor2D;
        return tf.losses.sigmoidCrossEntropy(data("y", given.y, [samples, 1]), tf.add(tf.matMul(x, w), b));
      }),
  ],
  [
    "ten layers of 32",
    (samples) =>
      objective(
        Array.from({ length: 10 }, () => [32, 32] as const),
        (...weights) => {
          const x = data("x", given.x, [samples, 32]) as tf.Tensor2D;
          const h = weights.reduce<tf.Tensor2D>((below, w) => tf.tanh(tf.matMul(below, w as tf.Tensor2D)), x);
          return tf.mean(tf.square(tf.sub(h, x)));
        },
      ),
  ],
];
const widths = [16, 30, 32];
const given: { x: Float64Array; y: Float64Array } = { x: new Float64Array(0), y: new Float64Array(0) };

/** CPU nanoseconds of the fastest of some calls. */
function fastest(act: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + 1000;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, 1000 * (user + system));
  }
  return best;
}

function measure(which: number, samples: number): void {
  given.x = numbers(widths[which]! * samples);
  given.y = numbers(samples).map((x) => Number(x > 0));
  const problem = models[which]![1](samples);
  const before = process.memoryUsage().rss;
  const point = numbers(problem.dimension).map((x) => 0.1 * x);
  const out = new Float64Array(problem.dimension);
  const gradient = fastest(() => {
    point[0]! += 1e-3;
    problem.evaluate(point, out);
  });
  const map = problem.linearize(point);
  const v = numbers(problem.dimension);
  map.apply(v, out);
  const product = fastest(() => map.apply(v, out));
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(JSON.stringify([gradient / samples, product / samples, memory, readingTime(given.x, samples)]));
}

/** Nanoseconds in which a sample's data are read alone: copied piece by piece into memory that the cache holds. */
function readingTime(numbers: Float64Array, samples: number): number {
  const piece = new Float64Array(4096);
  const copy = (): void => {
    for (let at = 0; at < numbers.length; at += piece.length) piece.set(numbers.subarray(at, at + piece.length));
  };
  return fastest(copy) / samples;
}

/** Measures in a process of its own; undefined if there is not enough memory. */
function measured(which: number, samples: number, tiles: boolean): readonly number[] | undefined {
  const flags = ["--conditions=fluxion-source", "--import", "tsx", fileURLToPath(import.meta.url)];
  const { stdout } = spawnSync(process.execPath, [...flags, "--which", String(which), "--samples", String(samples)], {
    encoding: "utf8",
    env: { ...process.env, FLUXION_THREADS: "1", ...(tiles ? {} : { FLUXION_TILES: "off" }) },
  });
  return numbersIn(stdout);
}

/** Measures JAX in a process of its own; undefined if it is not there, or has not enough memory. */
function measuredInJax(python: string, which: number, samples: number): readonly number[] | undefined {
  const program = fileURLToPath(new URL("peers/samples.py", import.meta.url));
  const options = { encoding: "utf8", env: fairEnvironment() } as const;
  return numbersIn(spawnSync(python, [program, String(which), String(samples)], options).stdout ?? "");
}

function numbersIn(output: string): readonly number[] | undefined {
  const line = output.split("\n").find((text) => text.startsWith("["));
  return line === undefined ? undefined : JSON.parse(line);
}

if (process.argv.includes("--which")) {
  await tf.setBackend("cpu");
  measure(Number(option("which", "0")), Number(option("samples", "1000")));
} else {
  const only = option("only", models.map((_, i) => i).join())
    .split(",")
    .map(Number);
  const largest = Number(option("largest", "4000000"));
  const python = option("python", process.env.PYTHON ?? "python3");
  console.log(
    "| model | samples | reading its data alone, ns per sample | gradient | product | memory, MB | all at once: gradient | product | memory | JAX: gradient | product |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const which of only) {
    for (const samples of [1e3, 1e4, 1e5, 1e6, 4e6]) {
      if (samples > largest || (which === 2 && samples > 1e6)) continue;
      const cells = [true, false].flatMap((tiles) => {
        const found = measured(which, samples, tiles);
        if (found === undefined) return tiles ? ["-", "-", "-", "too much"] : ["-", "-", "too much"];
        const [gradient, product, memory, reading] = found.map((x) => x.toPrecision(3));
        return tiles ? [reading, gradient, product, memory] : [gradient, product, memory];
      });
      const jax = (measuredInJax(python, which, samples) ?? []).map((x) => x.toPrecision(3));
      console.log(`| ${models[which]![0]} | ${samples} | ${[...cells, jax[0] ?? "-", jax[1] ?? "-"].join(" | ")} |`);
    }
  }
}
