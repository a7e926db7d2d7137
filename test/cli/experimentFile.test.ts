import { mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  claimDirectory,
  experimentState,
  experimentsIn,
  newExperiment,
  readExperiment,
  shownState,
  writeExperiment,
} from "../../src/cli/experimentFile.ts";
import { runsIn } from "../../src/cli/runDirectories.ts";
import { takeLease } from "../../src/sinks/lease.ts";
import { assertError } from "../support/assert.ts";

const scratch = (): string => mkdtempSync(join(tmpdir(), "fluxion-experiment-"));
const about = { name: "mine", source: { module: "built-in", hash: "1" }, options: { steps: 3 }, seed: 7 };

const files = suite("writeExperiment and readExperiment");
files("give back what was written, and leave no temporary file", () => {
  const directory = scratch();
  const file = { ...newExperiment(about), runs: ["a"], findings: [{ run: "a", numbers: { loss: 1 } }] };
  writeExperiment(directory, file);
  assert.equal(readExperiment(directory), file);
  assert.equal(readdirSync(directory), ["experiment.json"]);
});
files("say what is missing", () => {
  assertError(() => readExperiment("/nowhere/at/all"), "ERR_EXPERIMENT_DIRECTORY", /there is no such directory/);
  assertError(() => readExperiment(scratch()), "ERR_EXPERIMENT_DIRECTORY", /it has no experiment\.json/);
});
files("refuse what is no experiment's file, or of another format", () => {
  const directory = scratch();
  writeFileSync(join(directory, "experiment.json"), "{");
  assertError(() => readExperiment(directory), "ERR_EXPERIMENT_DIRECTORY", /it is not valid JSON/);
  writeFileSync(join(directory, "experiment.json"), '{"format":2}');
  assertError(() => readExperiment(directory), "ERR_EXPERIMENT_DIRECTORY", /format 2/);
});
files("tell an experiment that was killed from one that goes on", () => {
  const file = newExperiment(about);
  assert.is(experimentState(file), "running");
  // The largest process number of Linux is 2^22.
  const killed = { ...file, process: { ...file.process!, pid: 2 ** 22 + 1 } };
  assert.is(experimentState(killed), "killed");
  assert.is(experimentState({ ...killed, state: "failed" }), "failed");
});
files("show an experiment on another host as running only while its lease is fresh", () => {
  const directory = scratch();
  const file = newExperiment(about);
  writeExperiment(directory, file);
  assert.is(shownState(directory, file), "running");
  assert.is(shownState(directory, { ...file, process: { ...file.process!, pid: 2 ** 22 + 1 } }), "killed");
  assert.is(shownState(directory, { ...file, state: "failed" }), "failed");
  const { namespace: _, ...process } = file.process!;
  const elsewhere = [
    { ...process, host: "elsewhere.invalid" },
    { ...process, namespace: "pid:[1]" },
    { ...process, started: "another-boot/12" },
  ].map((other) => ({ ...file, process: other }));
  const unknown = /^unknown \(last written on \S+ at \d{4}-\d\d-\d\d \d\d:\d\d\)$/;
  for (const other of elsewhere) assert.match(shownState(directory, other), unknown);
  const lease = takeLease("run", directory);
  for (const other of elsewhere) assert.is(shownState(directory, other), "running");
  const name = readdirSync(directory).find((each) => each.startsWith("lease-"))!;
  utimesSync(join(directory, name), new Date(0), new Date("2020-02-03T04:05:06Z"));
  assert.is(shownState(directory, elsewhere[0]!), "unknown (last written on elsewhere.invalid at 2020-02-03 04:05)");
  lease.release();
});
files.run();

const claims = suite("claimDirectory");
claims("makes the directory asked for, with those above it", () => {
  const directory = join(scratch(), "a", "b");
  const claim = claimDirectory("mine", directory);
  assert.is(claim.directory, directory);
  claim.lease.release();
  assert.equal(readdirSync(directory), []);
});
claims("refuses a directory that holds an experiment, or anything else", () => {
  const directory = scratch();
  writeFileSync(join(directory, "notes.txt"), "");
  assertError(() => claimDirectory("mine", directory), "ERR_EXPERIMENT_DIRECTORY", /is not empty/);
  writeExperiment(directory, newExperiment(about));
  assertError(() => claimDirectory("mine", directory), "ERR_EXPERIMENT_DIRECTORY", /fluxion resume/);
});
claims("refuses a path below a file", () => {
  const directory = scratch();
  writeFileSync(join(directory, "file"), "");
  assertError(() => claimDirectory("mine", join(directory, "file", "x")), "ERR_WRITE", /a part of the path is a file/);
});
claims("numbers the directories of an experiment without reusing one", () => {
  const before = process.cwd();
  process.chdir(scratch());
  try {
    assert.is(claimDirectory("mine", undefined).directory, join("runs", "mine-1"));
    mkdirSync("runs/mine-7");
    mkdirSync("runs/mine-other");
    assert.is(claimDirectory("mine", undefined).directory, join("runs", "mine-8"));
  } finally {
    process.chdir(before);
  }
});
claims.run();

const finding = suite("experimentsIn");
finding("finds the directory itself, or its children in the order in which they began", () => {
  const root = scratch();
  for (const [name, began] of [
    ["b", "2026-01-01T00:00:00Z"],
    ["a", "2026-01-02T00:00:00Z"],
  ] as const) {
    mkdirSync(join(root, name));
    writeExperiment(join(root, name), { ...newExperiment(about), began });
  }
  mkdirSync(join(root, "other"));
  assert.equal(experimentsIn(root), [join(root, "b"), join(root, "a")]);
  assert.equal(experimentsIn(join(root, "a")), [join(root, "a")]);
  assert.equal(experimentsIn(join(root, "nowhere")), []);
});
finding("keeps a damaged experiment among the others, at every prefix of its file, and its runs can be found", () => {
  const root = scratch();
  for (const name of ["a", "b"]) {
    mkdirSync(join(root, name, "run"), { recursive: true });
    writeExperiment(join(root, name), { ...newExperiment(about), began: "2026-01-01T00:00:00Z" });
    writeFileSync(join(root, name, "run", "run.json"), "{}");
  }
  const path = join(root, "a", "experiment.json");
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length - 1; length++) {
    writeFileSync(path, whole.subarray(0, length));
    assert.equal(experimentsIn(root), [join(root, "a"), join(root, "b")]);
    assert.equal(
      runsIn(root).map(({ name }) => name),
      ["a/run", "b/run"],
    );
    assertError(() => readExperiment(join(root, "a")), "ERR_EXPERIMENT_DIRECTORY", /experiment\.json is (damaged|not)/);
  }
});
finding.run();
