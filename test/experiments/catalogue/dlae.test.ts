import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../../src/arrow/row.ts";
import { dlaeExperiment } from "../../../src/experiments/catalogue/dlae.ts";
import { dlaeMethodsExperiment } from "../../../src/experiments/catalogue/dlaeMethods.ts";
import { dlaeSamplingExperiment } from "../../../src/experiments/catalogue/dlaeSampling.ts";
import { dlaeToleranceExperiment } from "../../../src/experiments/catalogue/dlaeTolerance.ts";
import { marginals, publishedMarginals } from "../../../src/experiments/protocols/marginals.ts";
import { minresTerminations } from "../../../src/linalg/krylov/minres/minresTypes.ts";
import { runExperiment } from "../../support/runExperiment.ts";

/** Six inputs, two hidden: 22 classes, in a fraction of a second. */
const small = { inputs: 6, hidden: 2, samples: 200, stepSize: 0.05 };

const overview = suite("dlae");
overview("finds critical points that match their class in loss and index", async () => {
  const { findings, conclusions, runs } = await runExperiment(dlaeExperiment, {
    ...small,
    searches: 6,
    trajectorySteps: 600,
  });
  assert.is(runs.length, 7);
  const critical = findings.filter(({ verdict }) => verdict === "critical point");
  assert.ok(critical.length >= 4, `${critical.length} of 6`);
  for (const { numbers } of critical) {
    assert.is(numbers?.index, numbers?.["class index"]);
    assert.ok(Math.abs(Number(numbers?.["loss - class"])) < 1e-8);
  }
  assert.match(conclusions[0]!, new RegExp(`^${critical.length} of 6 searches .*${critical.length} match`));
});
overview("--returned-iterate last takes longer directions where the co-kernel test ends a solve", async () => {
  const of = async (returnedIterate: string): Promise<readonly Row[]> => {
    const options = { ...small, searches: 8, trajectorySteps: 600, returnedIterate, noise: 0.01 };
    const { rows } = await runExperiment(dlaeExperiment, options);
    return rows.filter(({ run }) => run.name !== "trajectory");
  };
  const [passed, last] = [await of("passed"), await of("last")];
  const leastSquares = minresTerminations.indexOf("least-squares");
  const at = passed.findIndex((row, i) => row.columns.directionNorm !== last[i]?.columns.directionNorm);
  // Up to the first solve that this test ends the two are the same.
  assert.ok(at >= 0);
  assert.is(passed[at]!.columns.termination, leastSquares);
  assert.equal(passed[at]!.point, last[at]!.point);
  assert.ok(last[at]!.columns.directionNorm! > passed[at]!.columns.directionNorm!);
  assert.ok(last[at]!.columns.relativeResidual! < passed[at]!.columns.relativeResidual!);
});
overview.run();

const methods = suite("dlae-methods");
methods("runs three finders from the same starts, half of them noisy", async () => {
  const options = { ...small, searches: 8, gradientSearches: 2, gradientIterations: 200, trajectories: 2 };
  const { rows, findings, conclusions } = await runExperiment(dlaeMethodsExperiment, {
    ...options,
    trajectorySteps: 600,
  });
  const first = (name: string): Float64Array => rows.find(({ run }) => run.name === name)!.point!;
  for (const number of ["01", "02"]) {
    assert.equal(first(`damped-newton-${number}`), first(`newton-mr-${number}`));
    assert.equal(first(`gradient-norm-${number}`), first(`newton-mr-${number}`));
  }
  const variances = rows
    .filter(({ step }) => step === 0)
    .map(({ run }) => run.description as { method: string; start: { variance: number; trajectory: number } })
    .filter(({ method }) => method === "newton-mr")
    .map(({ start }) => start);
  assert.equal(
    variances.map(({ variance }) => variance),
    [0, 0, 0.01, 0.01, 0, 0, 0.01, 0.01],
  );
  assert.equal(
    variances.map(({ trajectory }) => trajectory),
    [1, 2, 1, 2, 1, 2, 1, 2],
  );
  const newton = findings.filter(({ run }) => run.startsWith("newton-mr"));
  assert.ok(newton.filter(({ verdict }) => verdict === "critical point").length >= 5);
  const line = conclusions.find((text) => text.startsWith("newton-mr"))!;
  assert.match(line, /of 8, .* published 80 % of 100; 0 of these have a Morse index that differs/);
  assert.ok(conclusions.some((text) => text.includes("newton-mr against damped-newton: p =")));
});
methods("takes explicit sizes before those of --full", async () => {
  const { runs } = await runExperiment(dlaeMethodsExperiment, {
    ...small,
    full: true,
    searches: 2,
    gradientSearches: 1,
    iterations: 3,
    gradientIterations: 3,
    trajectories: 1,
    trajectorySteps: 20,
  });
  assert.equal(runs, [
    "trajectory",
    "newton-mr-01",
    "newton-mr-02",
    "damped-newton-01",
    "damped-newton-02",
    "gradient-norm-01",
  ]);
});
methods.run();

const tolerance = suite("dlae-tolerance");
tolerance("finds fewer wrong indices at stricter cutoffs, and none at the end", async () => {
  const { conclusions } = await runExperiment(dlaeToleranceExperiment, {
    searches: 8,
    trajectories: 2,
    trajectorySteps: 3000,
  });
  const wrong = conclusions.flatMap((line) => {
    const [, count] = / {2}1e-\d+: wrong index in (\d+) of \d+/.exec(line) ?? [];
    return count === undefined ? [] : [Number(count)];
  });
  assert.is(wrong.length, 6);
  assert.ok(wrong[0]! > 0, "1e-4 is too loose");
  assert.ok(
    wrong.every((count, at) => at === 0 || count <= wrong[at - 1]!),
    wrong.join(", "),
  );
  assert.is(wrong.at(-1), 0);
  assert.match(conclusions.at(-1)!, /^at the end of these searches: 0 wrong indices/);
});
tolerance.run();

const sampling = suite("dlae-sampling");
sampling("draws from each trajectory by both schemes, and compares entropies", async () => {
  const { runs, conclusions } = await runExperiment(dlaeSamplingExperiment, {
    ...small,
    searches: 6,
    trajectories: 2,
    trajectorySteps: 2000,
  });
  assert.is(runs.length, 2 + 6 * 6 * 2);
  assert.ok(runs.includes("height-0.0001-12") && runs.includes("iteration-0.01-01"));
  assert.match(conclusions[0]!, /at most 2\.81\)$/);
  const bits = (group: string): number => {
    const [, value] = new RegExp(`^ {2}${group}: ([\\d.]+) \\(`).exec(
      conclusions.find((line) => line.startsWith(`  ${group}`))!,
    )!;
    return Number(value);
  };
  assert.ok(bits("height, variance 0") > bits("iteration, variance 0"));
  const single = conclusions.filter((line) => line.includes("each trajectory alone"));
  assert.is(single.length, 6);
  for (const line of single) assert.match(line, /: [\d.]+, [\d.]+ by the published formula.*; [\d.]+, [\d.]+ without/);
  assert.match(conclusions.at(-1)!, /^with noise of variance 0\.0001 the search found the same critical point/);
});
sampling.run();

const counts = suite("marginals");
counts("counts each direction of each set, and the empty set as one more", () => {
  assert.equal(marginals([[0, 2], [0], []], 3), [2, 0, 1, 1]);
});
counts("as published: the set that is first by smallest eigenvalue stands for the origin, and counts twice", () => {
  // Direction 2 has the smallest of three eigenvalues, hence the first position there.
  assert.equal(publishedMarginals([[0, 2], [0], [0, 2]], 3), [3, 0, 2, 2]);
  assert.equal(publishedMarginals([[0, 1], [0], [1]], 3), [2, 2, 0, 1]);
  assert.equal(publishedMarginals([[0, 2], [], [0]], 3), marginals([[0, 2], [], [0]], 3));
});
counts.run();
