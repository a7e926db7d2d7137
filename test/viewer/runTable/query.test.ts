/** What a person types to find runs, how they are sorted, and the bins of the histogram. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { conditionOf, sorted } from "../../../src/cli/finding/conditions.ts";
import type { RunInfo } from "../../../src/server/messages.ts";
import { binsOf } from "../../../src/viewer/runTable/bins.ts";
import { matching, readQuery, sortPlaces } from "../../../src/viewer/runTable/query.ts";
import { columnsOf, varies } from "../../../src/viewer/runTable/runColumns.ts";
import * as fc from "../../support/fastCheck.ts";

type Cells = NonNullable<RunInfo["cells"]>;

function runOf(name: string, cells: Cells, ending: NonNullable<RunInfo["ending"]> = { status: "converged" }): RunInfo {
  const state = { live: false, paused: false, steerable: false, opened: 0, columns: {}, settings: {} };
  return { name, attempt: 1, attempts: [], ...state, ending, cells };
}

const query = suite("the field that finds runs");

const runs = [
  runOf("noise-1", { seed: 1, tags: "paper good" }, { status: "converged", value: 0.5, verdict: "critical point" }),
  runOf("plain-2", { seed: 2, "r = x": 3 }, { status: "stopped", value: 2, verdict: "gradient-flat region" }),
  runOf("plain-3", { seed: 10 }, { status: "failed" }),
];
const found = (text: string): string[] => {
  return [...matching(runs, readQuery(text, columnsOf(runs)))].map((place) => runs[place]!.name);
};

query("takes words, conditions and quotation marks, all of which have to hold", () => {
  assert.equal(found(""), ["noise-1", "plain-2", "plain-3"]);
  assert.equal(found("PLAIN"), ["plain-2", "plain-3"]);
  assert.equal(found("loss<1"), ["noise-1"]);
  assert.equal(found("loss >= 0.5 plain"), ["plain-2"]);
  assert.equal(found('verdict="critical point"'), ["noise-1"]);
  assert.equal(found('"flat region"'), ["plain-2"]);
  assert.equal(found("tags=paper"), ["noise-1"]);
  assert.equal(found("tags!=paper"), ["plain-2", "plain-3"]);
  assert.equal(found('"r = x"=3'), ["plain-2"]);
  assert.equal(found("seed>9"), ["plain-3"]);
  assert.equal(found("run~IN-3"), ["plain-3"]);
});

query("says what it does not understand, and goes by the rest", () => {
  assert.match(readQuery("los<1 plain", columnsOf(runs)).mistake ?? "", /no column "los"\. Did you mean "loss"\?/);
  assert.equal(found("los<1 plain"), ["plain-2", "plain-3"]);
  assert.is(readQuery("loss<", columnsOf(runs)).mistake, "loss < what?");
  assert.is(readQuery('"unfinished', columnsOf(runs)).mistake, undefined);
});

query("never throws, whatever is typed", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.ok(matching(runs, readQuery(text, columnsOf(runs))).length <= runs.length);
    }),
  );
});

const cell = fc.oneof(fc.constantFrom(undefined, Number.NaN, Infinity, -Infinity, 0, 1, "", "1", "b"), fc.double());

query("finds and sorts as fluxion list does", () => {
  const sign = fc.constantFrom("=", "!=", "<", "<=", ">", ">=", "~");
  const value = fc.oneof(fc.constantFrom("1", "b", "Infinity"), fc.double({ noNaN: true }).map(String));
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 30 }), sign, value, fc.boolean(), (cells, op, right, reverse) => {
      const list = cells.map((x, i) => runOf(`run-${i}`, x === undefined ? {} : { x }));
      const columns = columnsOf(list.length === 0 ? [runOf("other", { x: 1 })] : [...list, runOf("other", { x: 1 })]);
      const column = columns.find(({ name }) => name === "x")!;
      const entries = cells.map((x, i) => ({ x, directory: `run-${i}` }));
      const wanted = entries.filter(conditionOf(`x ${op} ${right}`).holds).map(({ directory }) => directory);
      const places = matching(list, readQuery(`x${op}${right}`, columns));
      assert.equal(
        [...places].map((place) => list[place]!.name),
        wanted,
      );
      const all = Uint32Array.from(list.keys());
      assert.equal(
        [...sortPlaces(all, list, column, reverse)].map((place) => list[place]!.name),
        sorted(entries, "x", reverse).map(({ directory }) => directory),
      );
    }),
  );
});

query("shows the columns in which runs differ", () => {
  const columns = columnsOf(runs);
  const differs = (name: string) => varies(columns.find((column) => column.name === name)!, runs);
  assert.ok(differs("seed") && differs("tags") && differs("verdict"));
  assert.not.ok(differs("index"));
});

const bins = suite("the bins of a histogram");

bins("hold every finite number once, in the bin whose edges enclose it", () => {
  const wide = fc.oneof(cell, fc.double({ min: 1e-300, max: 1e300, noNaN: true }), fc.integer({ min: -5, max: 20 }));
  fc.assert(
    fc.property(fc.array(wide, { maxLength: 60 }), (cells) => {
      const { bins: made, left } = binsOf(cells);
      const rows = made.flatMap((bin) => bin.rows).sort((a, b) => a - b);
      const finite = cells.flatMap((value, row) => (typeof value === "number" && Number.isFinite(value) ? [row] : []));
      assert.equal(rows, finite);
      assert.is(left, cells.length - finite.length);
      assert.ok(made.length <= 30);
      for (const { from, to, rows: own, isLast, whole } of made) {
        for (const row of own) {
          const value = cells[row] as number;
          assert.ok(value >= from && (isLast || whole ? value <= to : value < to), `${value} in ${from} ... ${to}`);
          if (whole) assert.is(Math.abs(value), Math.abs(from));
        }
      }
    }),
  );
});

bins("are logarithmic for positive numbers that are far apart", () => {
  assert.ok(binsOf([1e-30, 1e-3, 5.5]).logarithmic);
  assert.not.ok(binsOf([0, 1e-3, 5.5]).logarithmic);
});

query.run();
bins.run();
