/** `fluxion run train` on a file that is not read into memory: the bits of memory, killed and resumed, and with another file. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { labelledImageBytes, writeLabelledImages } from "../../scripts/dataFile.ts";
import type { Row } from "../../src/arrow/row.ts";
import type { JsonValue } from "../../src/json.ts";
import { replay } from "../../src/streams/replay.ts";
import { checkError } from "../support/assert.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { dataFile } from "../support/dataFiles.ts";
import * as fc from "../support/fastCheck.ts";
import { until } from "../support/processes.ts";
import { normalVector } from "../support/random.ts";
import { assertSameRows, timeless } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { train, trainingNumbers } from "../support/training.ts";

const count = 150;
const x = normalVector(count * 3, 1);
const z = normalVector(count, 2);
const label = Int32Array.from({ length: count }, (_, i) => (x[3 * i]! > z[i]! ? 1 : 0));

/** A table of lists of three numbers, a number, and a label; `change` may change its numbers first. */
function table(change: (columns: { x: Float64Array; z: Float64Array; label: Int32Array }) => void = () => {}): string {
  const columns = { x: x.slice(), z: z.slice(), label: label.slice() };
  change(columns);
  return dataFile(
    { x: { numbers: columns.x, extents: [3] }, z: { numbers: columns.z }, label: { numbers: columns.label } },
    40,
  );
}

const small = { epochs: 2, batch: 16, validation: 0.2, test: 0.2, model: "linear" };
const refusal = (of: Promise<unknown>): Promise<unknown> => of.then(() => undefined).catch((error: unknown) => error);
const rowsOf = async (directory: string): Promise<Row[]> =>
  timeless(await lastValueFrom(replay(directory).pipe(toArray())));

const test = suite("fluxion run train on a file larger than memory");

test("has the rows and the verdict of the same table in memory", async () => {
  const data = table();
  const options: readonly Readonly<Record<string, JsonValue>>[] = [
    {},
    { standardise: false },
    { samples: 90 },
    { target: "z" },
    { target: "x", model: "mlp" },
  ];
  for (const more of options) {
    const inMemory = await train({ ...small, data, ...more });
    const streamed = await train({ ...small, data, ...more, inMemory: 0 });
    assert.equal(streamed.rows.map(trainingNumbers), inMemory.rows.map(trainingNumbers), JSON.stringify(more));
    assert.equal([streamed.findings, streamed.lines], [inMemory.findings, inMemory.lines]);
    assert.match(JSON.stringify(streamed.rows[0]!.run.description), /"inputsHash":"sha256:/);
  }
});

test("is stopped in the middle of an epoch and goes on to the same rows, bit for bit", async () => {
  const data = table();
  const whole = await train({ ...small, data, inMemory: 0 });
  for (const at of [1, 4, 7]) {
    const directory = scratchPath("train");
    await train({ ...small, data, inMemory: 0 }, { directory, resume: false, until: at });
    const { rows, findings } = await train({ ...small, data, inMemory: 0 }, { directory, resume: true });
    assert.equal(rows.map(trainingNumbers), whole.rows.map(trainingNumbers));
    assert.equal(findings, whole.findings);
  }
});

test("a number that has changed since, in any part of any kind of file, is noticed, and the rows stay", async () => {
  const csv = (columns: { x: Float64Array; z: Float64Array; label: Int32Array }): string =>
    `a,b,c,z,label\n${Array.from(columns.label, (own, i) => [...columns.x.subarray(3 * i, 3 * i + 3), columns.z[i], own].join()).join("\n")}\n`;
  const place = fc.record({
    kind: fc.constantFrom("memory", "streamed", "csv"),
    row: fc.nat(count - 1),
    column: fc.nat(4),
  });
  const begun = new Map<string, { data: string; directory: string; options: Readonly<Record<string, JsonValue>> }>();
  for (const kind of ["memory", "streamed", "csv"]) {
    const data = kind === "csv" ? scratchPath("table.csv") : table();
    if (kind === "csv") writeFileSync(data, csv({ x, z, label }));
    const options = { ...small, data, ...(kind === "streamed" ? { inMemory: 0 } : {}) };
    const directory = scratchPath("train");
    await train(options, { directory, resume: false, until: 5 });
    begun.set(kind, { data, directory, options });
  }
  await fc.assert(
    fc.asyncProperty(place, async ({ kind, row, column }) => {
      const { data, directory, options } = begun.get(kind)!;
      const before = readFileSync(data);
      const rows = await rowsOf(join(directory, "training"));
      const change = (columns: { x: Float64Array; z: Float64Array; label: Int32Array }): void => {
        if (column < 3) columns.x[3 * row + column]! += 1e-12;
        else if (column === 3) columns.z[row]! += 1e-12;
        else columns.label[row] = 1 - columns.label[row]!;
      };
      const columns = { x: x.slice(), z: z.slice(), label: label.slice() };
      change(columns);
      writeFileSync(data, kind === "csv" ? csv(columns) : readFileSync(table(change)));
      const error = await refusal(train(options, { directory, resume: true }));
      writeFileSync(data, before);
      checkError(
        error,
        "ERR_RESUME",
        /the data with which the run "training" began, got others: \w+Hash of ".*put the data back/,
      );
      assertSameRows(await rowsOf(join(directory, "training")), rows);
    }),
    { numRuns: 5 },
  );
  // With the data back the run goes on.
  for (const { directory, options } of begun.values()) {
    const { rows } = await train(options, { directory, resume: true });
    assert.equal(rows.map(trainingNumbers), (await train(options)).rows.map(trainingNumbers));
    // A finished run is judged on the data with which it was made, or not at all.
    writeFileSync(options.data as string, "x,label\n1,0\n2,1\n");
  }
  const { directory, options, data } = begun.get("csv")!;
  writeFileSync(data, csv({ x: x.map((own) => own + 1), z, label }));
  checkError(await refusal(train(options, { directory, resume: true })), "ERR_RESUME", /got others/);
});

test("the command is killed and resumed, to the rows of a run in memory", async () => {
  const data = table();
  const here = scratchDirectory();
  const args = [
    "run",
    "train",
    "--data",
    data,
    "--model",
    "linear",
    "--epochs",
    "100",
    "--batch",
    "16",
    "--no-serve",
    "--out",
  ];
  const cut = startFluxion([...args, "cut", "--in-memory", "0"], here);
  const directory = join(here, "cut", "training");
  await cut.says(/files: cut/);
  await until(async () => (await rowsOf(directory).catch(() => [])).length > 0, "row of the run");
  cut.process.kill("SIGKILL");
  await cut.ended;
  const before = readFileSync(data);
  const kept = readFileSync(join(directory, "iterates-0001.arrows"));
  writeFileSync(
    data,
    readFileSync(
      table((columns) => {
        columns.z[70]! += 1e-9;
      }),
    ),
  );
  const other = await fluxion(["resume", "cut", "--no-serve"], here);
  assert.is(other.code, 2);
  assert.match(other.stderr, /the data with which the run "training" began, got others: .*put the data back/);
  assert.equal(readFileSync(join(directory, "iterates-0001.arrows")), kept);
  writeFileSync(data, before);
  const { code, stderr } = await fluxion(["resume", "cut", "--no-serve"], here);
  assert.is(code, 0, stderr);
  const whole = await fluxion([...args, "whole"], here);
  assert.is(whole.code, 0, whole.stderr);
  const numbers = async (name: string): Promise<unknown> =>
    (await rowsOf(join(here, name, "training"))).map(trainingNumbers);
  assert.equal(await numbers("cut"), await numbers("whole"));
});

const full = process.env.FLUXION_TEST_FULL === "1";
const bytes = full ? 4 * 2 ** 30 : 1.5e8;

test(`takes less than 500 MB of memory for a file of ${(bytes / 1e9).toFixed(1)} GB`, () => {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < 2 * bytes) {
    console.log(`skipped: ${tmpdir()} has no room for a file of ${bytes} bytes`);
    return;
  }
  const path = scratchPath("images.arrow");
  try {
    const rows = Math.ceil(bytes / labelledImageBytes);
    writeLabelledImages(path, rows);
    const program = fileURLToPath(new URL("../support/training.ts", import.meta.url));
    const options = { data: path, epochs: 1280 / rows, evaluations: 1, standardise: full, inMemory: 100 };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", program, JSON.stringify(options)],
      {
        encoding: "utf8",
      },
    );
    assert.is(status, 0, stderr);
    const { peak, findings } = JSON.parse(stdout.trim().split("\n").at(-1)!) as {
      readonly peak: number;
      readonly findings: readonly { readonly verdict: string }[];
    };
    assert.is(findings[0]!.verdict, "trained");
    assert.ok(peak < 500e6, `${peak} bytes at most`);
  } finally {
    rmSync(path, { force: true });
  }
});

test.run();
