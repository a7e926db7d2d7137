import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { map, merge, mergeMap, type Observable, range, take, takeWhile, tap, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate, Proposal, Update } from "../../src/streams/types.ts";
import { assertClose } from "../support/assert.ts";
import { valuesOf } from "../support/collect.ts";
import { counted } from "../support/countedProblem.ts";
import { linearProblem } from "../support/linearProblem.ts";
import { assertSameRows } from "../support/sameRows.ts";

const atOnce = { slice: Number.POSITIVE_INFINITY };
const steps = (rows: readonly Iterate[]): number[] => rows.map((row) => row.step);
/** A row's data without its time. */
const timeless = (rows: readonly Iterate[]): Iterate[] => rows.map((row) => ({ ...row, seconds: 0 }));

const test = suite("iterate: how runs end");

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
