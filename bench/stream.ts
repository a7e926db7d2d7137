/** What does logging a row cost: to encode it, to write it to disk, to read it back, and in the loop at n = 128? */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { map, type Observable, range, take } from "rxjs";
import { RunEncoder } from "../src/arrow/encoder.ts";
import { recordRun } from "../src/arrow/recorder.ts";
import type { Columns, Row, Run } from "../src/arrow/row.ts";
import { diagonal } from "../src/linalg/maps/maps.ts";
import { untilStep } from "../src/operators/measures/untilStep.ts";
import { gradientStep } from "../src/operators/steps/gradientStep.ts";
import type { Problem } from "../src/problems/problem.ts";
import { arrowFile } from "../src/sinks/arrowFile.ts";
import { runDirectory } from "../src/sinks/runDirectory.ts";
import { chain } from "../src/streams/chain.ts";
import { defineMeasure } from "../src/streams/defineMeasure.ts";
import { iterate } from "../src/streams/iterate.ts";
import { replay } from "../src/streams/replay.ts";
import type { Iterate } from "../src/streams/types.ts";
import { compare } from "./support/compare.ts";

const folder = mkdtempSync(join(tmpdir(), "fluxion-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "rows");

const names = Array.from({ length: 8 }, (_, i) => `column${i}`);
const columns: Columns = Object.fromEntries(names.map((name) => [name, { meaning: "a number" }]));
const run: Run = { name: "bench", attempt: 1, columns, settings: {} };

/** A row with eight measured numbers and without a point. */
const rowOf = (step: number): Row => ({
  run,
  step,
  seconds: step / 1000,
  status: "running",
  evaluations: step,
  products: 2 * step,
  value: 1 / (1 + step),
  squaredFieldNorm: 1 / (1 + step),
  stepSize: 0.1,
  columns: {
    column0: step,
    column1: step / 2,
    column2: step / 3,
    column3: step / 5,
    column4: step / 7,
    column5: step / 11,
    column6: step / 13,
    column7: step / 17,
  },
  vectors: {},
});
/** Rows, few enough to stay in the processor's cache, as a row that was just made does. */
const rows = Array.from({ length: 256 }, (_, step) => rowOf(step));
const each = (count: number, use: (row: Row) => void): void => {
  for (let i = 0; i < count; i++) use(rows[i & 255]!);
};

/** Does the least that any logger must do: copies every number into a column that is allocated once. */
function copyColumns(count: number): void {
  const fields = Array.from({ length: 7 }, () => new Float64Array(256));
  const own = names.map(() => new Float64Array(256));
  let k = 0;
  each(count, (row) => {
    fields[0]![k] = row.step;
    fields[1]![k] = row.seconds;
    fields[2]![k] = row.evaluations;
    fields[3]![k] = row.products;
    fields[4]![k] = row.value;
    fields[5]![k] = row.squaredFieldNorm;
    fields[6]![k] = row.stepSize;
    for (let i = 0; i < names.length; i++) own[i]![k] = row.columns[names[i]!]!;
    k = (k + 1) & 255;
  });
}

function encode(count: number): void {
  const encoder = new RunEncoder(run, 0);
  each(count, (row) => {
    if (encoder.rows === encoder.capacity) encoder.flush();
    encoder.append(row);
  });
  encoder.flush();
}

function record(count: number): void {
  const recorder = recordRun(run, { sink: () => {} });
  each(count, recorder.append);
  recorder.close();
}

function jsonLines(count: number): void {
  const file = openSync(path, "w");
  let text = "";
  each(count, ({ run: { name, attempt }, ...row }) => {
    text += `${JSON.stringify({ name, attempt, ...row })}\n`;
    if (text.length > 16_384) {
      writeSync(file, text);
      text = "";
    }
  });
  writeSync(file, text);
  closeSync(file);
}

const subscribe = (source: Observable<unknown>): void => {
  source.subscribe({
    error(error) {
      throw error;
    },
  });
};
const streamed = (count: number): Observable<Row> => range(0, count).pipe(map((i) => rows[i & 255]!));

const recorded = join(folder, "recorded.arrows");
subscribe(streamed(100_000).pipe(arrowFile(recorded)));

compare({
  title: "logging one row of 8 numbers",
  unit: "row",
  count: 100_000,
  cases: [
    { name: "copy into columns, nothing else", run: copyColumns },
    { name: "RunEncoder: Arrow batches of 256", run: encode },
    { name: "recordRun: the same, with the clock", run: record },
    { name: "a stream of rows, no sink", run: (count) => subscribe(streamed(count)) },
    {
      name: "arrowFile, on disk",
      run: (count) => subscribe(streamed(count).pipe(arrowFile(path, { overwrite: true }))),
    },
    { name: "JSON lines, buffered, on disk", run: jsonLines },
    {
      name: "replay, from disk",
      run: (count) => subscribe(replay(recorded, { slice: Number.POSITIVE_INFINITY }).pipe(take(count))),
    },
  ],
});

const n = 128;
/** The problem F(z) = z, the cheapest possible. */
const free: Problem = {
  name: "free",
  dimension: n,
  symmetric: true,
  evaluate(point, field) {
    field.set(point);
    return 0;
  },
  linearize: () => diagonal(new Float64Array(n).fill(1)),
  blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
};
const meaning = "a number";
const five = defineMeasure({
  name: "five",
  columns: { a: { meaning }, b: { meaning }, c: { meaning }, d: { meaning }, e: { meaning } },
  step: ({ step }) => ({ columns: { a: step, b: step, c: step, d: step, e: step } }),
});
const start = new Float64Array(n).fill(1);
const loop = (count: number): Observable<Iterate> =>
  iterate(free, start, chain(untilStep(count), gradientStep(1e-6), five), { slice: Number.POSITIVE_INFINITY });
let directories = 0;
const directory = (): string => join(folder, `run-${directories++}`);

compare({
  title: "loop and sink at n = 128, one update, 5 columns",
  unit: "iterate",
  count: 50_000,
  cases: [
    { name: "loop alone", run: (count) => subscribe(loop(count)) },
    {
      name: "and runDirectory, no points",
      run: (count) => subscribe(loop(count).pipe(runDirectory(directory(), { points: "none" }))),
    },
    {
      name: "and runDirectory, every point",
      run: (count) => subscribe(loop(count).pipe(runDirectory(directory(), { points: "all" }))),
    },
  ],
});
