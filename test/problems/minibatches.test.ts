/** Minibatches: which rows each step has, that nothing else decides it, and what does not fit. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/index.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { objective } from "../../src/problems/objective.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const width = 3;
/** The mean over samples of (<x, w> - y)^2, traced for five samples. */
const problem = objective([[width]], (w: tf.Tensor1D) => {
  const x = data("x", new Float64Array(5 * width).fill(1), [5, width]) as tf.Tensor2D;
  const y = data("y", new Float64Array(5), [5]);
  return tf.mean(tf.square(tf.sub(tf.dot(x, w), y)));
});
const samplesOf = (count: number): { x: Float64Array; y: Float64Array } => ({
  x: normalVector(count * width, 1),
  // Each sample has a number of its own, which a loss at w = 0 shows.
  y: Float64Array.from({ length: count }, (_, i) => i + 1),
});
const origin = new Float64Array(width);
const field = new Float64Array(width);

const test = suite("minibatches");

test("an epoch has every row once, in an order that seed and epoch determine", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer(),
      fc.boolean(),
      fc.boolean(),
      (count, wanted, seed, shuffle, dropLast) => {
        const size = Math.min(wanted, count);
        const samples = samplesOf(count);
        // A sum of 2^row tells which rows a batch has.
        const marks = Float64Array.from({ length: count }, (_, i) => Math.sqrt(2 ** i));
        const of = (): ((step: number) => number) => {
          const batches = minibatches(problem, { x: samples.x, y: marks }, { size, seed, shuffle, dropLast });
          assert.is(batches.perEpoch, dropLast ? Math.floor(count / size) : Math.ceil(count / size));
          return (step) => {
            const rest =
              (step % batches.perEpoch) + 1 === batches.perEpoch ? count - size * (batches.perEpoch - 1) : size;
            const rows = dropLast ? size : rest;
            return Math.round(batches(step).evaluate(origin, field) * rows);
          };
        };
        const [forwards, backwards] = [of(), of()];
        const perEpoch = dropLast ? Math.floor(count / size) : Math.ceil(count / size);
        const steps = Array.from({ length: 2 * perEpoch }, (_, step) => step);
        const sums = steps.map(forwards);
        // A run that is resumed asks for later steps only, a test for any.
        assert.equal(steps.toReversed().map(backwards).toReversed(), sums);
        if (!dropLast) {
          for (const epoch of [0, 1]) {
            const total = sums.slice(epoch * perEpoch, (epoch + 1) * perEpoch).reduce((a, b) => a + b, 0);
            assert.is(total, 2 ** count - 1);
          }
        }
        if (!shuffle) assert.is(sums[0], 2 ** size - 1);
      },
    ),
    { numRuns: 60 },
  );
});

test("describes each batch by all rows: the same at every step, and another where one number differs", () => {
  const samples = samplesOf(20);
  const described = (data: typeof samples, step: number): string =>
    JSON.stringify(minibatches(problem, data, { size: 6, seed: 3 })(step).description);
  const first = described(samples, 0);
  assert.is(described(samples, 7), first);
  fc.assert(
    fc.property(fc.constantFrom("x" as const, "y" as const), fc.nat(19), (name, row) => {
      const other = { x: samples.x.slice(), y: samples.y.slice() };
      other[name][row]! += 1e-9;
      assert.is.not(described(other, 0), first);
    }),
    { numRuns: 10 },
  );
});

test("names a text among numbers with its row and feature", () => {
  const samples = samplesOf(4);
  const { x } = samples;
  fc.assert(
    fc.property(fc.nat(x.length - 1), fc.constantFrom("3", "x", "", null, true), (at, odd) => {
      const list = Array.from(x) as unknown[];
      list[at] = odd;
      const got = typeof odd === "string" ? `the text ${JSON.stringify(odd)}` : String(odd);
      const where = `got ${got} in row ${Math.floor(at / width)}, feature ${at % width}`;
      const given = { ...samples, x: list as number[] };
      assertError(() => minibatches(problem, given), "ERR_OPTION_TYPE", new RegExp(where));
      assertError(() => problem.with(given), "ERR_OPTION_TYPE", new RegExp(where));
    }),
    { numRuns: 20 },
  );
});

test("gives the bits of `with` on the same rows, also where problems of several steps take turns", () => {
  const samples = samplesOf(20);
  const onRows = problem.rowsOf(samples);
  assert.is(onRows.count, 20);
  const batches = [[0, 1, 2, 3, 4], [19, 3, 3, 0, 7], [5]];
  const pick = (rows: readonly number[], of: Float64Array, k: number): number[] =>
    rows.flatMap((row) => [...of.subarray(row * k, (row + 1) * k)]);
  const problems = batches.map((rows) => [
    onRows(rows),
    problem.with({ x: pick(rows, samples.x, width), y: pick(rows, samples.y, 1) }),
  ]);
  const [w, v] = [normalVector(width, 2), normalVector(width, 3)];
  const maps = problems.map(([chosen]) => chosen!.linearize(w));
  for (const [i, [chosen, copied]] of problems.entries()) {
    const other = new Float64Array(width);
    assert.is(chosen!.evaluate(w, field), copied!.evaluate(w, other));
    assert.equal(field, other);
    maps[i]!.apply(v, field);
    copied!.linearize(w).apply(v, other);
    assert.equal(field, other);
    assert.equal(chosen!.description, copied!.description);
    // A problem on rows is a problem like any other: it can be given other data.
    const again = chosen!.with({ y: samples.y.subarray(0, batches[i]!.length) });
    assert.ok(Number.isFinite(again.evaluate(w, field)));
  }
});

test("a run on minibatches reaches the minimum of noiseless data, the same with vectors that are used again", () => {
  const { x } = samplesOf(100);
  const truth = [1, -2, 3];
  const y = Float64Array.from({ length: 100 }, (_, i) =>
    truth.reduce((sum, factor, j) => sum + factor * x[i * width + j]!, 0),
  );
  const batches = minibatches(problem, { x, y }, { size: 10 });
  const update = () => chain(momentum({ decay: 0.5 }), gradientStep(0.05));
  const last = firstRows(batches, origin, update(), 300).at(-1)!;
  assertClose(last.point, truth, 1e-9);
  const reused = firstRows(batches, origin, update(), 300, { reuse: true }).at(-1)!;
  assert.equal(reused.point, last.point);
});

test("names what does not fit", () => {
  const samples = samplesOf(20);
  assertError(
    () => minibatches(problem, samples, { size: 21 }),
    "ERR_OPTION_RANGE",
    /at most the number of rows, 20, got 21/,
  );
  assertError(() => minibatches(problem, samples, { size: 0 }), "ERR_OPTION_RANGE", /size/);
  assertError(() => minibatches(problem, {}), "ERR_LENGTH", /one input at least/);
  assertError(() => minibatches(problem, { z: samples.x }), "ERR_DATA_NAME", /"z"; it has x, y/);
  assertError(
    () => minibatches(problem, { x: samples.x, y: samples.y.subarray(1) }),
    "ERR_LENGTH",
    /as many rows of "y" as of "x", 20, got 19/,
  );
  assertError(() => minibatches(problem, { x: samples.x.subarray(1) }), "ERR_LENGTH", /multiple of 3/);
  const bad = samples.x.slice();
  bad[31] = Number.NaN;
  assertError(() => minibatches(problem, { x: bad, y: samples.y }), "ERR_NOT_FINITE", /NaN at index 31 \(\[10, 1\]\)/);
  const onRows = problem.rowsOf(samples);
  for (const row of [-1, 20, 0.5, Number.NaN]) {
    assertError(() => onRows([0, row]), "ERR_OPTION_RANGE", /rows from 0 to 19/);
  }
  assertError(() => onRows([]), "ERR_LENGTH", /one row at least/);
});

test.run();
