import { defer, map, merge, mergeMap, Observable, of, repeat, switchMap, take, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineRowMeasure } from "../../src/streams/defineRowMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Columns, Iterate, Measure, Proposal, RowMeasure, Status, Update } from "../../src/streams/types.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { makeRows, makeRun } from "../support/rows.ts";

const descent = gradientStep(0.01);
const run = (rule: Update, name = "run"): Observable<Iterate> =>
  iterate(quartic(), [1, 2], chain(untilStep(5), rule), { name });

/** Counts the rows it met: state and one column. */
function counter(name = "counter", columns: Columns = { seen: { meaning: "rows met so far" } }): RowMeasure {
  return defineRowMeasure({
    name,
    columns,
    init: () => ({ count: 0 }),
    step(_row, { count }) {
      const [column] = Object.keys(columns);
      return { state: { count: count + 1 }, columns: { [column!]: count + 1 } };
    },
  });
}
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

const columns = suite("columns");

columns("of all operators inside are known at the first row, those of waiting branches too", () => {
  const [row] = firstRows(
    quartic(),
    [1, 2],
    chain(counter("a", { a: { meaning: "a" } }), descent, counter("b", { b: { meaning: "b" } })),
    1,
  );
  assert.equal(Object.keys(row!.run.columns), ["a", "b"]);
  assert.is(row!.columns.a, 1);
  assert.is(row!.columns.b, 1);
});

columns("that are not declared are refused, with the nearest name", async () => {
  const wrong = defineMeasure({
    name: "m",
    columns: { residual: { meaning: "r" } },
    step: () => ({ columns: { resdual: 1 } as never }),
  });
  const message = /^m: the column "resdual" is not declared\. Did you mean "residual"\? Declared: residual/;
  const inside = await collect(run(chain(wrong, descent)));
  checkError(inside.error, "ERR_UNDECLARED", message);
  checkError(inside.error, "ERR_UNDECLARED", /\(run "run", step 0\)$/);
  const after = await collect(run(descent).pipe(wrong));
  checkError(after.error, "ERR_UNDECLARED", message);
  const none = defineMeasure({ name: "none", step: () => ({ columns: { x: 1 } as never }) });
  checkError((await collect(run(chain(none, descent)))).error, "ERR_UNDECLARED", /is not declared\. Declared: none/);
});

columns("of numbers and of vectors are not mixed up", async () => {
  const declared = { n: { meaning: "number" }, v: { meaning: "vector", kind: "vector" } } as const;
  const vectorAsNumber = defineMeasure({ name: "m", columns: declared, step: () => ({ columns: { v: 1 } as never }) });
  checkError(
    (await collect(run(chain(vectorAsNumber, descent)))).error,
    "ERR_UNDECLARED",
    /^m: the column "v" is declared as a vector; write it into vectors/,
  );
  const numberAsVector = defineMeasure({
    name: "m",
    columns: declared,
    step: () => ({ vectors: { n: new Float64Array(1) } as never }),
  });
  checkError(
    (await collect(run(chain(numberAsVector, descent)))).error,
    "ERR_UNDECLARED",
    /^m: the column "n" is declared as a number; write it into columns/,
  );
  const right = defineMeasure({
    name: "m",
    columns: declared,
    step: (it) => ({ columns: { n: it.step }, vectors: { v: it.point } }),
  });
  const rows = await valuesOf(run(chain(right, descent)));
  assert.is(rows[2]!.columns.n, 2);
  assert.is(rows[2]!.vectors.v, rows[2]!.point);
});

columns("are written once a step", async () => {
  const { error } = await collect(run(chain(counter("a"), counter("b"), descent)));
  checkError(
    error,
    "ERR_COLUMN_TWICE",
    /^b: a wrote the column "seen" in this step already; use one of the two, or give one of the columns another name \(run "run", step 0\)$/,
  );
  const after = await collect(run(descent).pipe(counter("a"), counter("b")));
  checkError(after.error, "ERR_COLUMN_TWICE", /^b: a wrote the column "seen"/);
});

columns("may be shared by equal declarations that write in different steps", () => {
  const alternating = (name: string, parity: number): Measure =>
    defineMeasure({
      name,
      columns: { kind: { meaning: "who wrote", kind: "category", values: ["a", "b"], unit: "1" } },
      step: (it) => (it.step % 2 === parity ? { columns: { kind: parity } } : undefined),
    });
  const rows = firstRows(quartic(), [1, 2], chain(alternating("a", 0), alternating("b", 1), descent), 4);
  assert.equal(
    rows.map((row) => row.columns.kind),
    [0, 1, 0, 1],
  );
});

columns("declared with two meanings are refused, in the loop and after it", async () => {
  const other = counter("other", { seen: { meaning: "something else" } });
  const message =
    /^other: the column "seen" is declared with two meanings: "rows met so far" and "something else"; rename one/;
  const inside = await collect(run(chain(counter(), other, descent)));
  assert.is(inside.values.length, 0);
  checkError(inside.error, "ERR_COLUMN_CONFLICT", message);
  checkError((await collect(run(descent).pipe(counter(), other))).error, "ERR_COLUMN_CONFLICT", message);
  for (const further of [{ unit: "s" }, { kind: "category", values: ["x"] }] as const) {
    const unlike = counter("other", { seen: { meaning: "rows met so far", ...further } });
    checkError((await collect(run(chain(counter(), unlike, descent)))).error, "ERR_COLUMN_CONFLICT");
  }
});

columns("cannot have the name of a field that every row has", async () => {
  for (const field of ["step", "value", "squaredFieldNorm", "seconds"]) {
    const { error } = await collect(run(chain(counter("m", { [field]: { meaning: "mine" } }), descent)));
    checkError(
      error,
      "ERR_COLUMN_CONFLICT",
      new RegExp(`^m: every row has a field "${field}"; give the column another name`),
    );
  }
});

columns("written in the loop are in the row that all subscribers share", () => {
  const rows = firstRows(quartic(), [1, 2], chain(counter(), descent), 3);
  assert.equal(
    rows.map((row) => row.columns),
    [{ seen: 1 }, { seen: 2 }, { seen: 3 }],
  );
});

columns.run();

const measures = suite("defineMeasure");

measures("after the loop adds its columns to the run, once, and leaves shared rows as they are", async () => {
  const before: Iterate[] = [];
  const rows = await valuesOf(
    run(descent).pipe(
      map((row) => {
        before.push(row);
        return row;
      }),
      counter(),
    ),
  );
  assert.is(new Set(rows.map((row) => row.run)).size, 1);
  assert.equal(Object.keys(rows[0]!.run.columns), ["seen"]);
  assert.equal(Object.keys(before[0]!.run.columns), []);
  assert.equal(before[3]!.columns, {});
  assert.is(rows[3]!.columns.seen, 4);
  assert.is(rows[3]!.at, before[3]!.at);
});

measures("after the loop adds its settings, and hands them to the step", async () => {
  const scaled = defineMeasure({
    name: "scaled",
    settings: { factor: { value: 3 } },
    columns: { scaled: { meaning: "factor times step" } },
    step: (it, _state, { factor }) => ({ columns: { scaled: factor * it.step } }),
  });
  const rows = await valuesOf(run(descent).pipe(scaled));
  assert.equal(rows[0]!.run.settings["scaled.factor"], { value: 3 });
  assert.is(rows[4]!.columns.scaled, 12);
});

measures("that changes nothing hands on the very row", async () => {
  const seen: Iterate[] = [];
  const look = defineMeasure({ name: "look", step: (it) => void seen.push(it) });
  const rows = await valuesOf(run(descent).pipe(look));
  for (const [k, row] of rows.entries()) assert.is(row, seen[k]);
});

measures("keeps one state for each run after a merge", async () => {
  const merged = merge(run(descent, "a"), run(descent, "b")).pipe(counter());
  for (let subscription = 0; subscription < 2; subscription++) {
    const rows = await valuesOf(merged);
    for (const name of ["a", "b"]) {
      assert.equal(
        rows.filter((row) => row.run.name === name).map((row) => row.columns.seen),
        [1, 2, 3, 4, 5, 6],
      );
    }
  }
});

measures("that sets a status ends its stream with that row, and lets others' last rows pass", async () => {
  const until = defineRowMeasure({
    name: "until",
    step: (row) => (row.step === 3 ? { status: "converged" } : undefined),
  });
  const rows = await valuesOf(run(descent).pipe(until));
  assert.equal(
    rows.map((row) => row.status),
    ["running", "running", "running", "converged"],
  );
  const never = defineRowMeasure({
    name: "never",
    step: (row) => (row.step === 300 ? { status: "converged" } : undefined),
  });
  const both = await valuesOf(merge(run(descent, "a"), run(descent, "b")).pipe(never));
  assert.equal(
    both.filter((row) => row.status === "stopped").map((row) => row.run.name),
    ["a", "b"],
  );
});

measures("stops the run it ends: nothing is evaluated afterwards", async () => {
  let evaluations = 0;
  const problem = bilinear();
  const counting = {
    ...problem,
    evaluate(point: Float64Array, field: Float64Array) {
      evaluations++;
      return problem.evaluate(point, field);
    },
  };
  const until = defineRowMeasure({
    name: "until",
    step: (row) => (row.step === 2 ? { status: "stopped" } : undefined),
  });
  await valuesOf(iterate(counting, [1, 1], descent).pipe(until));
  assert.is(evaluations, 3);
});

measures("an exception in a step is the stream's error, unchanged", async () => {
  const boom = new Error("boom");
  const throwing = defineMeasure({
    name: "throwing",
    step(it) {
      if (it.step === 2) throw boom;
    },
  });
  for (const source of [run(chain(throwing, descent)), run(descent).pipe(throwing)]) {
    const { values, error } = await collect(source);
    assert.is(error, boom);
    assert.is(values.length, 2);
  }
});

measures("on rows that no loop made keeps a state a run", async () => {
  const rows = [...makeRows(3), ...makeRows(2, makeRun({ name: "other" }))];
  const measured: readonly Row[] = await valuesOf(
    new Observable<Row>((subscriber) => {
      for (const row of rows) subscriber.next(row);
      subscriber.complete();
    }).pipe(counter()),
  );
  assert.equal(
    measured.map((row) => row.columns.seen),
    [1, 2, 3, 1, 2],
  );
  assert.ok("residual" in measured[0]!.run.columns && "seen" in measured[0]!.run.columns);
  assert.is(measured[0]!.run, measured[2]!.run);
});

measures("passes errors and completion of its source", async () => {
  const boom = new Error("boom");
  const failing = new Observable<Row>((subscriber) => subscriber.error(boom));
  assert.is((await collect(failing.pipe(counter()))).error, boom);
  assert.equal(await valuesOf(of<Row>().pipe(counter(), toArray())), [[]]);
});

measures.run();
