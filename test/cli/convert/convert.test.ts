/** `fluxion convert`: the rows of every reader, in files of other programs. Parquet is read back by DuckDB. */
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../../src/arrow/readRun.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { readRunFile } from "../../../src/arrow/runFile.ts";
import { type Cell, outColumns } from "../../../src/cli/convert/columns.ts";
import { toArrow } from "../../../src/cli/convert/toArrow.ts";
import { toParquet } from "../../../src/cli/convert/toParquet.ts";
import { anyRows, anyRun } from "../../support/arbitraryRows.ts";
import { fluxion, scratchDirectory } from "../../support/command.ts";
import * as fc from "../../support/fastCheck.ts";
import { recordRows, threeRuns } from "../../support/threeRuns.ts";

const anyRecording = anyRun.chain((run) => fc.record({ run: fc.constant(run), rows: anyRows(run) }));

/** Bits are compared: NaN is NaN, and -0 is not 0. */
function plain(cell: unknown): unknown {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "number") return Object.is(cell, -0) ? "-0" : String(cell);
  if (typeof cell === "string") return `"${cell}"`;
  return Array.from(cell as Iterable<unknown>, plain);
}

interface Made {
  readonly names: readonly string[];
  readonly cells: readonly (readonly Cell[])[];
}

function expected(rows: readonly Row[], columns: ReturnType<typeof outColumns>): Made {
  return {
    names: columns.map(({ name }) => name),
    cells: rows.map((row) => columns.map(({ cell }) => cell(row, "name"))),
  };
}

async function parquetCells(path: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(`select * from read_parquet('${path.replaceAll("'", "''")}')`);
  return reader.getRowsJS();
}

const formats = suite("formats");

formats("an Arrow file holds any rows, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecording, async ({ run, rows }) => {
      const columns = outColumns([{ ...run, fields: {}, format: 1, versions: {}, platform: {}, attempts: [] }]);
      const pieces: Uint8Array[] = [];
      const chunks = rows.map((row) => ({ rows: [row], runs: ["name"] }));
      await toArrow({ write: (bytes) => void pieces.push(bytes.slice()) }, columns, chunks, new Map());
      const table = tableFromIPC(Buffer.concat(pieces));
      const { names, cells } = expected(rows, columns);
      assert.equal(
        table.schema.fields.map(({ name }) => name),
        names,
      );
      const read = rows.map((_, i) => names.map((_name, j) => plain(table.getChildAt(j)!.get(i))));
      assert.equal(
        read,
        cells.map((row) => row.map(plain)),
      );
    }),
    { numRuns: 40 },
  );
});

formats("a Parquet file holds any rows, bit for bit, as DuckDB reads it", async () => {
  const path = join(scratchDirectory(), "it's.parquet");
  await fc.assert(
    fc.asyncProperty(anyRecording, async ({ run, rows }) => {
      const columns = outColumns([{ ...run, fields: {}, format: 1, versions: {}, platform: {}, attempts: [] }]);
      const pieces: Uint8Array[] = [];
      const half = Math.ceil(rows.length / 2);
      const chunks = [rows.slice(0, half), rows.slice(half)].filter(({ length }) => length > 0);
      toParquet(
        { write: (bytes) => void pieces.push(bytes.slice()) },
        columns,
        chunks.map((some) => ({ rows: some, runs: some.map(() => "name") })),
        new Map(),
      );
      writeFileSync(path, Buffer.concat(pieces));
      const read = (await parquetCells(path)).map((row) => row.map(plain));
      assert.equal(
        read,
        expected(rows, columns).cells.map((row) => row.map(plain)),
      );
    }),
    { numRuns: 30 },
  );
});

formats.run();

const convert = suite("fluxion convert");
const here = threeRuns();
const at = (name: string): string => join(here, name);

convert("merges attempts and puts all runs of an experiment into one file", async () => {
  const made = await fluxion(["convert", "runs/alone", "-o", "alone.parquet"], here);
  assert.is(made.code, 0, made.stderr);
  assert.is(made.stdout, "6 rows of 1 run: alone.parquet\n");
  const columns = outColumns([readRunFile(at("runs/alone"))]);
  const rows = [...readRun(at("runs/alone"))];
  const cells = rows.map((row) => columns.map(({ cell }) => plain(cell(row, "alone"))));
  assert.equal(
    (await parquetCells(at("alone.parquet"))).map((row) => row.map(plain)),
    cells,
  );
  assert.equal(
    rows.map(({ value }) => value),
    [1, 1 / 2, 10 / 3, 10 / 4, 10 / 5, 10 / 6],
  );
  await fluxion(["convert", "runs/pair one", "-o", "pair.arrow", "--columns", "run,step,value"], here);
  const table = tableFromIPC(readFileSync(at("pair.arrow")));
  assert.equal(
    table.schema.fields.map(({ name }) => name),
    ["run", "step", "value"],
  );
  assert.equal([...table.getChild("run")!], [..."aaaaa", ..."bbbbbbbbb"]);
});

convert("writes CSV whose numbers read as the same float64", async () => {
  assert.is(
    (await fluxion(["convert", "runs/pair one", "--run", "b", "-o", "b.csv", "--columns", "step,value,point"], here))
      .code,
    0,
  );
  const [heading, ...lines] = readFileSync(at("b.csv"), "utf8").trimEnd().split("\r\n");
  assert.is(heading, "step,value,point");
  const rows = [...readRun(at("runs/pair one/b"))];
  assert.equal(
    lines.map((line) => Number(line.split(",")[1])),
    rows.map(({ value }) => value),
  );
});

convert("writes over nothing, leaves nothing half, and says what is damaged", async () => {
  const before = readdirSync(here).sort();
  for (const [args, says] of [
    [["runs/alone", "-o", "alone.parquet"], /alone\.parquet exists already; .* --overwrite/],
    [["runs/alone", "-o", "alone.xls"], /expected a name that ends in \.arrow, \.parquet or \.csv/],
    [["runs/alone", "-o", "x.csv", "--columns", "valu"], /Did you mean "value"\?/],
    [["runs/pair one", "-o", "x.csv", "--run", "c"], /has no run "c"/],
    [["nowhere", "-o", "x.csv"], /there is no such directory/],
    [["runs/alone"], /required option '-o, --output <file>' not specified/],
  ] as const) {
    const { code, stderr } = await fluxion(["convert", ...args], here);
    assert.is(code, 2, args.join(" "));
    assert.match(stderr, says);
  }
  assert.equal(readdirSync(here).sort(), before);
  const file = at("runs/pair one/a/iterates-0001.arrows");
  truncateSync(file, readFileSync(file).length - 200);
  const { code, stderr, stdout } = await fluxion(["convert", "runs/pair one", "-o", "new folder/some.csv"], here);
  assert.is(code, 1);
  assert.match(stderr, /iterates-0001\.arrows/);
  assert.match(stdout, /^9 rows of 2 runs/);
  assert.ok(existsSync(at("new folder/some.csv")));
});

convert("a run without rows of its own kind is refused beside one with a column of another kind", async () => {
  const where = threeRuns();
  const run = (kind: "number" | "vector", name: string) => ({
    ...{ name, attempt: 1, settings: {}, columns: { mixed: { meaning: "m", kind } } },
  });
  const row = [...readRun(at("runs/alone"))][0]!;
  recordRows(join(where, "runs/mixed/x"), [{ ...row, run: run("number", "x"), columns: {}, vectors: {} }]);
  recordRows(join(where, "runs/mixed/y"), [{ ...row, run: run("vector", "y"), columns: {}, vectors: {} }]);
  const { code, stderr } = await fluxion(["convert", "runs/mixed", "-o", "m.arrow"], where);
  assert.is(code, 2);
  assert.match(stderr, /the column "mixed" is a number in one run and a vector in "y"/);
});

convert.run();
