/** How much longer do enclosures of Hessians and of their products take than float64? */
import { intervalDerivatives } from "../src/autodiff/interval/derivatives.ts";
import { denseOf } from "../src/linalg/dense/dense.ts";
import { mnist4x4 } from "../src/problems/data/mnist4x4.ts";
import { deepLinearAutoencoder } from "../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { network } from "../src/problems/networks/network.ts";
import type { TracedProblem } from "../src/problems/problem.ts";
import { duration } from "./support/duration.ts";
import { randomFrom } from "./support/random.ts";
import { probe, quartiles, steadyRounds } from "./support/rounds.ts";

/*
 * npm run bench -- intervals [--json] [--rounds 9] [--seconds 0.2]
 *
 * CPU times. A Hessian is that of a new point or a new box each time, so that the pass forward counts on both sides. The
 * ratio is taken within a round. "Exclusion" is 14 products with one vector over as many boxes of different radius around
 * one point.
 */
const option = (name: string, otherwise: string): string => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const rounds = Number(option("rounds", "9"));
const seconds = Number(option("seconds", "0.2"));
const json = process.argv.includes("--json");

interface Case {
  readonly name: string;
  readonly problem: TracedProblem;
}

const small = mnist4x4({ samples: 20, seed: 1 });
const digits = mnist4x4({ samples: 1000, seed: 1 });
const hessians: readonly Case[] = [
  { name: "linear 16-4-16", problem: deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 1000, seed: 1 }) },
  {
    name: "tanh 16-3-16, N=20",
    problem: network({ layers: [16, 3, 16], activation: "tanh", loss: "meanSquaredError", inputs: small.pixels }),
  },
];
const exclusions: readonly Case[] = [
  {
    name: "swish 16-8-16-16, N=1000",
    problem: network({ layers: [16, 8, 16, 16], activation: "swish", loss: "meanSquaredError", inputs: digits.pixels }),
  },
];

const pointOf = ({ dimension }: TracedProblem): Float64Array => {
  const random = randomFrom(5);
  return Float64Array.from({ length: dimension }, () => 0.6 * (random() - 0.5));
};
const show = (row: Readonly<Record<string, string | number>>): void =>
  console.log(json ? JSON.stringify(row) : `| ${Object.values(row).join(" | ")} |`);

if (!json) console.log("| Hessian | n | float64, ms | enclosure, ms | ratio |\n| --- | --- | --- | --- | --- |");
for (const { name, problem } of hessians) {
  const intervals = intervalDerivatives(problem.graph!);
  const point = pointOf(problem);
  const rad = point.map((x) => 1e-8 * Math.abs(x));
  let turn = 0;
  const moved = (): Float64Array => {
    turn++;
    return point.map((x) => x * (1 + 1e-10 * turn));
  };
  const { results } = await steadyRounds(rounds, probe, () => ({
    float64: duration(() => denseOf(problem.linearize(moved())), seconds) / 1000,
    enclosure: duration(() => intervals.hessian({ mid: moved(), rad }), seconds) / 1000,
  }));
  show({
    name,
    n: problem.dimension,
    float64: quartiles(results.map((result) => result.float64)),
    enclosure: quartiles(results.map((result) => result.enclosure)),
    ratio: quartiles(results.map(({ float64, enclosure }) => enclosure / float64)),
  });
}

if (!json) console.log("\n| exclusion, 14 products | n | ms | a product of float64, ms |\n| --- | --- | --- | --- |");
for (const { name, problem } of exclusions) {
  const intervals = intervalDerivatives(problem.graph!);
  const mid = pointOf(problem);
  const v = { mid: mid.map((x) => x / Math.hypot(...mid)), rad: new Float64Array(mid.length) };
  const product = new Float64Array(mid.length);
  const { results } = await steadyRounds(rounds, probe, () => ({
    exclusion:
      duration(() => {
        for (let k = 0; k < 14; k++)
          intervals.hessianTimes({ mid, rad: new Float64Array(mid.length).fill(2 ** -k) }, v);
      }, seconds) / 1000,
    float64: duration(() => problem.linearize(mid.map((x) => x * 1.0000001)).apply(v.mid, product), seconds) / 1000,
  }));
  show({
    name,
    n: problem.dimension,
    exclusion: quartiles(results.map((result) => result.exclusion)),
    float64: quartiles(results.map((result) => result.float64)),
  });
}
