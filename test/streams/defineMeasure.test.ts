import { map, merge, Observable, of, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineRowMeasure } from "../../src/streams/defineRowMeasure.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Iterate } from "../../src/streams/types.ts";
import { collect, valuesOf } from "../support/collect.ts";
import { counter, descent, run } from "../support/counter.ts";
import { makeRows, makeRun } from "../support/rows.ts";

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
