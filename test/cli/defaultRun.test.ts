/** The run of `npm start` has the same end on every machine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import type { ExperimentFile } from "../../src/cli/experimentFile.ts";
import { describeBlas } from "../../src/linalg/blas/blas.ts";
import { areTooWide, thisProcessor } from "../../src/linalg/blas/kernels.ts";
import { replay } from "../../src/streams/replay.ts";
import { scratchDirectory, startFluxion } from "../support/command.ts";
import { assertSameRows } from "../support/sameRows.ts";

/** Runs `fluxion run`; returns its directory and what it printed. */
async function defaultRun(
  flags: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly out: string; readonly stdout: string; readonly file: ExperimentFile }> {
  const out = join(scratchDirectory(), "out");
  const { code, stdout, stderr } = await startFluxion(
    ["run", ...flags, "--no-serve", "--out", out],
    undefined,
    variables,
  ).ended;
  assert.is(code, 0, stderr);
  return { out, stdout, file: JSON.parse(readFileSync(join(out, "experiment.json"), "utf8")) };
}

/** Rows but for what may differ: a signal may come before the search has begun, or during its first attempt. */
async function rowsOf(out: string, name: string): Promise<Row[]> {
  const rows = await lastValueFrom(replay(join(out, name)).pipe(toArray()));
  return rows.map((row) => ({ ...row, seconds: 0, run: { ...row.run, id: "", started: "", attempt: 0 } }) as Row);
}

const same = suite("fluxion run without an experiment");
same(
  "is portable: its rows are the same, bit for bit, whatever the environment says of BLAS, kernels and multiply-add",
  async () => {
    const few = ["--iterations", "25", "--trajectory-steps", "200"];
    const first = await defaultRun(few);
    assert.is(first.file.portable, true);
    assert.match(first.stdout, /computed portably/);
    const { environment } = readRunFile(join(first.out, "search"));
    assert.is((environment as { executor: string }).executor, "portable");
    const other = await defaultRun([...few, "--workers", "1"], {
      FLUXION_BLAS: "off",
      FLUXION_FMA: "on",
      FLUXION_REGROUP: "off",
      FLUXION_EXECUTOR: "interpreter",
      OPENBLAS_CORETYPE: "Prescott",
    });
    for (const name of ["trajectory", "search"]) {
      const rows = await rowsOf(first.out, name);
      assert.ok(rows.length > 20);
      assertSameRows(await rowsOf(other.out, name), rows, name);
    }
  },
);
same("is resumed portably, bit for bit", async () => {
  const few = ["--iterations", "60", "--trajectory-steps", "1500", "--samples", "2000"];
  const whole = await defaultRun(few);
  const here = scratchDirectory();
  const cut = startFluxion(["run", ...few, "--no-serve", "--out", "cut"], here);
  await cut.says(/trajectory: step/);
  cut.process.kill("SIGINT");
  await cut.ended;
  const { code, stderr } = await startFluxion(["resume", "cut", "--no-serve"], here, { FLUXION_BLAS: "off" }).ended;
  // A machine that is quick enough has finished before the signal came.
  if (!/cut is finished/.test(stderr)) assert.is(code, 0, stderr);
  assertSameRows(await rowsOf(join(here, "cut"), "search"), await rowsOf(whole.out, "search"));
  const { environment } = readRunFile(join(here, "cut", "search"));
  assert.is((environment as { executor: string }).executor, "portable");
});
same("and one with a name is portable if the environment says so, unless the command line says otherwise", async () => {
  for (const [flags, portable, executor] of [
    [[], true, "portable"],
    [["--no-portable"], undefined, "float64"],
  ] as const) {
    const { out, file } = await defaultRun(["quartic", "--iterations", "3", ...flags], {
      FLUXION_EXECUTOR: "portable",
    });
    assert.is(file.portable, portable);
    assert.is((readRunFile(join(out, "search")).environment as { executor: string }).executor, executor);
  }
});
same.run();

const holds = suite("the verdict of the default run");
const end = ({ findings }: ExperimentFile): unknown => {
  const [{ verdict, numbers }] = findings as [ExperimentFile["findings"][number]];
  return { verdict, index: numbers?.index, loss: Number(numbers?.loss).toPrecision(3) };
};
const { configuration = "" } = describeBlas("");
const choice = configuration.includes("DYNAMIC_ARCH");
if (!choice) console.log("skipped: the default run with each kernel of OpenBLAS: there is no choice of kernels here");
const kernels = choice
  ? ["Prescott", "Haswell", "SkylakeX"].filter(
      (core) => !areTooWide({ core, configuration, forced: core, processor: thisProcessor() }),
    )
  : [];
holds("is the same with each kernel of BLAS, and without", async () => {
  const portable = await defaultRun([]);
  const ends = [];
  for (const core of kernels) {
    const { file } = await defaultRun(["--no-portable"], { OPENBLAS_CORETYPE: core });
    assert.is(file.portable, undefined);
    ends.push(end(file));
  }
  assert.equal(
    ends,
    kernels.map(() => end(portable.file)),
  );
});
holds.run();
