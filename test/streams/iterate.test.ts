import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { share, take } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate, IterateOptions } from "../../src/streams/types.ts";
import { assertClose } from "../support/assert.ts";
import { valuesOf } from "../support/collect.ts";
import { counted } from "../support/countedProblem.ts";
import { assertSameRows } from "../support/sameRows.ts";

const atOnce = { slice: Number.POSITIVE_INFINITY };
const steps = (rows: readonly Iterate[]): number[] => rows.map((row) => row.step);
/** A row's data without its time. */
const timeless = (rows: readonly Iterate[]): Iterate[] => rows.map((row) => ({ ...row, seconds: 0 }));

const test = suite("iterate");

test("emits point k with the step chosen there, and moves along it", () => {
  const rows = firstRows(quartic(), [1, 2], gradientStep(0.05), 20);
  assert.equal(
    steps(rows),
    Array.from({ length: 20 }, (_, k) => k),
  );
  for (const [k, row] of rows.entries()) {
    const [x, y] = row.point as unknown as [number, number];
    assertClose(row.at.field, [x ** 3 - 6 * x + 9, 3.6 * y ** 3 + 10 * y], 1e-14, "field", 1);
    assertClose(
      row.direction,
      row.at.field.map((f) => -f),
      0,
    );
    assert.is(row.value, row.at.value);
    assert.is(row.squaredFieldNorm, row.at.field[0]! ** 2 + row.at.field[1]! ** 2);
    assert.is(row.stepSize, 0.05);
    assert.is(row.status, "running");
    assert.is(row.evaluations, k + 1);
    assert.is(row.products, 0);
    if (k > 0) {
      const before = rows[k - 1]!;
      const expected = before.point.map((z, i) => z + 0.05 * before.direction[i]!);
      assert.equal(row.point, expected);
    }
  }
});

test("emits plain data and the evaluation, nothing that only a proposal has", () => {
  const [row] = firstRows(quartic(), [1, 2], gradientStep(0.05), 1);
  assert.not.ok("next" in row!);
  assert.not.ok("evaluate" in row!);
  assert.ok("at" in row! && "direction" in row);
});

test("shares one run object among all rows, complete at the first", () => {
  const rows = firstRows(quartic(), [1, 2], chain(momentum(), gradientStep(0.05)), 3, {
    name: "mine",
    description: { seed: 3 },
  });
  const { run } = rows[0]!;
  for (const row of rows) assert.is(row.run, run);
  assert.is(run.name, "mine");
  assert.is(run.attempt, 1);
  assert.equal(Object.keys(run.settings), ["momentum.decay", "gradientStep.stepSize"]);
  assert.is(run.settings["momentum.decay"]!.value, 0.9);
  assert.equal(run.description, { problem: { problem: "quartic" }, seed: 3 });
});

test("keeps a description that is no object beside what the problem says", () => {
  const [row] = firstRows(quartic(), [1, 2], gradientStep(0.05), 1, { description: "first try" });
  assert.equal(row!.run.description, { problem: { problem: "quartic" }, run: "first try" });
});

test("leaves the start untouched and takes any array of numbers", () => {
  const start = Float64Array.of(1, 2);
  const [typed] = firstRows(quartic(), start, gradientStep(0.05), 2);
  const [plain] = firstRows(quartic(), [1, 2], gradientStep(0.05), 2);
  assert.equal(start, Float64Array.of(1, 2));
  assert.is.not(typed!.point, start);
  assert.equal(typed!.point, plain!.point);
});

test("moves to an accepted trial point without evaluating it again", () => {
  const problem = counted(quartic());
  const half = defineUpdate({
    name: "half",
    step(it) {
      const next = it.evaluate(it.point.map((z) => z / 2));
      return { stepSize: 1, next };
    },
  });
  const rows = firstRows(problem, [1, 2], half, 5);
  assert.is(problem.calls.evaluate, 6);
  assert.equal(
    rows.map((row) => row.evaluations),
    [2, 3, 4, 5, 6],
  );
  assert.equal(rows[4]!.point, Float64Array.of(1 / 16, 2 / 16));
});

test("evaluates nothing again after a rejected step, and keeps the Jacobian", () => {
  const problem = counted(quartic());
  const reject = defineUpdate({
    name: "reject",
    step(it) {
      const out = new Float64Array(2);
      it.at.linearize().apply(it.at.field, out);
      return { stepSize: 0, next: it.at };
    },
  });
  const rows = firstRows(problem, [1, 2], reject, 4);
  assert.equal(problem.calls, { evaluate: 1, linearize: 1 });
  assert.is(rows[3]!.evaluations, 1);
  assert.is(rows[3]!.products, 4);
  for (const row of rows) assert.is(row.at, rows[0]!.at);
});

test("counts each vector that goes through the Jacobian", () => {
  const products = defineUpdate({
    name: "products",
    step(it) {
      const map = it.at.linearize();
      map.apply(it.at.field, new Float64Array(2));
      map.applyTranspose(it.at.field, new Float64Array(2));
      map.applyMany(new Float64Array(6), 3, new Float64Array(6));
      return { stepSize: 0.01 };
    },
  });
  const rows = firstRows(quartic(), [1, 2], products, 3);
  assert.equal(
    rows.map((row) => row.products),
    [5, 10, 15],
  );
});

test("is cold: two subscriptions are two runs with the same rows", async () => {
  const problem = counted(quartic());
  const run$ = iterate(problem, [1, 2], chain(untilStep(10), momentum(), gradientStep(0.01)));
  assert.is(problem.calls.evaluate, 0);
  const [first, second] = await Promise.all([valuesOf(run$), valuesOf(run$)]);
  assert.is(problem.calls.evaluate, 22);
  assert.is.not(first[0]!.run, second[0]!.run);
  assertSameRows(timeless(first), timeless(second));
});

test("begins on the next turn, so that all subscribers of a share() see row 0", async () => {
  const shared = iterate(quartic(), [1, 2], chain(untilStep(500), gradientStep(0.01))).pipe(share());
  const first = valuesOf(shared);
  const second = valuesOf(shared);
  const [a, b] = await Promise.all([first, second]);
  assert.is(a.length, 501);
  assert.equal(steps(a), steps(b));
  assert.is(a[0], b[0]);
});

test("runs inside subscribe where the slice is Infinity", () => {
  const seen: number[] = [];
  let completed = false;
  iterate(quartic(), [1, 2], chain(untilStep(2000), gradientStep(0.01)), atOnce).subscribe({
    next: (row) => seen.push(row.step),
    complete: () => {
      completed = true;
    },
  });
  assert.is(seen.length, 2001);
  assert.ok(completed);
});

test("lets the event loop turn between slices, with the rows of the run at once", async () => {
  let turns = 0;
  let ended = false;
  const count = (): void => {
    turns++;
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  const options: IterateOptions = { slice: 1e-6 };
  const sliced = await valuesOf(iterate(quartic(), [1, 2], chain(untilStep(200), gradientStep(0.01)), options));
  ended = true;
  assert.ok(turns >= 200, `${turns} turns`);
  const whole = firstRows(quartic(), [1, 2], chain(untilStep(200), gradientStep(0.01)), 1000);
  assertSameRows(timeless(sliced), timeless(whole));
});

test("stops before the next evaluation when unsubscribed, wherever that happens", async () => {
  const byTake = counted(quartic());
  await valuesOf(iterate(byTake, [1, 2], gradientStep(0.01)).pipe(take(3)));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(byTake.calls.evaluate, 3);

  const inAStep = counted(quartic());
  const rows: Iterate[] = [];
  const quit = defineUpdate({
    name: "quit",
    step(it) {
      if (it.step === 2) subscription.unsubscribe();
      return { stepSize: 0.01 };
    },
  });
  const subscription = iterate(inAStep, [1, 2], quit).subscribe((row) => rows.push(row));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(inAStep.calls.evaluate, 3);
  assert.equal(steps(rows), [0, 1]);

  const beforeTheFirst = counted(quartic());
  iterate(beforeTheFirst, [1, 2], gradientStep(0.01)).subscribe().unsubscribe();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(beforeTheFirst.calls.evaluate, 0);

  const inAProblem = counted(quartic());
  const minibatch = (step: number): Problem => {
    if (step === 2) late.unsubscribe();
    return inAProblem;
  };
  const late = iterate(minibatch, [1, 2], gradientStep(0.01)).subscribe();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(inAProblem.calls.evaluate, 2);
});

test("keeps a flat heap: ten times the iterates take no more memory", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const after = defineMeasure({
    name: "after",
    columns: { x: { meaning: "first coordinate" } },
    init: () => ({ sum: 0 }),
    step: (it, { sum }) => ({ state: { sum: sum + it.point[0]! }, columns: { x: it.point[0] } }),
  });
  const heapOf = (count: number): number => {
    const heaps: number[] = [];
    const rule = chain(untilStep(count), gradientStep(0.01), momentum());
    iterate(quartic(), [1, 1], rule, { ...atOnce, checkpoints: { every: 1000, save: () => {} } })
      .pipe(after)
      .subscribe((row) => {
        if (row.step % (count / 10) !== 0) return;
        gc();
        heaps.push(process.memoryUsage().heapUsed);
      });
    assert.is(heaps.length, 11);
    return Math.max(...heaps);
  };
  heapOf(2000);
  const few = heapOf(10_000);
  const many = heapOf(100_000);
  // One kept row has 300 bytes at least: 27 MB more.
  assert.ok(many < few + 10e6, `${many} bytes within 100,000 iterates, ${few} within 10,000`);
});

test.run();
