import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { concat, from, of, Subject, take } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { csvFile } from "../../src/sinks/csvFile.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { anyRecord } from "../support/arbitraryRows.ts";
import { assertError, checkError } from "../support/assert.ts";
import { collect, valuesOf } from "../support/collect.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";

const core = "step,seconds,status,evaluations,products,value,squaredFieldNorm,stepSize";

/** Reads RFC 4180, strictly: every line ends with CR LF, quotes stand around whole cells. */
function parse(text: string): string[][] {
  const lines: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const found = cell.exec(text);
    if (found === null) throw new Error(`no cell at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`);
    const [, quoted, plain, end] = found;
    cells.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    lines.push(cells);
    cells = [];
  }
  assert.equal(cells, []);
  return lines;
}

/** The text that a file holds of this one: half a surrogate pair has no bytes in UTF-8. */
const inUtf8 = (text: string): string => Buffer.from(text).toString();

function write(rows: readonly Row[], path = scratchPath("rows.csv")): string {
  from(rows).pipe(csvFile(path)).subscribe();
  return readFileSync(path, "utf8");
}

const test = suite("csvFile");

test("writes a header, the columns that every run has, and those of the operators", async () => {
  const path = join(scratchPath(), "deeper", "rows.csv");
  const rows = makeRows(3);
  assert.equal(await valuesOf(from(rows).pipe(csvFile(path))), rows);
  const expected = [
    `${core},residual,rate,outcome`,
    "0,0,running,1,0,1,1,0.1,0,,accepted",
    "1,0.001,running,3,10,0.5,0.25,0.1,0.14285714285714285,,stagnated",
    "2,0.002,converged,5,20,0.3333333333333333,0.1111111111111111,NaN,0.2857142857142857,,failed",
    "",
  ];
  assert.is(readFileSync(path, "utf8"), expected.join("\r\n"));
});

test("gives back every number bit for bit and every text", () => {
  fc.assert(
    fc.property(anyRecord, ({ run, rows }) => {
      const [header, ...lines] = parse(write(rows));
      const columns = Object.entries(run.columns).filter(([, { kind }]) => kind !== "vector");
      assert.equal(header, [...core.split(","), ...columns.map(([name]) => name)]);
      assert.is(lines.length, rows.length);
      for (const [k, row] of rows.entries()) {
        const cells = Object.fromEntries(header!.map((name, i) => [name, lines[k]![i]!]));
        assert.is(cells.status, row.status);
        for (const name of [
          "step",
          "seconds",
          "evaluations",
          "products",
          "value",
          "squaredFieldNorm",
          "stepSize",
        ] as const)
          assert.ok(Object.is(Number(cells[name]), row[name]), `${name}: ${cells[name]} of ${row[name]}`);
        for (const [name, { kind, values }] of columns) {
          const entry = row.columns[name];
          if (entry === undefined) assert.is(cells[name], "");
          else if (kind === "category") assert.is(cells[name], inUtf8(values![entry]!));
          else assert.ok(Object.is(Number(cells[name]), entry), `${name}: ${cells[name]} of ${entry}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("writes what is not finite, and the sign of zero", () => {
  const run = makeRun({ columns: { a: { meaning: "any" } } });
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324];
  const lines = parse(write(values.map((value, step) => makeRow(run, step, { columns: { a: value }, vectors: {} }))));
  assert.equal(
    lines.map((line) => line.at(-1)),
    ["a", "NaN", "Infinity", "-Infinity", "-0", "5e-324"],
  );
});

test("quotes names and texts that hold commas, quotation marks or line breaks, and empty texts", () => {
  const values = ['say "no"', "a,b", "two\r\nlines", ""];
  const run = makeRun({ columns: { "kind, of": { meaning: "any", kind: "category", values } } });
  const rows = [0, 1, 2, 3].map((step) => makeRow(run, step, { columns: { "kind, of": step }, vectors: {} }));
  const text = write(rows);
  assert.ok(text.startsWith(`${core},"kind, of"\r\n`));
  assert.ok(text.endsWith(',""\r\n'));
  assert.equal(
    parse(text).map((line) => line.at(-1)),
    ["kind, of", ...values],
  );
});

test("has written each row before it passes it on", () => {
  const path = scratchPath("rows.csv");
  const lines: number[] = [];
  const source = new Subject<Row>();
  source.pipe(csvFile(path)).subscribe(() => lines.push(readFileSync(path, "utf8").split("\r\n").length - 1));
  assert.not.ok(existsSync(path), "nothing is created before the first row");
  for (const row of makeRows(3)) source.next(row);
  assert.equal(lines, [2, 3, 4]);
});

test("keeps all rows when the subscriber leaves early", () => {
  const path = scratchPath("rows.csv");
  from(makeRows(10)).pipe(csvFile(path), take(4)).subscribe();
  assert.is(parse(readFileSync(path, "utf8")).length, 5);
});

test("records a run of iterate, also one that is steered by nobody", async () => {
  const path = scratchPath("rows.csv");
  const rows = await valuesOf(iterate(quartic(), [1, 2], chain(untilStep(5), gradientStep(0.01))).pipe(csvFile(path)));
  const lines = parse(readFileSync(path, "utf8"));
  assert.equal(
    lines.slice(1).map((line) => Number(line[5])),
    rows.map((row) => row.value),
  );
  assert.is(lines.at(-1)![2], "stopped");
});

test("does not overwrite a file unless it is told to", async () => {
  const path = scratchPath("rows.csv");
  writeFileSync(path, "mine");
  const { values, error } = await collect(from(makeRows(2)).pipe(csvFile(path)));
  checkError(error, "ERR_RUN_EXISTS", /csvFile: .*rows\.csv/);
  assert.is(values.length, 0);
  assert.is(readFileSync(path, "utf8"), "mine");
  await valuesOf(from(makeRows(2)).pipe(csvFile(path, { overwrite: true })));
  assert.is(parse(readFileSync(path, "utf8")).length, 3);
});

test("refuses a second run of the stream, a second writer, and keeps what was written", async () => {
  const path = scratchPath("rows.csv");
  const both = concat(from(makeRows(2)), from(makeRows(2, makeRun({ name: "other" }))));
  const { values, error } = await collect(both.pipe(csvFile(path)));
  checkError(error, "ERR_RUN_CHANGED", /csvFile: .*"example".*"other"/);
  assert.is(values.length, 2);
  assert.is(parse(readFileSync(path, "utf8")).length, 3);

  const open = scratchPath("busy.csv");
  const source = new Subject<Row>();
  source.pipe(csvFile(open)).subscribe();
  source.next(makeRow(makeRun(), 0));
  const busy = await collect(from(makeRows(1)).pipe(csvFile(open, { overwrite: true })));
  checkError(busy.error, "ERR_RUN_BUSY");
  source.complete();
});

test("ends the stream at what cannot be written", async () => {
  const run = makeRun();
  const wrong = makeRow(run, 1, { columns: { outcome: 3 } });
  const { values, error } = await collect(of(makeRow(run, 0), wrong).pipe(csvFile(scratchPath("rows.csv"))));
  checkError(error, "ERR_CATEGORY", /csvFile: .*outcome.*got 3/);
  assert.is(values.length, 1);
  const file = scratchPath("rows.csv");
  writeFileSync(file, "a file, not a directory");
  checkError((await collect(from(makeRows(1)).pipe(csvFile(join(file, "rows.csv"))))).error, "ERR_WRITE");
  assert.ok(existsSync(dirname(file)));
});

test("refuses wrong options at once", () => {
  assertError(() => csvFile(3 as never), "ERR_OPTION_TYPE", /csvFile: expected .*path/);
  assertError(() => csvFile("a.csv", { append: true } as never), "ERR_OPTION_UNKNOWN", /overwrite/);
  assertError(() => csvFile("a.csv", { overwrite: 1 } as never), "ERR_OPTION_TYPE", /true or false/);
});

test.run();
