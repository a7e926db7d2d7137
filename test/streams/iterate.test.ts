import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { map, merge, mergeMap, type Observable, range, share, take, takeWhile, tap, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { extragradient } from "../../src/operators/games/extragradient.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import type { ConvexSet, Problem } from "../../src/problems/problem.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint, Iterate, IterateOptions, Proposal, Update } from "../../src/streams/types.ts";
import { assertClose, assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { counted } from "../support/countedProblem.ts";
import { linearProblem } from "../support/linearProblem.ts";
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

test("projects each point on the constraint", () => {
  const box: ConvexSet = {
    name: "unit box",
    dimension: 2,
    bounded: true,
    project(point, out) {
      for (let i = 0; i < 2; i++) out[i] = Math.min(1, Math.max(-1, point[i]!));
    },
    support: (gradient) => Math.abs(gradient[0]!) + Math.abs(gradient[1]!),
    distance: (point) => Math.hypot(...point.map((z) => Math.max(0, Math.abs(z) - 1))),
  };
  const problem: Problem = { ...bilinear(), constraint: box };
  for (const rule of [gradientStep(0.7), extragradient({ stepSize: 0.7 })]) {
    const rows = firstRows(problem, [1, 0.5], rule, 50);
    for (const [k, row] of rows.entries()) {
      assert.is(box.distance(row.point), 0);
      if (k === 0) continue;
      const before = rows[k - 1]!;
      const expected = before.point.map((z, i) => Math.min(1, Math.max(-1, z + 0.7 * before.direction[i]!)));
      assert.equal(row.point, expected);
    }
    assert.ok(rows.some((row) => row.point.some((z) => Math.abs(z) === 1)));
  }
});

test("takes the problem of each step from a function, once a step", () => {
  const asked: number[] = [];
  const batches = [linearProblem([[1]], [1]), linearProblem([[2]], [3])];
  const problem = (step: number): Problem => {
    asked.push(step);
    return batches[step % 2]!;
  };
  const rows = firstRows(problem, [5], gradientStep(0.1), 6);
  assert.equal(asked, [0, 1, 2, 3, 4, 5]);
  for (const row of rows) {
    assert.is(row.at.problem, batches[row.step % 2]);
    assert.is(row.at.field[0], row.step % 2 === 0 ? row.point[0]! - 1 : 2 * row.point[0]! - 3);
  }
});

test("evaluates an accepted trial again where the next step has another problem", () => {
  const first = counted(linearProblem([[1]], [1]));
  const second = counted(linearProblem([[2]], [3]));
  const accept = defineUpdate({
    name: "accept",
    step: (it) => ({ stepSize: 1, next: it.evaluate(it.point.map((z) => z - 0.5)) }),
  });
  const rows = firstRows((step) => (step % 2 === 0 ? first : second), [5], accept, 4);
  assert.equal(
    rows.map((row) => row.point[0]),
    [5, 4.5, 4, 3.5],
  );
  assert.equal(
    rows.map((row) => row.at.field[0]),
    [4, 6, 3, 4],
  );
  assert.is(first.calls.evaluate + second.calls.evaluate, 8);
  assert.is(rows[3]!.evaluations, 8);
});

test("evaluates trials with another problem where asked to", () => {
  const other = counted(linearProblem([[4]], [0]));
  const peek = defineUpdate({
    name: "peek",
    step(it) {
      assert.is(it.evaluate(it.point, other).field[0], 4 * it.point[0]!);
      return { stepSize: 0.1 };
    },
  });
  const rows = firstRows(linearProblem([[1]], [1]), [5], peek, 3);
  assert.is(other.calls.evaluate, 3);
  assert.is(rows[2]!.evaluations, 6);
});

test("allows a run of its own inside a step", () => {
  // Proximal point: z+ solves z+ + eta F(z+) = z, here by an inner run.
  const eta = 0.5;
  const proximal = defineUpdate({
    name: "proximal",
    step(it) {
      const [x, y] = it.point as unknown as [number, number];
      const inner = linearProblem(
        [
          [1, eta],
          [-eta, 1],
        ],
        [x, y],
      );
      const last = firstRows(inner, it.point, chain(untilStep(60), momentum({ decay: 0 }), gradientStep(0.8)), 1000).at(
        -1,
      )!;
      return { stepSize: 1, next: it.evaluate(last.point) };
    },
  });
  const rows = firstRows(bilinear(), [1, 1], chain(untilStep(10), proximal), 100);
  assert.is(rows.length, 11);
  assert.equal(Object.keys(rows[0]!.run.settings), []);
  for (let k = 1; k < rows.length; k++) {
    assertClose(Math.hypot(...rows[k]!.point) / Math.hypot(...rows[k - 1]!.point), 1 / Math.sqrt(1 + eta ** 2), 1e-12);
  }
});

test("take and takeWhile inside the loop end the run, and cost no evaluation more", () => {
  const byTake = counted(quartic());
  const taken = firstRows(byTake, [1, 2], chain(gradientStep(0.01), take(4)), 100);
  assert.equal(steps(taken), [0, 1, 2, 3]);
  assert.is(byTake.calls.evaluate, 4);

  const exclusive = counted(quartic());
  const small = firstRows(
    exclusive,
    [1, 2],
    chain(
      gradientStep(0.01),
      takeWhile((it) => it.step < 4),
    ),
    100,
  );
  assert.equal(steps(small), [0, 1, 2, 3]);
  assert.is(exclusive.calls.evaluate, 5);

  const inclusive = firstRows(
    quartic(),
    [1, 2],
    chain(
      gradientStep(0.01),
      takeWhile((it) => it.step < 4, true),
    ),
    100,
  );
  assert.equal(steps(inclusive), [0, 1, 2, 3, 4]);
});

test("ends with a row whose status says diverged where ||F||^2 is not finite", () => {
  const rows = firstRows(quartic(), [1, 2], gradientStep(10), 100);
  const last = rows.at(-1)!;
  assert.ok(rows.length < 100);
  assert.is(last.status, "diverged");
  assert.not.ok(Number.isFinite(last.squaredFieldNorm));
  assert.ok(Number.isNaN(last.stepSize));
  for (const row of rows.slice(0, -1)) assert.is(row.status, "running");
});

test("goes on where ||F||^2 is out of range but F is not, and ends where F is", () => {
  for (const size of [2 ** 600, 2 ** 1000]) {
    const large = linearProblem([[size]], [0]);
    const [first, second] = firstRows(large, [1], gradientStep(0.5 / size), 2);
    assert.is(first!.squaredFieldNorm, Number.POSITIVE_INFINITY);
    assert.is(first!.status, "running");
    assert.is(second!.point[0], 0.5);
  }
  const [last] = firstRows(linearProblem([[2 ** 1023]], [0]), [4], gradientStep(0.5), 2);
  assert.is(last!.status, "diverged");
});

test("measures see the last row, updates do not", () => {
  const seen: Record<string, string[]> = { measure: [], update: [] };
  const look = defineMeasure({ name: "look", step: (it) => void seen.measure!.push(it.status) });
  const choose = defineUpdate({
    name: "choose",
    step(it) {
      seen.update!.push(it.status);
      return { stepSize: 0.1 };
    },
  });
  firstRows(quartic(), [1, 2], chain(untilStep(2), choose, look), 100);
  assert.equal(seen.update, ["running", "running"]);
  assert.equal(seen.measure, ["running", "running", "stopped"]);
});

test("a merged ensemble keeps its runs apart, and one that ends does not end the others", async () => {
  const ensemble: Observable<Iterate> = range(1, 5).pipe(
    mergeMap((k) => iterate(quartic(), [k, 1], chain(untilStep(10 * k), gradientStep(0.01)), { name: `run ${k}` }), 2),
  );
  const rows = await valuesOf(ensemble);
  for (let k = 1; k <= 5; k++) {
    const own = rows.filter((row) => row.run.name === `run ${k}`);
    assert.is(own.length, 10 * k + 1);
    assert.is(new Set(own.map((row) => row.run)).size, 1);
    assertClose(own[0]!.point, [k, 1], 0);
  }
});

test("a race ends with the first run that ends", async () => {
  const race = merge(
    iterate(quartic(), [1, 1], chain(untilStep(20), gradientStep(0.01)), { name: "short", slice: 1e-6 }),
    iterate(quartic(), [1, 1], chain(untilStep(2000), gradientStep(0.01)), { name: "long", slice: 1e-6 }),
  ).pipe(takeWhile((row) => row.status === "running", true));
  const rows = await valuesOf(race);
  assert.is(rows.at(-1)!.run.name, "short");
  assert.ok(rows.some((row) => row.run.name === "long"));
});

test("one operator value serves several runs at once", async () => {
  const shared = chain(momentum(), gradientStep(0.01));
  const of = (x: number): Observable<Iterate[]> =>
    iterate(quartic(), [x, 1], shared, { slice: 1e-6 }).pipe(take(30), toArray());
  const [[a], [b]] = await Promise.all([valuesOf(of(1)), valuesOf(of(2))]);
  assertSameRows(timeless(a!), timeless(firstRows(quartic(), [1, 1], chain(momentum(), gradientStep(0.01)), 30)));
  assertSameRows(timeless(b!), timeless(firstRows(quartic(), [2, 1], chain(momentum(), gradientStep(0.01)), 30)));
});

test("plain RxJS operators stand freely between others", () => {
  const cooling: Update = map((it: Proposal) => ({ ...it, stepSize: 0.1 / Math.sqrt(1 + it.step) }));
  const seen: number[] = [];
  const rows = firstRows(
    quartic(),
    [1, 2],
    chain(
      tap((it) => void seen.push(it.step)),
      momentum(),
      cooling,
    ),
    4,
  );
  assert.equal(seen, [0, 1, 2, 3]);
  assertClose(
    rows.map((row) => row.stepSize),
    [0.1, 0.1 / Math.SQRT2, 0.1 / Math.sqrt(3), 0.05],
    1e-15,
  );
});

test("passes on what a problem or an operator throws, unchanged", async () => {
  const boom = new Error("boom");
  const throwing: Problem = {
    ...quartic(),
    evaluate() {
      throw boom;
    },
  };
  assert.is((await collect(iterate(throwing, [1, 2], gradientStep(0.1)))).error, boom);
  const inAStep = defineUpdate({
    name: "throwing",
    step(it) {
      if (it.step === 2) throw boom;
      return { stepSize: 0.01 };
    },
  });
  const outcome = await collect(iterate(quartic(), [1, 2], inAStep));
  assert.is(outcome.error, boom);
  assert.is(outcome.values.length, 2);
});

test("refuses what can be no run at once", () => {
  const go = gradientStep(0.1);
  const wrong = (value: unknown): never => value as never;
  assertError(
    () => iterate(quartic(), [1, 2], wrong(3)),
    "ERR_OPTION_TYPE",
    /expected an update as third argument, got number/,
  );
  assertError(() => iterate(quartic(), [1, 2], wrong(null)), "ERR_OPTION_TYPE", /got null/);
  assertError(
    () => iterate(quartic(), wrong(undefined), go),
    "ERR_OPTION_TYPE",
    /a start point or a checkpoint, got undefined/,
  );
  assertError(() => iterate(quartic(), wrong(null), go), "ERR_OPTION_TYPE", /got null/);
  assertError(() => iterate(wrong("quartic"), [1, 2], go), "ERR_OPTION_TYPE", /expected a problem, .*got string/);
  assertError(
    () => iterate(quartic(), [1, 2, 3], go),
    "ERR_LENGTH",
    /a start of length 2, got 3; the problem is quartic/,
  );
  assertError(() => iterate(quartic(), [1, Number.NaN], go), "ERR_NOT_FINITE", /got NaN as entry 1/);
  assertError(() => iterate(quartic(), wrong(["1", 2]), go), "ERR_NOT_FINITE", /got 1 as entry 0/);
  const options =
    (o: IterateOptions): (() => unknown) =>
    () =>
      iterate(quartic(), [1, 2], go, o);
  const save = (): void => {};
  assertError(options({ slice: 0 }), "ERR_OPTION_RANGE", /slice to be a positive number of milliseconds, got 0/);
  assertError(options({ slice: Number.NaN }), "ERR_OPTION_RANGE", /got NaN/);
  assertError(
    options({ checkpoints: { every: 1.5, save } }),
    "ERR_OPTION_RANGE",
    /every to be a positive number of steps, got 1.5/,
  );
  assertError(
    options({ checkpoints: { seconds: 0, save } }),
    "ERR_OPTION_RANGE",
    /seconds to be a positive number, got 0/,
  );
  assertError(
    options({ checkpoints: { save: wrong("file") } }),
    "ERR_OPTION_TYPE",
    /save to be a function, got string/,
  );
  assertError(() => iterate(quartic(), {} as Checkpoint, go), "ERR_RESUME", /format undefined/);
});

test("says in the stream that an update did not return an Observable", async () => {
  for (const [answer, kind] of [
    [undefined, "undefined"],
    [3, "number"],
    [Promise.resolve(1), "object"],
  ] as const) {
    const { values, error } = await collect(iterate(quartic(), [1, 2], (() => answer) as never));
    assert.is(values.length, 0);
    checkError(
      error,
      "ERR_NOT_OBSERVABLE",
      new RegExp(
        `^iterate: expected the update to return an Observable, got ${kind}; give an RxJS operator \\(run "run", step 0\\)$`,
      ),
    );
  }
});

test("passes on what the update throws while it is put together", async () => {
  const boom = new Error("boom");
  const update: Update = () => {
    throw boom;
  };
  assert.is((await collect(iterate(quartic(), [1, 2], update))).error, boom);
  // The next run is put together as if nothing had happened.
  assert.is(firstRows(quartic(), [1, 2], gradientStep(0.1), 2).length, 2);
});

test("says in the stream when a step's problem has another dimension", async () => {
  const changing = (step: number): Problem => (step < 2 ? quartic() : linearProblem([[1]], [0]));
  const outcome = await collect(iterate(changing, [1, 2], gradientStep(0.01)));
  assert.is(outcome.values.length, 2);
  checkError(outcome.error, "ERR_LENGTH", /a start of length 1, got 2; the problem is linear/);
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

test("refuses at its start a problem that leaves entries of its field out, or adds to them", () => {
  const whole = quartic();
  for (const evaluate of [
    (_z: Float64Array, field: Float64Array): number => {
      field[0] = 1;
      return 0;
    },
    (z: Float64Array, field: Float64Array): number => {
      field[0] = 1;
      field[1] = field[1]! + z[1]!;
      return 0;
    },
  ]) {
    let refused: unknown;
    iterate({ ...whole, evaluate }, [1, 2], chain(untilStep(3), gradientStep(0.1)), atOnce).subscribe({
      error: (error: unknown) => {
        refused = error;
      },
    });
    checkError(refused, "ERR_LOSS", /every entry.*entry 1/);
  }
});

test("runs that are over leave nothing behind, in measures that outlive them either", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  const after = defineMeasure({ name: "after", init: () => new Float64Array(1000), step: (_it, state) => ({ state }) });
  const heapAfter = (runs: number): number => {
    let heap = 0;
    let ended = 0;
    range(0, runs)
      .pipe(
        mergeMap((k) => iterate(quartic(), [1, k / runs], chain(untilStep(3), gradientStep(0.01)), atOnce)),
        after,
      )
      .subscribe((row) => {
        if (row.status === "running") return;
        ended++;
        if (ended < runs) return;
        gc();
        heap = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
      });
    assert.is(ended, runs);
    return heap;
  };
  heapAfter(10);
  const few = heapAfter(50);
  const many = heapAfter(5000);
  // The states of 5000 runs are 40 MB; what is free already may be swept a little later.
  assert.ok(many < few + 20e6, `${many} bytes after 5000 runs, ${few} after 50`);
});

test.run();
