import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isAlive, thisProcess } from "../../src/arrow/processIdentity.ts";
import { iteratesFileName, type RunAttempt, type RunFile, readRunFile, runState } from "../../src/arrow/runFile.ts";
import { isFluxionError } from "../../src/errors.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { scratchPath } from "../support/scratch.ts";

const attempt: RunAttempt = {
  attempt: 1,
  file: "iterates-0001.arrows",
  began: "2026-01-01T00:00:00.000Z",
  process: thisProcess(),
};
const ended = { how: "completed", at: "2026-01-01T00:00:01.000Z", rows: 3 } as const;
const whole: RunFile = {
  format: 1,
  name: "a",
  fields: {},
  columns: { residual: { meaning: "m" } },
  settings: {},
  versions: {},
  platform: {},
  attempts: [attempt],
};

function written(content: unknown): string {
  const directory = scratchPath();
  mkdirSync(directory);
  writeFileSync(join(directory, "run.json"), typeof content === "string" ? content : JSON.stringify(content));
  return directory;
}

const reads = suite("readRunFile");

reads("reads what is written, with the numbers that JSON has not", () => {
  const run = { ...whole, settings: { "a.b": { value: 1, max: "Infinity" } } };
  const read = readRunFile(written(run));
  assert.equal(read, { ...whole, settings: { "a.b": { value: 1, max: Number.POSITIVE_INFINITY } } });
});

reads("says that a directory holds no run", () => {
  const empty = scratchPath();
  assertError(() => readRunFile(empty), "ERR_RUN_FILE", /is not a run directory: it has no run\.json/);
  mkdirSync(empty);
  assertError(() => readRunFile(empty), "ERR_RUN_FILE", /is not a run directory/);
  mkdirSync(join(empty, "run.json"));
  assertError(() => readRunFile(empty), "ERR_READ", /run\.json/);
});

reads("says what a damaged file lacks", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ["", /is not JSON/],
    ['{"format": 1', /is not JSON/],
    ["3", /does not hold an object/],
    ["null", /does not hold an object/],
    [{ ...whole, format: 2 }, /has format 2, but this version of fluxion reads format 1/],
    // An object that cannot be made a string.
    [{ ...whole, format: { toString: [] } }, /has format \{"toString":\[\]\}, but this version/],
    [{ ...whole, attempts: [{ ...attempt, ended: { ...ended, how: { toString: 1 } } }] }, /lacks the list of attempts/],
    [{ ...whole, name: undefined }, /lacks the name or the columns of the run/],
    [{ ...whole, columns: 3 }, /lacks the name or the columns of the run/],
    [{ ...whole, attempts: {} }, /lacks the list of attempts/],
    [{ ...whole, attempts: [{ ...attempt, file: 3 }] }, /lacks the list of attempts/],
    [{ ...whole, attempts: [{ ...attempt, process: { pid: 1 } }] }, /lacks the list of attempts/],
    [{ ...whole, attempts: [{ ...attempt, ended: null }] }, /lacks the list of attempts/],
    [{ ...whole, attempts: [{ ...attempt, ended: { ...ended, how: "vanished" } }] }, /lacks the list of attempts/],
  ];
  for (const [content, message] of cases) assertError(() => readRunFile(written(content)), "ERR_RUN_FILE", message);
});

reads("gives a run whose state can be told, or one error, whatever part is replaced by other JSON", () => {
  const directory = written(whole);
  const keys = Object.keys(whole);
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
      writeFileSync(join(directory, "run.json"), JSON.stringify({ ...whole, [key]: value }));
      try {
        assert.type(runState(readRunFile(directory)), "string");
      } catch (error) {
        assert.ok(isFluxionError(error) && error.code === "ERR_RUN_FILE", String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

reads("names the files of attempts so that they sort in order", () => {
  assert.is(iteratesFileName(1), "iterates-0001.arrows");
  assert.is(iteratesFileName(12345), "iterates-12345.arrows");
});
reads.run();

const states = suite("runState");
const state = (...attempts: readonly Partial<RunAttempt>[]): string =>
  runState({ ...whole, attempts: attempts.map((fields) => ({ ...attempt, ...fields })) });

states("is that of the newest attempt", () => {
  assert.is(state({ ended }), "completed");
  assert.is(state({ ended: { ...ended, how: "failed" } }), "failed");
  assert.is(state({ ended: { ...ended, how: "interrupted" } }), "interrupted");
  assert.is(state({ ended }, { attempt: 2 }), "running");
  assert.is(state({}, { attempt: 2, ended }), "completed");
});

states("is running as long as its process lives, then killed", () => {
  assert.is(state({}), "running");
  const { pid } = spawnSync(process.execPath, ["--eval", ""]);
  assert.is(state({ process: { pid, host: hostname() } }), "killed");
  assert.is(runState({ ...whole, attempts: [] }), "killed");
});

states("believes a writer on another machine to live", () => {
  assert.is(state({ process: { pid: 2 ** 22 + 1, host: "elsewhere.invalid" } }), "running");
});

states("does not know of a writer on another machine that gives no sign of life", () => {
  const run = { ...whole, attempts: [{ ...attempt, process: { pid: 1, host: "elsewhere.invalid" } }] };
  const experiment = scratchPath();
  const directory = join(experiment, "run");
  mkdirSync(directory, { recursive: true });
  assert.is(runState(run, directory), "unknown");
  // The lease is that of the experiment.
  const lease = join(experiment, "lease-1.json");
  writeFileSync(lease, "{}");
  assert.is(runState(run, directory), "running");
  utimesSync(lease, new Date(0), new Date(0));
  assert.is(runState(run, directory), "unknown");
  // Without a directory nothing is known of its lease.
  assert.is(runState(run), "running");
});

states("knows a later process that got the same number", () => {
  const { pid, host, started } = thisProcess();
  assert.ok(isAlive({ pid, host }));
  if (process.platform === "linux") {
    assert.match(String(started), /^[0-9a-f-]{36}\/\d+$/);
    assert.not(isAlive({ pid, host, started: "an earlier boot/1" }));
    const stat = readFileSync("/proc/self/stat", "utf8");
    assert.ok(stat.includes(` ${String(started).split("/")[1]} `));
  }
});
states.run();
