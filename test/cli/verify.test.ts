/** `fluxion verify` and `fluxion recover`, and `fluxion replay` of damaged files. */
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jsonSeal } from "../../src/arrow/checks/sealedJson.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import { readRunFile, runState } from "../../src/arrow/runFile.ts";
import { recoverFiles } from "../../src/cli/recover/recoverFiles.ts";
import { saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { assertError } from "../support/assert.ts";
import { valuesOf } from "../support/collect.ts";
import { fluxion } from "../support/command.ts";
import { makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { withoutChecksums } from "../support/streams.ts";

const rows = makeRows(9);

/** An experiment with two runs of nine rows in batches of three; the second one is damaged by `damage`. */
async function experiment(damage: (run: string) => void = () => {}): Promise<string> {
  const directory = scratchPath("mine-1");
  for (const name of ["a", "b"]) {
    const of = makeRun({ name });
    const path = join(directory, name);
    saveCheckpoint(path)({ run: name, attempt: 1, step: 3 } as never);
    await valuesOf(from(makeRows(9, of)).pipe(runDirectory(path, { batch: { rows: 3 } })));
  }
  const content = {
    format: 2,
    name: "mine",
    source: { module: "built-in" },
    state: "finished",
    began: "",
    runs: ["a", "b"],
  };
  writeFileSync(join(directory, "experiment.json"), JSON.stringify(content));
  writeFileSync(join(directory, "notes.txt"), "mine");
  damage(join(directory, "b"));
  return directory;
}
const change = (path: string, at: (bytes: Uint8Array) => number): void => {
  const bytes = readFileSync(path);
  bytes[at(bytes)]! ^= 4;
  writeFileSync(path, bytes);
};
const rowsFile = (run: string): string => join(run, "iterates-0001.arrows");
/** The last byte before the third batch, whose facts begin with its ordinal. */
const middle = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf("0000000002 6 8 3") - 157;

const command = suite("fluxion verify, recover, replay");

command("whole files: exit 0, a line per file, and no word with --quiet", async () => {
  const directory = await experiment();
  const { code, stdout } = await fluxion(["verify", directory]);
  assert.is(code, 0);
  assert.match(stdout, /b\/iterates-0001\.arrows\s+9\s+3\s+0\s+8\s+whole/);
  assert.match(stdout, /everything is whole\n$/);
  assert.equal(await fluxion(["verify", directory, "--quiet"]), { code: 0, stdout: "", stderr: "" });
});

command("damaged files: exit 1 and the steps that are lost; replay prints the others and exits 1, too", async () => {
  const directory = await experiment((run) => change(rowsFile(run), middle));
  const lost =
    /b\/iterates-0001\.arrows is damaged at byte \d+: a batch does not match its checksum; 3 rows of steps 3 to 5 are lost/;
  const verified = await fluxion(["verify", directory]);
  assert.is(verified.code, 1);
  assert.match(verified.stdout, lost);
  assert.match(verified.stdout, /fluxion recover .*mine-1 writes what is whole/);
  const replayed = await fluxion(["replay", join(directory, "b"), "--columns", "step", "--format", "csv"]);
  assert.is(replayed.code, 1);
  assert.match(replayed.stderr, lost);
  assert.is(replayed.stdout, "step\n0\n1\n2\n6\n7\n8\n");
  const first = await fluxion(["replay", join(directory, "b"), "--columns", "step", "--format", "csv", "--to", "2"]);
  assert.equal(first, { code: 0, stdout: "step\n0\n1\n2\n", stderr: "" });
  const recovered = await fluxion(["recover", directory]);
  assert.is(recovered.code, 1);
  assert.match(recovered.stdout, lost);
  assert.match(recovered.stdout, /^15 rows in 8 files: .*mine-1-recovered$/m);
  assert.is((await fluxion(["verify", `${directory}-recovered`])).code, 0);
});

command("what holds no run, or is no directory: exit 2", async () => {
  for (const name of ["verify", "recover"]) {
    const missing = await fluxion([name, scratchPath("none")]);
    assert.is(missing.code, 2);
    assert.match(missing.stderr, /^fluxion: cannot read .*none: there is no such file or directory\n$/);
    assert.match((await fluxion([name, "."])).stderr, /holds no runs/);
    assert.match((await fluxion([name, "--help"])).stdout, /Examples:[\s\S]*Exit codes:/);
  }
});
command.run();

const recovery = suite("recoverFiles");

recovery("copies whole files as they are, and never changes the old ones", async () => {
  const directory = await experiment();
  const copy = scratchPath("copy");
  cpSync(directory, copy, { recursive: true });
  const to = scratchPath("to");
  assert.equal(recoverFiles(directory, to), { files: 8, rows: 18, lost: [] });
  for (const name of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!name.includes(".")) continue;
    assert.ok(readFileSync(join(directory, name)).equals(readFileSync(join(copy, name))), name);
    if (!name.endsWith("run.json"))
      assert.ok(readFileSync(join(to, name)).equals(readFileSync(join(copy, name))), name);
  }
  assert.is(jsonSeal(readFileSync(join(to, "a", "run.json"), "utf8")), "whole");
  assertError(
    () => recoverFiles(directory, to),
    "ERR_RUN_EXISTS",
    /exists already; choose another directory with --to/,
  );
});

recovery(
  "a run that lost its last rows is interrupted, and its experiment is stopped, so that they can be done again",
  async () => {
    const directory = await experiment((run) => change(rowsFile(run), (bytes) => bytes.length - 20));
    const to = scratchPath("to");
    const { lost, rows: count } = recoverFiles(directory, to);
    assert.is(count, 15);
    assert.match(lost.join("\n"), /rows of steps 6 to 8 are lost/);
    const file = readRunFile(join(to, "b"));
    assert.equal([runState(file), file.attempts[0]?.ended?.rows, file.attempts[0]?.ended?.step], ["interrupted", 6, 5]);
    assert.match(file.recovered?.lost.join("\n") ?? "", /steps 6 to 8/);
    assert.is(runState(readRunFile(join(to, "a"))), "completed");
    assert.is(JSON.parse(readFileSync(join(to, "experiment.json"), "utf8")).state, "stopped");
    assert.is([...readRun(join(to, "b"))].length, 6);
  },
);

recovery("a damaged run.json is made anew from the rows, a damaged schema from run.json", async () => {
  const broken = await experiment((run) => change(join(run, "run.json"), (bytes) => bytes.length >> 1));
  const [to, other] = [scratchPath("to"), scratchPath("other")];
  assert.match(recoverFiles(broken, to).lost.join("\n"), /^$|run\.json/);
  const file = readRunFile(join(to, "b"));
  assert.equal([file.name, runState(file), file.attempts[0]?.ended?.rows], ["b", "completed", 9]);
  assert.equal(file.columns, makeRun().columns);
  const schema = await experiment((run) => change(rowsFile(run), () => 200));
  assert.is(recoverFiles(schema, other).rows, 18);
  assertSameRows(readRun(join(other, "b")), makeRows(9, makeRun({ name: "b" })));
});

recovery("attempts keep their order beyond 9999, and the newest one describes the run", async () => {
  const run = scratchPath("long");
  for (const attempt of [9999, 10_000]) {
    const columns = attempt === 9999 ? {} : makeRun().columns;
    await valuesOf(from(makeRows(4, makeRun({ attempt, columns }))).pipe(runDirectory(run)));
  }
  change(join(run, "run.json"), (bytes) => bytes.length >> 1);
  const to = scratchPath("to");
  recoverFiles(run, to);
  const file = readRunFile(to);
  assert.equal(
    file.attempts.map(({ attempt }) => attempt),
    [9999, 10_000],
  );
  assert.equal(file.columns, makeRun().columns);
});

recovery("rows without checksums stay without, and a damaged checkpoint is left out", async () => {
  const directory = await experiment((run) => {
    writeFileSync(rowsFile(run), withoutChecksums(readFileSync(rowsFile(run))));
    change(join(run, "checkpoint.bin"), (bytes) => bytes.length - 1);
  });
  const to = scratchPath("to");
  const { lost, rows: count } = recoverFiles(directory, to);
  assert.is(count, 2 * rows.length);
  assert.match(lost.join("\n"), /checkpoint\.bin is damaged: its bytes do not match their checksum/);
  assert.not(existsSync(join(to, "b", "checkpoint.bin")));
  assert.ok(readFileSync(rowsFile(join(to, "b"))).equals(readFileSync(rowsFile(join(directory, "b")))));
});
recovery.run();
