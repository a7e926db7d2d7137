import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AppliedCommand } from "../../src/arrow/row.ts";
import type { Batch, DecodedColumn } from "../../src/viewer/arrowReader.ts";
import { curveOf, newest, type ShownRun, stepsBetween } from "../../src/viewer/charts/series.ts";
import { RunData } from "../../src/viewer/runData.ts";
import { makeRun } from "../support/rows.ts";

const data = suite("RunData");

/** Rows `from` to `to`, with a value and, on request, further columns. */
function batch(
  from: number,
  to: number,
  value: (step: number) => number,
  more: Record<string, DecodedColumn> = {},
): Batch {
  const steps = Float64Array.from({ length: to - from }, (_, i) => from + i);
  const number = (values: Float64Array): DecodedColumn => ({ kind: "number", values, missing: undefined });
  const columns = new Map<string, DecodedColumn>([
    ["step", number(steps)],
    ["value", number(steps.map(value))],
    ...Object.entries(more),
  ]);
  return { rows: to - from, columns };
}

function shown(rows: RunData): ShownRun {
  return { name: "run", slot: 0, live: true, columns: {}, players: [], data: rows, detail: undefined };
}

data("grows, and gives the newest numbers", () => {
  const rows = new RunData({});
  for (let from = 0; from < 5000; from += 100) rows.append(batch(from, from + 100, (step) => step / 2));
  assert.is(rows.length, 5000);
  assert.is(rows.lastStep, 4999);
  assert.is(rows.at("value", 1234), 617);
  assert.is(rows.last("value"), 2499.5);
  assert.is(rows.at("nothing", 0), undefined);
});

data("puts rows in the place of those between two steps, and keeps what stands before and after", () => {
  const rows = new RunData({ late: { meaning: "measured late", event: "late" } });
  const text = (values: readonly (string | undefined)[]): DecodedColumn => ({ kind: "text", values });
  const command: AppliedCommand = { type: "pause", step: 7 };
  rows.append(batch(0, 3, () => 1));
  const marks = { commands: text([undefined, JSON.stringify([command]), undefined]) };
  rows.append(batch(6, 9, () => 2, { ...marks, status: text(["running", "running", "stopped"]) }));
  rows.replace(1, 6, [batch(3, 4, () => 3, { status: text(["running"]) }), batch(4, 6, () => 4)]);
  const steps = Array.from({ length: rows.length }, (_, row) => rows.at("step", row));
  assert.equal(steps, [0, 3, 4, 5, 7, 8]);
  assert.equal(
    steps.map((_, row) => rows.at("value", row)),
    [1, 3, 4, 4, 2, 2],
  );
  assert.equal(rows.interventions, [{ step: 7, commands: [command] }]);
  assert.is(rows.status, "stopped");
  rows.replace(7, 9, []);
  assert.is(rows.lastStep, 5);
  assert.equal(rows.interventions, []);
});

data("tells a number that was not measured from NaN", () => {
  const rows = new RunData({});
  const residual: DecodedColumn = { kind: "number", values: Float64Array.of(1, 0, 0), missing: Uint8Array.of(0, 0, 1) };
  rows.append(batch(0, 3, (step) => (step === 1 ? Number.NaN : step), { residual }));
  rows.append(batch(3, 5, (step) => step));
  assert.equal(
    [0, 1, 2, 3].map((row) => rows.at("residual", row)),
    [1, 0, undefined, undefined],
  );
  assert.is(rows.last("residual"), 0);
  const { ys, marks } = curveOf(
    shown(rows),
    "value",
    { axis: { quantity: "step", log: false }, zoom: undefined },
    false,
  );
  assert.equal(ys, [0, null, 2, 3, 4]);
  assert.equal(marks, [{ x: 1, kind: "nan" }]);
  assert.equal(
    curveOf(shown(rows), "residual", { axis: { quantity: "step", log: false }, zoom: undefined }, false).ys.slice(2),
    [undefined, undefined, undefined],
  );
});

data("replaces the steps that a further attempt does again", () => {
  const rows = new RunData({});
  rows.append(batch(0, 40, () => 1));
  rows.append(batch(24, 60, () => 2));
  assert.is(rows.length, 60);
  assert.equal([rows.at("value", 23), rows.at("value", 24)], [1, 2]);
});

data("stays bounded over a long run, and keeps spikes, NaN, the first and the last row", () => {
  const rows = new RunData({});
  const odd = new Map([
    [12_345, 1e9],
    [54_321, Number.NaN],
  ]);
  for (let from = 0; from < 200_000; from += 500) rows.append(batch(from, from + 500, (step) => odd.get(step) ?? 1));
  assert.ok(rows.length <= 12_500, `${rows.length} rows`);
  assert.ok(rows.thinned);
  const steps = Array.from({ length: rows.length }, (_, row) => rows.at("step", row)!);
  for (const step of [0, ...odd.keys(), 199_999]) assert.ok(steps.includes(step), `step ${step}`);
  assert.equal(rows.at("value", steps.indexOf(12_345)), 1e9);
  assert.ok(steps.every((step, i) => i === 0 || step > steps[i - 1]!));
});

data("reads words as numbers of their category, commands, status and points in the plane", () => {
  const rows = new RunData(makeRun().columns);
  const commands: AppliedCommand[] = [{ type: "set", setting: "a.b", value: 2, step: 1 }];
  rows.append(
    batch(0, 2, () => 1, {
      outcome: { kind: "text", values: ["stagnated", undefined] },
      status: { kind: "text", values: ["running", "converged"] },
      commands: { kind: "text", values: [undefined, JSON.stringify(commands)] },
      point: { kind: "list", values: [Float64Array.of(3, 4), undefined] },
    }),
  );
  assert.equal([rows.at("outcome", 0), rows.at("outcome", 1)], [1, undefined]);
  assert.is(rows.status, "converged");
  assert.equal(rows.interventions, [{ step: 1, commands }]);
  assert.equal([rows.at("point.0", 0), rows.at("point.1", 0), rows.at("point.0", 1)], [3, 4, undefined]);
});

const curve = suite("curveOf");

curve("marks what an axis cannot show, and shows step 0 on a logarithmic one", () => {
  const rows = new RunData({});
  const values = [1, 0, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 4];
  rows.append(batch(0, 6, (step) => values[step]!));
  const log = curveOf(shown(rows), "value", { axis: { quantity: "step", log: true }, zoom: undefined }, true);
  assert.equal(log.xs, [1, 2, 3, 4, 5, 6]);
  assert.equal(log.ys, [1, null, null, null, null, 4]);
  assert.equal(
    log.marks.map(({ kind }) => kind),
    ["under", "under", "over", "under"],
  );
  const linear = curveOf(shown(rows), "value", { axis: { quantity: "step", log: false }, zoom: undefined }, false);
  assert.equal(linear.ys, [1, 0, -1, null, null, 4]);
});

curve("takes no step size on a last row for what it is", () => {
  const rows = new RunData({});
  const stepSize: DecodedColumn = { kind: "number", values: Float64Array.of(0.5, Number.NaN), missing: undefined };
  rows.append(batch(0, 2, () => 1, { stepSize, status: { kind: "text", values: ["running", "stagnated"] } }));
  assert.equal(
    curveOf(shown(rows), "stepSize", { axis: { quantity: "step", log: false }, zoom: undefined }, true).marks,
    [],
  );
  assert.is(newest(rows, "stepSize"), 0.5);
});

curve("draws of many rows what can be seen: spikes, gaps, the ends; and all of them where the zoom shows few", () => {
  const rows = new RunData({});
  const odd = new Map([
    [3333, 50],
    [4444, Number.NaN],
  ]);
  rows.append(batch(0, 10_000, (step) => odd.get(step) ?? Math.sin(step)));
  const axis = { quantity: "step", log: false } as const;
  const whole = curveOf(shown(rows), "value", { axis, zoom: undefined }, false);
  assert.ok(whole.xs.length <= 1801, `${whole.xs.length} points`);
  assert.is(whole.ys[whole.xs.indexOf(3333)], 50);
  assert.is(whole.ys[whole.xs.indexOf(4444)], null);
  assert.equal([whole.xs[0], whole.xs.at(-1)], [0, 9999]);
  const part = curveOf(shown(rows), "value", { axis, zoom: { min: 99.5, max: 200.5 } }, false);
  assert.equal([part.xs[0], part.xs.at(-1), part.xs.length], [99, 201, 103]);
});

curve("finds the steps of a stretch of the axis", () => {
  const rows = new RunData({});
  rows.append(batch(0, 100, () => 1));
  assert.equal(stepsBetween(rows, { quantity: "step", log: false }, 20.5, 30.5), [20, 31]);
  assert.equal(stepsBetween(rows, { quantity: "step", log: true }, 20.5, 30.5), [19, 30]);
});

data("keeps every event with its step, through thinning, and drops those of steps that come again", () => {
  const columns = {
    slowEvent: { meaning: "times as long:", event: "slow" },
    notFiniteEvent: { meaning: "where:", event: "notFinite", kind: "category", values: ["loss", "field"] },
  } as const;
  const rows = new RunData(columns);
  const at = new Set([7, 4003, 19_001]);
  for (let from = 0; from < 20_000; from += 100) {
    const steps = Array.from({ length: 100 }, (_, k) => from + k);
    const missing = Uint8Array.from(steps, (step) => (at.has(step) ? 0 : 1));
    const slowEvent: DecodedColumn = { kind: "number", values: Float64Array.from(steps, () => 5), missing };
    const words = steps.map((step) => (step === 4003 ? "field" : undefined));
    rows.append(batch(from, from + 100, Math.sin, { slowEvent, notFiniteEvent: { kind: "text", values: words } }));
  }
  assert.ok(rows.thinned);
  const shownEvents = rows.events.map(({ step, rule, text }) => `${step} ${rule} ${text}`);
  assert.equal(shownEvents, [
    "7 slow times as long: 5",
    "4003 slow times as long: 5",
    "4003 notFinite where: field",
    "19001 slow times as long: 5",
  ]);
  const steps = Array.from({ length: rows.length }, (_, row) => rows.at("step", row));
  for (const step of at) assert.ok(steps.includes(step), `the row of step ${step}`);
  rows.append(batch(4000, 4010, Math.sin));
  assert.equal(
    rows.events.map(({ step }) => step),
    [7],
  );
});

data.run();
curve.run();
