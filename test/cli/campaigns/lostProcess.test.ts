/** Threads of one process, which a search kills: nobody of the process is left to tell. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { takeLostSearches } from "../../../src/experiments/campaigns/underWay.ts";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, scratchDirectory, startFluxion } from "../../support/command.ts";
import { deadProcess } from "../../support/disk.ts";

const module = fileURLToPath(new URL("../../support/harshExperiment.ts", import.meta.url));
const tests = suite("a process that a search kills");

tests("its search comes last the next time, and is set aside after three times", async () => {
  const cwd = scratchDirectory();
  const args = ["campaign", module, "--searches", "40", "--kills", "5", "--workers", "2", "--out", "a b"];
  const ended = async () => {
    const { process, ended: end } = startFluxion(args, cwd);
    return { ...(await end), signal: process.signalCode };
  };
  const first = await ended();
  assert.is(first.signal, "SIGKILL");
  const second = await ended();
  assert.is(second.signal, "SIGKILL");
  assert.match(second.stderr, /a process was lost once while it ran search 5, which comes last now/);
  const third = await ended();
  assert.is(third.signal, "SIGKILL");
  assert.match(third.stderr, /a process was lost 2 times while it ran search 5/);
  // Whatever another thread ran meanwhile was lost with it at most as often, and is no worse off.
  const fourth = await ended();
  assert.equal([fourth.code, fourth.signal], [1, null], fourth.stderr);
  assert.match(fourth.stdout, /search 5 is set aside, since it failed on .*: its process was lost while it ran/);
  const merge = await fluxion(["merge", "a b", "--no-parquet"], cwd);
  assert.match(merge.stdout, /39 of 40 searches are there/);
  assert.match(merge.stdout, /missing: 5\n {2}search 5: its process was lost while it ran/);
  assert.equal(readdirSync(join(cwd, "a b", "running")), []);
  assert.is(campaignEnds(join(cwd, "a b"), 40).size, 39);
  // Whoever names the search wants it.
  const named = startFluxion([...args, "--indices", "5"], cwd);
  await named.ended;
  assert.is(named.process.signalCode, "SIGKILL");
});

tests("no search is under suspicion while its process lives, or was told to end", async () => {
  const cwd = scratchDirectory();
  const args = ["campaign", module, "--searches", "2", "--steps", "400", "--milliseconds", "20", "--workers", "1"];
  const slow = startFluxion([...args, "--shard", "1/2", "--out", "s"], cwd);
  const marks = (): string[] => (existsSync(join(cwd, "s", "running")) ? readdirSync(join(cwd, "s", "running")) : []);
  while (!marks().some((name) => readFileSync(join(cwd, "s", "running", name), "utf8").startsWith("0 "))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(takeLostSearches(join(cwd, "s")), []);
  slow.process.kill("SIGINT");
  await slow.says(/press Ctrl-C again/);
  slow.process.kill("SIGINT");
  const { code } = await slow.ended;
  assert.is(code, 130);
  assert.equal(marks(), []);
});

tests("marks of other machines stay, and each is taken once", () => {
  const directory = scratchDirectory();
  const folder = join(directory, "running");
  mkdirSync(folder);
  const mark = (name: string, search: string, process: object): void =>
    writeFileSync(join(folder, `${name}.txt`), search.padEnd(16) + JSON.stringify(process));
  mark("dead", "7", deadProcess);
  mark("resting", "", deadProcess);
  mark("elsewhere", "8", { ...deadProcess, host: `not-${hostname()}` });
  mark("alive", "9", { pid: process.pid, host: hostname() });
  writeFileSync(join(folder, "torn.txt"), "1");
  assert.equal(takeLostSearches(directory), [{ search: 7, worker: "dead" }]);
  assert.equal(takeLostSearches(directory), []);
  assert.equal(readdirSync(folder).sort(), ["alive.txt", "elsewhere.txt", "torn.txt"]);
});

tests.run();
