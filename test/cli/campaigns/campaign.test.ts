import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sealedJson } from "../../../src/arrow/checks/sealedJson.ts";
import { campaignEnds } from "../../support/campaignEnds.ts";
import { fluxion, scratchDirectory, startFluxion } from "../../support/command.ts";

const small = ["--inputs", "4", "--hidden", "2", "--samples", "50", "--trajectory-steps", "200", "--iterations", "20"];
const base = ["campaign", "dlae", ...small, "--searches", "60", "--noise", "0.05", "--portable"];
const cwd = scratchDirectory();

const endsOf = (directory: string): Map<number, string> =>
  campaignEnds(directory, 60, (why) => assert.unreachable(why));

const campaigns = suite("fluxion campaign");

campaigns("keeps the end of each search once, with the bits of fluxion run", async () => {
  const out = join(cwd, "a folder", "whole");
  const { code, stdout, stderr } = await fluxion([...base, "--workers", "2", "--out", out], cwd);
  assert.is(code, 0, stderr);
  assert.match(stdout, /60 searches have ended/);
  assert.is(endsOf(out).size, 60);
  assert.ok(readdirSync(join(out, "parts")).length <= 20);
  assert.match(readFileSync(join(out, "status.html"), "utf8"), /60 of 60/);
  const status = JSON.parse(readFileSync(join(out, "status.json"), "utf8")) as { state: string; done: number };
  assert.equal([status.state, status.done], ["finished", 60]);
  // The same searches by the command that keeps all rows.
  const run = join(cwd, "run");
  const single = await fluxion(["run", ...base.slice(1), "--no-serve", "--out", run], cwd);
  assert.is(single.code, 0, single.stderr);
  const table = await fluxion(["replay", run, "--run", "search-07", "--format", "csv", "--columns", "step,value"], cwd);
  const [step, value] = table.stdout.trim().split("\n").at(-1)!.split(",");
  const seventh = new Map(JSON.parse(endsOf(out).get(6)!) as [string, string][]);
  assert.equal([seventh.get("step"), seventh.get("value")], [step, value]);
});

campaigns("gives the same ends by shards, by parts that are named, and after a kill", async () => {
  const whole = endsOf(join(cwd, "a folder", "whole"));
  const out = join(cwd, "shards");
  const shard = (text: string, variables = {}) =>
    startFluxion([...base, "--workers", "1", "--shard", text, "--out", out], cwd, variables).ended;
  const [first, second] = await Promise.all([
    shard("1/3"),
    shard("auto", {
      SLURM_ARRAY_TASK_ID: "12",
      SLURM_ARRAY_TASK_MIN: "10",
      SLURM_ARRAY_TASK_COUNT: "3",
      SLURM_ARRAY_TASK_STEP: "1",
    }),
  ]);
  assert.equal([first.code, second.code], [0, 0], `${first.stderr}${second.stderr}`);
  const before = await fluxion(["merge", out, "--no-parquet"], cwd);
  assert.is(before.code, 1);
  assert.match(before.stdout, /40 of 60 searches are there/);
  assert.match(before.stdout, /missing: 1-58:3\n/);
  const again = /--indices (\S+)/.exec(before.stdout)?.[1];
  assert.is(again, "1-58:3");
  const killed = startFluxion([...base, "--workers", "1", "--indices", again!, "--out", out], cwd);
  await killed.says(/files: /);
  await new Promise((resolve) => setTimeout(resolve, 300));
  killed.process.kill("SIGKILL");
  await killed.ended;
  const third = await shard("auto/3", { JOB_COMPLETION_INDEX: "1" });
  assert.is(third.code, 0, third.stderr);
  const after = await fluxion(["merge", out], cwd);
  assert.is(after.code, 0, after.stderr);
  assert.equal(endsOf(out), whole);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const files = join(out, "ends.parquet", "*.parquet").replaceAll("'", "''");
  const answer = await connection.runAndReadAll(`select count(*)::int, count(distinct search)::int from '${files}'`);
  assert.equal(answer.getRows(), [[60, 60]]);
});

campaigns("refuses a directory of another campaign, and says what differs", async () => {
  const out = join(cwd, "a folder", "whole");
  const { code, stderr } = await fluxion([...base, "--seed", "2", "--out", out], cwd);
  assert.is(code, 2);
  assert.match(stderr, /holds another campaign: seed: 1 there, 2 here/);
  const other = await fluxion([...base.filter((word) => word !== "--portable"), "--no-portable", "--out", out], cwd);
  assert.is(other.code, 2);
  assert.match(other.stderr, /executor: portable there, .*begin the campaign with --portable/);
  // The same version, built from other code.
  const path = join(out, "campaign.json");
  const text = readFileSync(path, "utf8");
  const { version, ...spec } = JSON.parse(text) as { version: string; checksum?: string };
  assert.match(version, /^\S+ \(build [0-9a-f]{12}\)$/);
  const old = version.replace(/build \w+/, "build 0123456789ab");
  writeFileSync(path, sealedJson({ ...spec, checksum: undefined, version: old }));
  const skewed = await fluxion([...base, "--out", out], cwd);
  writeFileSync(path, text);
  assert.is(skewed.code, 2);
  assert.ok(skewed.stderr.includes(`version of fluxion: ${old} there, ${version} here`), skewed.stderr);
});

campaigns("sets a search aside that throws each time, with its cause, and does the others", async () => {
  const folder = scratchDirectory();
  const module = new URL("../../support/poisonExperiment.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await fluxion(["campaign", module, "--workers", "2", "--out", "p"], folder);
  assert.is(code, 1, stderr);
  assert.match(stdout, /11 searches have ended/);
  assert.match(stdout, /search 5 is set aside.*search five is bad/);
  const status = JSON.parse(readFileSync(join(folder, "p", "status.json"), "utf8")) as {
    workers: { runs: number; failures: number }[];
  };
  const total = (of: "runs" | "failures"): number => status.workers.reduce((sum, worker) => sum + worker[of], 0);
  assert.equal([total("runs"), total("failures")], [11, 3]);
  assert.match(readFileSync(join(folder, "p", "status.html"), "utf8"), /<th>failures<\/th>/);
  const merge = await fluxion(["merge", "p", "--no-parquet"], folder);
  assert.is(merge.code, 1);
  assert.match(merge.stdout, /missing: 5\n {2}search 5: search five is bad/);
  assert.ok(
    readFileSync(join(folder, "p", "failures", readdirSync(join(folder, "p", "failures"))[0]!), "utf8").includes(
      "five",
    ),
  );
});

campaigns("merges directories that were written apart, and refuses those of another campaign", async () => {
  const [one, two] = [join(cwd, "apart 1"), join(cwd, "apart 2")];
  for (const [out, text] of [
    [one, "1/2"],
    [two, "2/2"],
  ] as const) {
    const { code, stderr } = await fluxion([...base, "--workers", "1", "--shard", text, "--out", out], cwd);
    assert.is(code, 0, stderr);
  }
  const both = await fluxion(["merge", one, two, "--no-parquet"], cwd);
  assert.is(both.code, 0, both.stderr);
  assert.match(both.stdout, /60 of 60/);
  const other = join(cwd, "other");
  await fluxion([...base, "--seed", "5", "--workers", "1", "--indices", "0", "--out", other], cwd);
  const refused = await fluxion(["merge", one, other], cwd);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /holds another campaign than .*seed: 1 there, 5 here/);
  // A part of another campaign that was copied among those of this one.
  const [part] = readdirSync(join(other, "parts"));
  renameSync(join(other, "parts", part!), join(one, "parts", part!));
  const foreign = await fluxion(["merge", one, two, "--no-parquet"], cwd);
  assert.is(foreign.code, 2);
  assert.match(foreign.stderr, /has written ends of another campaign/);
  rmSync(other, { recursive: true });
});

campaigns("keeps all rows of every k-th search, which certify reads", async () => {
  const out = join(cwd, "kept");
  const { code, stderr } = await fluxion([...base, "--keep", "25", "--workers", "1", "--out", out], cwd);
  assert.is(code, 0, stderr);
  const runs = readdirSync(out).filter((name) => name.startsWith("search-"));
  assert.equal(runs.sort(), ["search-01", "search-26", "search-51"]);
  assert.equal(endsOf(out), endsOf(join(cwd, "a folder", "whole")));
});

campaigns("refuses what cannot be meant", async () => {
  const cases: [string[], RegExp][] = [
    [["campaign"], /expected an experiment with a campaign/],
    [["campaign", "train"], /expected an experiment that calls context\.campaign/],
    [[...base, "--shard", "4/3"], /--shard: expected k\/K/],
    [[...base, "--shard", "auto"], /SLURM_ARRAY_TASK_ID/],
    [[...base, "--shard", "1/2", "--indices", "3"], /expected one of them, got both/],
    [[...base, "--indices", "60"], /expected indices from 0 to 59, got 60/],
    [[...base, "--keep", "some"], /--keep: expected ends, all/],
    [["merge", "nothing"], /is not the directory of a campaign/],
  ];
  const outcomes = await Promise.all(cases.map(([args]) => fluxion(args, scratchDirectory())));
  for (const [i, { code, stderr }] of outcomes.entries()) {
    assert.is(code, 2, stderr);
    assert.match(stderr, cases[i]![1]);
  }
});

campaigns.run();
