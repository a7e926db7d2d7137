/** Every experiment of the catalogue, by its default methods from its default start. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bilinearExperiment } from "../../../../src/experiments/catalogue/games/bilinear.ts";
import { gameExperiments } from "../../../../src/experiments/catalogue/games/index.ts";
import type { Experiment } from "../../../../src/experiments/framework/definition.ts";
import type { JsonValue } from "../../../../src/json.ts";
import { assertClose } from "../../../support/assert.ts";
import { runExperiment } from "../../../support/runExperiment.ts";

const experiments = new Map<string, Experiment>(gameExperiments.map((experiment) => [experiment.name, experiment]));
const small = { method: ["restarted-extragradient", "semismooth-newton"] };

/** Weight decay makes the solutions of a GAN isolated, so that methods can end at one. */
const oneBatch = { minibatches: false, weightDecay: 0.01, loss: "minimax", iterations: 40_000 };

interface Case {
  readonly name: string;
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** A number of the summary that must vanish, to 1e-8. */
  readonly certificate: string;
  readonly first?: string;
}

const solved: readonly Case[] = [
  { name: "quadratic-saddle", certificate: "to the solution", first: "extragradient" },
  { name: "matrix-game", options: { rows: 8, columns: 12 }, certificate: "duality gap" },
  { name: "matrix-game", options: { rockPaperScissors: true }, certificate: "duality gap" },
  { name: "kuhn", certificate: "duality gap" },
  { name: "kuhn", certificate: "value + 1/18" },
  { name: "cournot", certificate: "to the solution" },
  // Its outputs are about 50, so that a distance of 1e-8 is 2e-10 of them.
  { name: "cournot", options: { murphy: true, tolerance: 1e-12 }, certificate: "to the solution" },
  { name: "kelly", certificate: "NashConv" },
  { name: "traffic", certificate: "relative gap" },
  { name: "traffic", options: { bridge: false }, certificate: "relative gap" },
  {
    name: "traffic",
    options: { network: "sioux-falls" },
    certificate: "relative gap",
    first: "adaptive-extragradient",
  },
  { name: "complementarity", certificate: "max |min(z, F)|" },
  { name: "complementarity", options: { problem: "josephy" }, certificate: "max |min(z, F)|" },
  { name: "complementarity", options: { problem: "murty", size: 5 }, certificate: "max |min(z, F)|" },
  { name: "dirac-gan", certificate: "to the solution", first: "extragradient" },
  { name: "forsaken", certificate: "to the solution" },
  { name: "linear-quadratic", options: { horizon: 4 }, certificate: "to the solution" },
  { name: "linear-quadratic", options: { horizon: 4, duration: 1 }, certificate: "to the solution" },
  { name: "robust-regression", certificate: "to the solution" },
  {
    name: "adversarial-digits",
    options: { samples: 3 },
    certificate: "robust loss - loss",
  },
  { name: "robust-regression", options: { adversary: "weights", samples: 6 }, certificate: "duality gap" },
  {
    name: "gan-ring",
    options: { ...oneBatch, modes: 2, radius: 2, batch: 8, hidden: [4] },
    certificate: "gradients by differences",
    first: "adaptive-extragradient",
  },
];

const catalogue = suite("the catalogue");
for (const { name, options = {}, certificate, first } of solved) {
  const method = first === undefined ? small.method : [first, "semismooth-newton"];
  const title = [name, ...Object.entries(options).map(([key, value]) => `${key} ${String(value)}`)].join(", ");
  catalogue(`${title}: solved to 1e-10 by ${method.join(" and ")}, ${certificate} 0`, async () => {
    const { findings, runs } = await runExperiment(experiments.get(name)!, { ...options, method });
    assert.equal(runs, method);
    for (const { run, verdict, numbers } of findings) {
      assert.is(verdict, "solved", run);
      assert.ok(Number(numbers!["relative residual"]) <= 1e-10, run);
      assertClose(Number(numbers![certificate]), 0, 1e-8, `${run}: ${certificate}`, 1);
    }
  });
}

catalogue("each game has a first-order method and Newton among its default methods, or minibatches", () => {
  for (const { name, options } of gameExperiments) {
    const { method } = options.parse({}) as { readonly method: readonly string[] };
    assert.ok(name === "gan-ring" || (method.length > 1 && method.includes("semismooth-newton")), name);
  }
});
catalogue(
  "forsaken: what follows the field in short steps ends on the outer cycle, what jumps at the equilibrium",
  async () => {
    const { findings, rows } = await runExperiment(experiments.get("forsaken")!, {});
    const ends = new Map(findings.map(({ run, verdict, numbers }) => [run, { verdict, numbers }]));
    for (const method of ["gda", "extragradient", "optimistic"]) {
      assert.is(ends.get(method)!.verdict, "unfinished", method);
      const late = rows.filter(({ run, step }) => run.name === method && step > 1500);
      const away = late.map(({ columns }) => columns.distance!);
      // The inner cycle lies within 0.3 of the equilibrium; the outer one is a bent square with a half side of 1.3.
      assert.ok(
        Math.min(...away) > 0.6 && Math.max(...away) < 2.2,
        `${method}: ${Math.min(...away)} to ${Math.max(...away)}`,
      );
    }
    for (const method of ["restarted-extragradient", "semismooth-newton"]) {
      assert.is(ends.get(method)!.verdict, "solved", method);
      assert.ok(Number(ends.get(method)!.numbers!["to the solution"]) < 1e-8, method);
    }
  },
);
catalogue("traffic: Braess's bridge makes every journey longer, 92 instead of 83", async () => {
  for (const [bridge, time] of [
    [true, 92],
    [false, 83],
  ] as const) {
    const { findings } = await runExperiment(experiments.get("traffic")!, { bridge, method: ["semismooth-newton"] });
    assertClose(Number(findings[0]!.numbers!["time of a journey"]), time, 1e-8);
  }
});
catalogue("matrix games: the bounds of duality enclose the value at any point", async () => {
  const options = { rows: 5, columns: 6, method: ["gda"], iterations: 20 };
  const { findings } = await runExperiment(experiments.get("matrix-game")!, options);
  const numbers = findings[0]!.numbers!;
  const [low, high] = [Number(numbers["at least"]), Number(numbers["at most"])];
  const best = await runExperiment(experiments.get("matrix-game")!, { ...options, iterations: 5000, ...small });
  const value = Number(best.findings[1]!.numbers!.value);
  assert.ok(low < value && value < high, `${low} ${value} ${high}`);
  assertClose(Number(numbers["duality gap"]), high - low, 1e-12);
});
catalogue("gan-ring trains on minibatches and counts the Gaussians that it reaches", async () => {
  const options = { iterations: 5, batch: 8, hidden: [4], method: ["extragradient"] };
  const { findings, rows } = await runExperiment(experiments.get("gan-ring")!, options);
  assert.is(rows.length, 6);
  assert.match(String(findings[0]!.numbers!["modes of 8"]), /^[0-8]$/);
  const away = Number(findings[0]!.numbers!["Jensen-Shannon"]);
  assert.ok(away > 0 && away <= Math.log(2) + 1e-12, `${away}`);
});
catalogue.run();

const bilinear = suite("bilinear");
bilinear("one pair: descent-ascent leaves, alternating play circles, extragradient arrives", async () => {
  const { findings, rows } = await runExperiment(bilinearExperiment, { iterations: 200 });
  const away = findings.map(({ numbers }) => Number(numbers!["to the solution"]));
  assert.ok(away[0]! > 1e6 && away[1]! > 0.5 && away[1]! < 3 && away[2]! < 1e-9 && away[3]! < 1e-9, away.join());
  const described = rows.find(({ run }) => run.name === "extragradient")!.run.description as {
    readonly stepSize: number;
    readonly theory: { readonly factor: number };
  };
  const { stepSize: eta, theory } = described;
  assertClose(theory.factor, Math.sqrt(1 - eta ** 2 + eta ** 4), 1e-12);
});
bilinear("several pairs: f = sum of 2^-k x_k y_k", async () => {
  const { rows } = await runExperiment(bilinearExperiment, { pairs: 3, method: ["extragradient"], iterations: 1 });
  // F = (y, -x) with speeds 1, 1/2, 1/4, at ones.
  assertClose(rows[0]!.squaredFieldNorm, 2 * (1 + 1 / 4 + 1 / 16), 1e-14);
});
bilinear.run();
