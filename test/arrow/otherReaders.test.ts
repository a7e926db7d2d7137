/** What other programs make of fluxion's files: pyarrow, Polars, DuckDB. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../src/arrow/readRun.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf } from "../support/streams.ts";

const run = makeRun({ description: { problem: "bilinear", text: "é😀" } });
const rows: readonly Row[] = Array.from({ length: 40 }, (_, step) =>
  makeRow(run, step, {
    ...(step % 7 === 3 ? { commands: [{ type: "set", setting: "a.b", value: 0.5, step }] } : {}),
    ...(step === 5 ? { value: Number.NaN, squaredFieldNorm: Number.POSITIVE_INFINITY } : {}),
    ...(step === 39 ? { status: "converged", stepSize: Number.NaN } : {}),
  }),
);
const stream = streamOf(rows, [1, 16, 3, 20], { points: 4 });
const path = scratchPath("run.arrows");
writeFileSync(path, stream.bytes);

const python = process.env.PYTHON ?? "python3";
function missing(module: string): string | undefined {
  const { status, error } = spawnSync(python, ["-c", `import ${module}`]);
  if (error !== undefined) return `${python} is not installed`;
  return status === 0 ? undefined : `${python} has no ${module} (pip install ${module})`;
}

/** What the program prints as JSON. */
function ask(program: string, ...args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, ["-c", program, ...args], { encoding: "utf8" });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout) as unknown;
}

/** Rows as Python prints them: no NaN in JSON. */
const expected = rows.map((row) => ({
  run: "example",
  attempt: 1,
  step: row.step,
  seconds: row.seconds,
  status: row.status,
  evaluations: row.evaluations,
  products: row.products,
  value: shown(row.value),
  squaredFieldNorm: shown(row.squaredFieldNorm),
  stepSize: shown(row.stepSize),
  commands: row.commands === undefined ? null : JSON.stringify(row.commands),
  residual: row.columns.residual,
  rate: null,
  outcome: run.columns.outcome?.values?.[row.columns.outcome!],
  spectrum: row.vectors.spectrum === undefined ? null : [...row.vectors.spectrum],
  point: row.step % 4 === 0 || row.status !== "running" ? [row.step, -row.step] : null,
}));
function shown(value: number): number | string {
  return Number.isNaN(value) ? "nan" : Number.isFinite(value) ? value : "inf";
}

const show = `
import json, math, sys
def show(x):
    if isinstance(x, float) and not math.isfinite(x): return str(x)
    if isinstance(x, list): return [show(y) for y in x]
    if isinstance(x, dict): return {k: show(v) for k, v in x.items()}
    return x
`;

const pyarrow = suite("pyarrow");
const noPyarrow = missing("pyarrow");
if (noPyarrow !== undefined) console.log(`skipped: ${noPyarrow}`);

pyarrow("reads every row, batch by batch, and the schema's types and metadata", () => {
  if (noPyarrow !== undefined) return;
  const answer = ask(
    `${show}
import pyarrow as pa
with pa.ipc.open_stream(sys.argv[1]) as reader:
    schema = reader.schema
    batches = [b for b in reader]
for b in batches: b.validate(full=True)
print(json.dumps({
  "rows": [show(r) for b in batches for r in b.to_pylist()],
  "counts": [b.num_rows for b in batches],
  "types": {f.name: str(f.type) for f in schema},
  "nullable": [f.name for f in schema if f.nullable],
  "run": json.loads(schema.metadata[b"fluxion.run"]),
  "pointsEvery": schema.metadata[b"fluxion.pointsEvery"].decode(),
  "unit": schema.field("rate").metadata[b"unit"].decode(),
  "meaning": schema.field("residual").metadata[b"meaning"].decode(),
}))`,
    path,
  ) as Record<string, unknown>;
  assert.equal(answer.rows, expected);
  assert.equal(answer.counts, [1, 16, 3, 20]);
  const types = answer.types as Record<string, string>;
  assert.is(types.step, "double");
  assert.is(types.attempt, "int32");
  assert.is(types.outcome, "string");
  assert.is(types.point, "list<item: double>");
  assert.equal(answer.nullable, ["commands", "residual", "rate", "outcome", "spectrum", "point"]);
  assert.equal((answer.run as Record<string, unknown>).description, run.description);
  assert.is(answer.pointsEvery, "4");
  assert.is(answer.unit, "1/s");
  assert.is(answer.meaning, "||J p + F||");
});

pyarrow("reads every whole batch of a torn stream", () => {
  if (noPyarrow !== undefined) return;
  const cut = stream.ends[3]! + 100;
  const torn = scratchPath("torn.arrows");
  writeFileSync(torn, stream.bytes.subarray(0, cut));
  const answer = ask(
    `${show}
import pyarrow as pa
steps, error = [], None
try:
    with pa.ipc.open_stream(sys.argv[1]) as reader:
        for b in reader: steps += b.column("step").to_pylist()
except pa.ArrowInvalid as e: error = "torn"
except OSError as e: error = "torn"
print(json.dumps({"steps": steps, "error": error}))`,
    torn,
  );
  assert.equal(answer, { steps: rows.slice(0, 20).map(({ step }) => step), error: "torn" });
});

pyarrow("reads each frame alone, as a socket sends it", () => {
  if (noPyarrow !== undefined) return;
  const [header, , second] = stream.parts;
  const frame = scratchPath("frame.arrows");
  const end = stream.parts.at(-1)!;
  writeFileSync(frame, Buffer.concat([header!, second!, end]));
  const program = `${show}
import pyarrow as pa
print(json.dumps(pa.ipc.open_stream(sys.argv[1]).read_all().column("step").to_pylist()))`;
  assert.equal(
    ask(program, frame),
    rows.slice(1, 17).map(({ step }) => step),
  );
});
pyarrow.run();

const polars = suite("Polars");
const noPolars = missing("polars");
if (noPolars !== undefined) console.log(`skipped: ${noPolars}`);

polars("reads every row", () => {
  if (noPolars !== undefined) return;
  const answer = ask(
    `${show}
import polars as pl
frame = pl.read_ipc_stream(sys.argv[1])
print(json.dumps({"rows": [show(r) for r in frame.to_dicts()], "types": {n: str(t) for n, t in frame.schema.items()}}))`,
    path,
  ) as { readonly rows: unknown; readonly types: Record<string, string> };
  assert.equal(answer.rows, expected);
  assert.is(answer.types.point, "List(Float64)");
  assert.is(answer.types.status, "String");
});

polars("answers a question about the rows", () => {
  if (noPolars !== undefined) return;
  const program = `${show}
import polars as pl
frame = pl.read_ipc_stream(sys.argv[1])
print(json.dumps(frame.filter(pl.col("outcome") == "failed").select(pl.col("residual").sum()).item()))`;
  const sum = rows
    .filter(({ columns }) => columns.outcome === 2)
    .reduce((total, { columns }) => total + columns.residual!, 0);
  assert.ok(Math.abs((ask(program, path) as number) - sum) < 1e-9 * sum);
});
polars.run();

const merged = suite("Attempts merged by the lines of docs/concepts.md");

/** Attempts with other lengths and columns, in a directory. */
const directory = scratchPath("resumed");
mkdirSync(directory);
for (const [attempt, from, to] of [
  [1, 0, 9],
  [2, 5, 12],
  [9999, 3, 6],
  [10_000, 5, 8],
] as const) {
  const columns = attempt === 2 ? { ...run.columns, cosine: { meaning: "m" } } : run.columns;
  const of = makeRun({ attempt, columns });
  const own = Array.from({ length: to - from }, (_, i) => makeRow(of, from + i, { seconds: attempt }));
  writeFileSync(join(directory, iteratesFileName(attempt)), streamOf(own, [2, own.length - 2]).bytes);
}
const document = readFileSync(new URL("../../docs/concepts.md", import.meta.url), "utf8");

for (const [name, module, show] of [
  ["pyarrow", "pyarrow", "rows.select(['step', 'seconds']).to_pylist()"],
  ["Polars", "polars", "rows.select('step', 'seconds').to_dicts()"],
  ["DuckDB", "duckdb", "[dict(step=s, seconds=t) for s, t in rows.project('step, seconds').fetchall()]"],
] as const) {
  const lacking = missing(module);
  if (lacking !== undefined) console.log(`skipped: ${lacking}`);
  merged(`${name} gives the rows of readRun`, () => {
    if (lacking !== undefined) return;
    const lines = new RegExp(`\\n${name}[^\\n]*:\\n\\n\`\`\`python\\n([^\`]+)`).exec(document)?.[1];
    assert.ok(lines, `docs/concepts.md has no lines for ${name}`);
    const program = `${lines.replaceAll("runs/a", directory)}\nimport json\nprint(json.dumps(${show}))`;
    const expected = [...readRun(directory)].map(({ step, seconds }) => ({ step, seconds }));
    assert.equal(
      expected.map(({ seconds }) => seconds),
      [1, 1, 1, 9999, 9999, 10_000, 10_000, 10_000],
    );
    assert.equal(ask(program), expected);
  });
}
merged.run();
