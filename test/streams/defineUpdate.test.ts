import { defer, merge, mergeMap, of, repeat, switchMap, take } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineRowMeasure } from "../../src/streams/defineRowMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Iterate, Measure, Proposal, Status, Update } from "../../src/streams/types.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { counter, descent, run } from "../support/counter.ts";

const last = (rows: readonly Iterate[]): Iterate => rows.at(-1)!;

interface Calls {
  readonly calls: number;
  readonly from: Float64Array;
  readonly rate: number;
}

const updates = suite("defineUpdate");

updates("hands state, settings and proposal to the step, and keeps what it gives back", () => {
  const seen: unknown[] = [];
  const own = defineUpdate({
    name: "own",
    settings: { rate: { value: 0.25, min: 0, max: 1 } },
    columns: { calls: { meaning: "calls so far" } },
    init: (first, _previous, { rate }): Calls => ({ calls: 0, from: first.point, rate }),
    step(it, state, { rate }) {
      seen.push([it.step, state.calls, state.rate, rate]);
      if (it.step === 1) return { stepSize: rate, columns: { calls: undefined } };
      return { state: { ...state, calls: state.calls + 1 }, stepSize: rate, columns: { calls: state.calls } };
    },
  });
  const rows = firstRows(quartic(), [1, 2], own, 4);
  assert.equal(seen, [
    [0, 0, 0.25, 0.25],
    [1, 1, 0.25, 0.25],
    [2, 1, 0.25, 0.25],
    [3, 2, 0.25, 0.25],
  ]);
  assert.equal(
    rows.map((row) => row.columns.calls),
    [0, undefined, 1, 2],
  );
});

updates("lets a step give nothing back", () => {
  const idle = defineUpdate({ name: "idle", step: () => undefined });
  const silent = defineUpdate({ name: "silent", step() {} });
  const rows = firstRows(quartic(), [1, 2], chain(idle, silent, descent), 3);
  assert.is(rows.length, 3);
});

updates("a second one of the same name gets a slot of its own", () => {
  const [row] = firstRows(quartic(), [1, 2], chain(momentum({ decay: 0.5 }), momentum(), descent), 1);
  assert.equal(Object.keys(row!.run.settings), ["momentum.decay", "momentum#2.decay", "gradientStep.stepSize"]);
  assert.is(row!.run.settings["momentum.decay"]!.value, 0.5);
  assert.is(row!.run.settings["momentum#2.decay"]!.value, 0.9);
});

updates("ends the run by a status, with the step it chose in the last row", () => {
  const enough = defineUpdate({
    name: "enough",
    step: (it) => ({ stepSize: 0.1, status: it.step === 2 ? "stagnated" : "running" }),
  });
  const rows = firstRows(quartic(), [1, 2], enough, 100);
  assert.equal(
    rows.map((row) => row.status),
    ["running", "running", "stagnated"],
  );
  assert.is(last(rows).stepSize, 0.1);
});

updates("keeps the first verdict", () => {
  const verdict = (status: Status): Measure => defineMeasure({ name: "verdict", step: () => ({ status }) });
  const rows = firstRows(quartic(), [1, 2], chain(verdict("converged"), verdict("stagnated"), descent), 9);
  assert.equal(
    rows.map((row) => row.status),
    ["converged"],
  );
});

updates("refuses to stand after the loop", async () => {
  const after = run(descent).pipe(momentum() as unknown as Measure);
  const { values, error } = await collect(after);
  assert.is(values.length, 0);
  checkError(error, "ERR_LATE_OPERATOR", /^momentum: is an update and stands after the loop; put it inside: iterate\(/);
});

updates("refuses to be subscribed after the run began", async () => {
  const late =
    /^momentum: subscribed after the run began \(inside mergeMap or switchMap\?\), so its state and columns would be lost; use choose\(\) or switchMethod\(\)$/;
  const byMerge: Update = mergeMap((it: Proposal) => of(it).pipe(momentum()));
  const bySwitch: Update = switchMap((it: Proposal) => of(it).pipe(momentum()));
  for (const inner of [byMerge, bySwitch]) {
    checkError((await collect(run(chain(inner, descent)))).error, "ERR_LATE_OPERATOR", late);
  }
});

updates("refuses measures to be subscribed after the run began, too", async () => {
  const inner: Update = mergeMap((it: Proposal) => of(it).pipe(counter()));
  const { error } = await collect(run(chain(inner, descent)));
  checkError(error, "ERR_LATE_OPERATOR", /^counter: subscribed after the run began/);
});

updates("may be applied by defer, which is subscribed when the run begins", async () => {
  const deferred: Update = (source) => defer(() => source.pipe(momentum()));
  const rows = await valuesOf(run(chain(deferred, descent)));
  assert.ok("momentum.decay" in rows[0]!.run.settings);
});

updates("refuses to be subscribed twice", async () => {
  const repeated: Update = (source) => {
    const applied = source.pipe(momentum());
    return merge(applied, applied);
  };
  const { error } = await collect(run(chain(repeated, descent)));
  checkError(
    error,
    "ERR_SUBSCRIBED_TWICE",
    /^momentum: was applied once and subscribed twice \(repeat, retry, or one pipe merged with itself\?\), so two would share one state \(run "run", step 0\)$/,
  );
  const again: Update = (source) => source.pipe(momentum(), take(2), repeat(2));
  const { values, error: second } = await collect(run(chain(again, descent)));
  assert.is(values.length, 1);
  checkError(second, "ERR_SUBSCRIBED_TWICE", /\(run "run", step 1\)$/);
});

updates("refuses specifications that cannot work, when it is built", () => {
  const step = (): void => {};
  const build =
    (spec: object): (() => unknown) =>
    () =>
      defineUpdate(spec as never);
  assertError(
    () => defineUpdate(undefined as never),
    "ERR_OPTION_TYPE",
    /^defineUpdate: expected a name, got undefined/,
  );
  assertError(build({ step }), "ERR_OPTION_TYPE", /^defineUpdate: expected a name, got undefined/);
  assertError(build({ name: "", step }), "ERR_OPTION_TYPE", /got ""/);
  assertError(build({ name: "x" }), "ERR_OPTION_TYPE", /^x: expected step to be a function, got undefined/);
  assertError(build({ name: "x", step, init: 3 }), "ERR_OPTION_TYPE", /^x: expected init to be a function, got number/);
  assertError(
    build({ name: "x", step, settings: { rate: { value: 2, min: 0, max: 1 } } }),
    "ERR_OPTION_RANGE",
    /^x: expected rate to be a number in \[0, 1\], got 2/,
  );
  assertError(build({ name: "x", step, settings: { rate: { value: Number.NaN } } }), "ERR_OPTION_RANGE", /got NaN/);
  assertError(
    build({ name: "x", step, columns: { a: {} } }),
    "ERR_OPTION_TYPE",
    /^x: expected the column "a" to have a meaning/,
  );
  assertError(
    build({ name: "x", step, columns: { a: { meaning: "a", kind: "text" } } }),
    "ERR_OPTION_TYPE",
    /a kind "number"/,
  );
  assertError(
    build({ name: "x", step, columns: { a: { meaning: "a", kind: "category" } } }),
    "ERR_OPTION_TYPE",
    /^x: expected values for the category column "a", got none/,
  );
  for (const helper of [defineMeasure, defineRowMeasure]) {
    assertError(() => helper({ name: "x" } as never), "ERR_OPTION_TYPE", /^x: expected step to be a function/);
  }
});

updates.run();
