import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gaussianAutoencoderExperiment } from "../../../src/experiments/catalogue/gaussianAutoencoder.ts";
import { memorisationExperiment } from "../../../src/experiments/catalogue/memorisation.ts";
import { mnistAutoencoderExperiment } from "../../../src/experiments/catalogue/mnistAutoencoder.ts";
import { mnistClassifierExperiment } from "../../../src/experiments/catalogue/mnistClassifier.ts";
import { runExperiment } from "../../support/runExperiment.ts";

const sizes = { searches: 3, iterations: 4, trajectorySteps: 60 };

const networks = suite("protocols on networks");
networks("mnist-autoencoder says what fractions were critical, flat at the end, ever flat", async () => {
  const { rows, findings, conclusions, runs } = await runExperiment(mnistAutoencoderExperiment, {
    ...sizes,
    samples: 40,
  });
  assert.equal(runs, ["trajectory", "search-01", "search-02", "search-03"]);
  assert.is(rows[0]!.point!.length, 552);
  assert.is(findings.length, 3);
  assert.match(conclusions[0]!, /^critical at the end.* of 3, .*published 14 % of 100$/);
  assert.match(conclusions[1]!, /^flat at the end.*published 28 %$/);
  assert.match(conclusions[2]!, /^ever flat.*published 89 %/);
  assert.match(conclusions[3]!, /whose solve ended by the co-kernel test.*r > 0.9 in \d of 3.*r > 0.99 in \d of 3/);
});
networks("one search alone concludes nothing in percent", async () => {
  const { conclusions, runs } = await runExperiment(mnistAutoencoderExperiment, { ...sizes, searches: 1, samples: 40 });
  assert.equal(runs, ["trajectory", "search"]);
  assert.equal(conclusions, []);
});
networks("--full starts trajectories near the origin, from several points", async () => {
  const full = { ...sizes, full: true, trajectories: 2, samples: 40 };
  const { rows, runs } = await runExperiment(mnistAutoencoderExperiment, full);
  assert.equal(runs.slice(0, 2), ["trajectory-01", "trajectory-02"]);
  const [a, b] = ["trajectory-01", "trajectory-02"].map((name) => rows.find(({ run }) => run.name === name)!.point!);
  const variance = a!.reduce((sum, z) => sum + z * z, 0) / a!.length;
  // 1 / n, with a relative error of sqrt(2 / n).
  assert.ok(Math.abs(variance * 552 - 1) < 0.25, `${variance * 552}`);
  assert.not.equal(a, b);
});
networks("--start-scale multiplies either start of the trajectories", async () => {
  const few = { searches: 1, iterations: 1, trajectorySteps: 1, samples: 40 };
  for (const start of ["small", "scaled"]) {
    const first = async (startScale?: number): Promise<Float64Array> => {
      const options = { ...few, start, ...(startScale === undefined ? {} : { startScale }) };
      const { rows } = await runExperiment(mnistAutoencoderExperiment, options);
      return rows.find(({ run }) => run.name === "trajectory")!.point!;
    };
    const plain = await first();
    assert.equal(
      await first(0.25),
      plain.map((parameter) => 0.25 * parameter),
      start,
    );
  }
});
networks("gaussian-autoencoder has 384 parameters, mnist-classifier 398, memorisation 1160", async () => {
  const few = { searches: 2, iterations: 1, trajectorySteps: 5 };
  for (const [experiment, options, dimension] of [
    [gaussianAutoencoderExperiment, { ...few, samples: 30 }, 384],
    [mnistClassifierExperiment, { ...few, samples: 30 }, 398],
    [memorisationExperiment, few, 1160],
  ] as const) {
    const { rows, conclusions } = await runExperiment(experiment, options);
    assert.is(rows[0]!.point!.length, dimension, experiment.name);
    assert.match(conclusions[0]!, /^critical at the end/, experiment.name);
  }
});
networks("memorisation permutes labels by the seed", async () => {
  const few = { searches: 1, iterations: 1, trajectorySteps: 1, noise: 0 };
  const [one, two] = await Promise.all([1, 2].map((seed) => runExperiment(memorisationExperiment, few, seed)));
  const labels = (outcome: typeof one): unknown =>
    (outcome!.rows[0]!.run.description as { problem: { data: { labels: string } } }).problem.data.labels;
  assert.is(labels(one), "permuted, seed 1");
  assert.is(labels(two), "permuted, seed 2");
});
networks.run();
