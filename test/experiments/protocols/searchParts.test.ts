/** The parts of the protocols: sizes, courses, indices at cutoffs, starts. */
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { followCourse } from "../../../src/experiments/framework/course.ts";
import { describeStart, drawStarts, halfNoisy } from "../../../src/experiments/protocols/dlaeProtocol.ts";
import { indexAtCutoffs } from "../../../src/experiments/protocols/indexAtCutoffs.ts";
import { protocolSizes } from "../../../src/experiments/protocols/protocolSizes.ts";
import { smallStart } from "../../../src/experiments/protocols/trajectory.ts";
import { minresTerminations } from "../../../src/linalg/krylov/minres/minresTypes.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

const sizes = suite("protocolSizes");
const two = protocolSizes({
  searches: { quick: 3, full: 100, meaning: "starts" },
  iterations: { quick: 50, full: 50, meaning: "steps" },
});
sizes("are the quick ones, the paper's with full, and what is given before either", () => {
  assert.equal(two.of({ full: false }), { searches: 3, iterations: 50 });
  assert.equal(two.of({ full: true }), { searches: 100, iterations: 50 });
  assert.equal(two.of({ full: true, searches: 7 }), { searches: 7, iterations: 50 });
});
sizes("say both defaults in their description", () => {
  assert.is(two.shape.searches.description, "starts (default: 3, full: 100)");
  assert.is(two.shape.iterations.description, "steps (default: 50)");
  assert.not.ok(two.shape.searches.safeParse(0).success);
});
sizes.run();

const courses = suite("followCourse");
const run = makeRun();
courses("keeps the first row at or below each cutoff, with its index where measured", () => {
  const course = followCourse([1e-4, 1e-6, 1e-20]);
  const norms = [1, 1e-4, 1e-5, 1e-9, 1e-3, 1e-7];
  norms.forEach((squaredFieldNorm, step) => {
    course.take(makeRow(run, step, { squaredFieldNorm, columns: { morseIndex: 10 - step } }));
  });
  assert.is(course.crossings.get(1e-4)?.step, 1);
  assert.is(course.crossings.get(1e-6)?.step, 3);
  assert.is(course.crossings.get(1e-6)?.morseIndex, 7);
  assert.not.ok(course.crossings.has(1e-20));
});
courses("counts large residuals and flat rows, and passes over rows that solved nothing", () => {
  const course = followCourse([]);
  for (const [step, columns] of [
    { relativeResidual: 0.95, flat: 0 },
    { relativeResidual: 0.99, flat: 1 },
    {},
    { relativeResidual: 0.1, flat: 0 },
  ].entries()) {
    course.take(makeRow(run, step, { columns }));
  }
  assert.equal([course.largestResidual, course.largeResiduals, course.flatRows], [0.99, 2, 1]);
  assert.is(followCourse([]).largestResidual, undefined);
});
courses("keeps the largest residual of solves that the co-kernel test ended apart", () => {
  const course = followCourse([]);
  const [solution, leastSquares] = ["solution", "least-squares"].map((end) => minresTerminations.indexOf(end as never));
  assert.is(course.largestLeastSquaresResidual, undefined);
  for (const [step, columns] of [
    { relativeResidual: 0.95, termination: solution! },
    { relativeResidual: 0.5, termination: leastSquares! },
    { relativeResidual: 0.6, termination: leastSquares! },
    { relativeResidual: 0.4, termination: leastSquares! },
  ].entries()) {
    course.take(makeRow(run, step, { columns }));
  }
  assert.equal([course.largestResidual, course.largestLeastSquaresResidual], [0.95, 0.6]);
});
courses("takes no number that is not finite for a crossing", () => {
  const course = followCourse([1]);
  course.take(makeRow(run, 0, { squaredFieldNorm: Number.NaN }));
  assert.not.ok(course.crossings.has(1));
});
courses.run();

const indices = suite("indexAtCutoffs");
indices("measures where a cutoff is first passed and on the last row, nowhere else", async () => {
  const cutoffs = [1e2, 1e-2, 1e-8];
  const update = chain(untilStep(40), newtonMR(), indexAtCutoffs(cutoffs));
  const rows = await lastValueFrom(iterate(quartic(), [-3.9, 2], update).pipe(toArray()));
  const wanted = rows.filter(({ squaredFieldNorm, status }, at) => {
    const before = rows[at - 1]?.squaredFieldNorm ?? Number.POSITIVE_INFINITY;
    return status !== "running" || cutoffs.some((cutoff) => squaredFieldNorm <= cutoff && before > cutoff);
  });
  const measured = rows.filter(({ columns }) => columns.morseIndex !== undefined);
  assert.equal(
    measured.map(({ step }) => step),
    wanted.map(({ step }) => step),
  );
  assert.ok(measured.length >= 3 && measured.length < rows.length);
  // (-3, 0) is a minimum.
  assert.is(measured.at(-1)!.columns.morseIndex, 0);
});
indices.run();

const starts = suite("drawStarts and halfNoisy");
const trajectories = [0, 1].map((t) =>
  Array.from({ length: 50 }, (_, step) => makeRow(run, step, { value: 50 - step, point: Float64Array.of(t, step, 0) })),
);
starts("take trajectories in turn, and the same rows whatever the noise", () => {
  const options = { seed: 3, count: 4, scheme: "iteration" } as const;
  const clean = drawStarts(trajectories, { ...options, variance: 0 });
  const noisy = drawStarts(trajectories, { ...options, variance: 1e-6 });
  assert.equal(
    clean.map(({ trajectory }) => trajectory),
    [1, 2, 1, 2, 1, 2, 1, 2],
  );
  assert.equal(
    noisy.map(({ step }) => step),
    clean.map(({ step }) => step),
  );
  assert.ok(clean.every(({ point, trajectory, step }) => point[0] === trajectory - 1 && point[1] === step));
  assert.ok(noisy.every(({ point }, i) => Math.hypot(...point.map((z, j) => z - clean[i]!.point[j]!)) > 0));
});
starts("are as many as asked for, noisy in turns, at most one more of a kind", () => {
  for (const count of [1, 5, 8]) {
    const drawn = halfNoisy(trajectories, { seed: 1, count, variance: 0.5 });
    assert.is(drawn.length, count);
    const noisy = drawn.filter(({ variance }) => variance > 0).length;
    assert.ok(Math.abs(count - 2 * noisy) <= trajectories.length);
  }
  const [first] = halfNoisy(trajectories, { seed: 1, count: 1, variance: 0.5 });
  assert.equal(Object.keys(describeStart(first!)), ["trajectory", "step", "value", "scheme", "variance"]);
});
starts.run();

const origin = suite("smallStart");
origin("is normal of variance 1 / n, other for another index, the same again", () => {
  const start = smallStart(4000, 1, 0);
  const variance = start.reduce((sum, z) => sum + z * z, 0);
  assert.ok(Math.abs(variance - 1) < 0.1, `${variance}`);
  assert.equal(start, smallStart(4000, 1, 0));
  assert.equal(
    smallStart(4000, 1, 0, 0.25),
    start.map((parameter) => 0.25 * parameter),
  );
  assert.not.equal(start, smallStart(4000, 1, 1));
});
origin.run();
