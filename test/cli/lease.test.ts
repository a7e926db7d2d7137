/** One process at a time writes an experiment: resumes at once, also on two hosts, and an owner that comes back to life. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readExperiment } from "../../src/cli/experimentFile.ts";
import { replay } from "../../src/streams/replay.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";
import { contents, startOn } from "../support/owners.ts";

const slow = fileURLToPath(new URL("../support/slowExperiment.ts", import.meta.url));
const args = ["run", slow, "--no-serve", "--steps", "150", "--milliseconds", "4", "--out"];

function content(row: Row): unknown {
  const { run, seconds, ...rest } = row;
  return { ...rest, point: row.point === undefined ? undefined : [...row.point] };
}
async function rowsOf(directory: string): Promise<unknown[]> {
  return (await lastValueFrom(replay(directory).pipe(toArray()))).map(content);
}

async function assertWhole(directory: string, whole: string): Promise<void> {
  for (const name of ["first", "second"]) {
    assert.equal(await rowsOf(join(directory, name)), await rowsOf(join(whole, name)), name);
  }
  assert.is(readExperiment(directory).state, "finished");
  const strange = Object.keys(contents(directory)).filter((name) => /lease-|\.tmp$/.test(name));
  assert.equal(strange, []);
}

const here = scratchDirectory();
const whole = join(here, "whole");
const lease = suite("the lease on an experiment");

lease.before(async () => {
  const { code, stderr } = await fluxion([...args, "whole"], here);
  assert.is(code, 0, stderr);
});

lease("lets one of four resumes go on, on two host names, and the others leave no file", async () => {
  const run = startOn("alpha", [...args, "cut"], here);
  await run.says(/files: cut/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  run.process.kill("SIGKILL");
  await run.ended;
  const hosts = ["alpha", "beta", "alpha", "beta"];
  const resumes = hosts.map((host) => startOn(host, ["resume", "cut", slow, "--no-serve"], here).ended);
  const outcomes = await Promise.all(resumes);
  const codes = outcomes.map(({ code }) => code);
  assert.equal([...codes].sort(), [0, 2, 2, 2], outcomes.map(({ stderr }) => stderr).join("\n"));
  for (const { code, stderr } of outcomes) {
    if (code !== 0) assert.match(stderr, /is being written by process|is finished|has taken over/);
  }
  await assertWhole(join(here, "cut"), whole);
  assert.equal(readdirSync(join(here, "cut", "second")).sort(), ["checkpoint.bin", "iterates-0001.arrows", "run.json"]);
});

lease(
  "is taken from an owner that shows no sign of life, which ends when it comes back, and touches no file",
  async () => {
    const owner = startOn("alpha", [...args, "stopped"], here);
    await owner.says(/files: stopped/);
    await new Promise((resolve) => setTimeout(resolve, 700));
    owner.process.kill("SIGSTOP");
    try {
      const same = await startOn("alpha", ["resume", "stopped", slow, "--no-serve"], here).ended;
      assert.is(same.code, 2);
      assert.match(same.stderr, /is being written by process \d+ on alpha; .*--force takes it/);
      const other = await startOn("beta", ["resume", "stopped", slow, "--no-serve"], here).ended;
      assert.is(other.code, 0, other.stderr);
      assert.match(other.stderr, /belongs to process \d+ on alpha; waiting 3 s for a sign of life/);
      await assertWhole(join(here, "stopped"), whole);
      const before = contents(join(here, "stopped"));
      owner.process.kill("SIGCONT");
      const { code, stderr } = await owner.ended;
      assert.is(code, 2, stderr);
      assert.match(stderr, /another process has taken over stopped/);
      assert.equal(contents(join(here, "stopped")), before);
    } finally {
      owner.process.kill("SIGKILL");
    }
  },
);

lease("is taken by --force at once, with a warning", async () => {
  const owner = startOn("alpha", [...args, "forced"], here);
  await owner.says(/files: forced/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  owner.process.kill("SIGSTOP");
  const resumed = startOn("alpha", ["resume", "forced", slow, "--no-serve", "--force"], here);
  await resumed.says(/files: forced/);
  owner.process.kill("SIGCONT");
  const other = await resumed.ended;
  assert.is(other.code, 0, other.stderr);
  assert.match(other.stderr, /--force: forced is taken from process \d+ on alpha/);
  const { code, stderr } = await owner.ended;
  assert.is(code, 2, stderr);
  assert.match(stderr, /another process has taken over/);
  await assertWhole(join(here, "forced"), whole);
});

lease.run();
