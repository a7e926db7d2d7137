import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile, runState } from "../../src/arrow/runFile.ts";
import { replay } from "../../src/streams/replay.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";

const slow = fileURLToPath(new URL("../support/slowExperiment.ts", import.meta.url));

/** What a row says, but for the time it took. */
function content(row: Row): unknown {
  const { run, seconds, ...rest } = row;
  return { ...rest, point: row.point === undefined ? undefined : [...row.point] };
}
async function rowsOf(directory: string): Promise<unknown[]> {
  return (await lastValueFrom(replay(directory).pipe(toArray()))).map(content);
}

const run = suite("fluxion run");

run("runs a built-in experiment, says what was found and where the files are", async () => {
  const out = join(scratchDirectory(), "out");
  const { code, stdout, stderr } = await fluxion(["run", "bilinear", "--iterations", "20", "--no-serve", "--out", out]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /extragradient +unfinished +20/);
  assert.ok(stdout.includes(`fluxion serve ${out}`) && stdout.includes(`fluxion replay ${out}`));
  assert.is(runState(readRunFile(join(out, "extragradient"))), "completed");
  assert.is((await rowsOf(join(out, "extragradient"))).length, 21);
});

run("without --out numbers the directories, and lists them", async () => {
  const here = scratchDirectory();
  for (let k = 0; k < 2; k++) await fluxion(["run", "bilinear", "--iterations", "3", "--no-serve"], here);
  assert.equal(readdirSync(join(here, "runs")).sort(), ["bilinear-1", "bilinear-2"]);
  const { stdout } = await fluxion(["list"], here);
  assert.match(stdout, /digits .*default/);
  assert.match(stdout, /runs\/bilinear-2 +bilinear +1 +finished/);
});

run("writes the same rows for the same seed, but for the time, and others for another", async () => {
  const here = scratchDirectory();
  const small = [
    "--searches",
    "2",
    "--iterations",
    "40",
    "--trajectory-steps",
    "200",
    "--samples",
    "200",
    "--noise",
    "0.01",
  ];
  for (const [name, seed] of [
    ["a", "5"],
    ["b", "5"],
    ["c", "6"],
  ] as const) {
    const { code, stderr } = await fluxion(
      ["run", "dlae", ...small, "--seed", seed, "--no-serve", "--out", name],
      here,
    );
    assert.is(code, 0, stderr);
  }
  for (const search of ["trajectory", "search-01", "search-02"]) {
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => rowsOf(join(here, name, search))));
    assert.equal(a, b);
    assert.not.equal(a, c);
  }
});

run("serves the page until Ctrl-C where it is asked to, and ends by itself otherwise", async () => {
  const { code, stderr } = await fluxion(["run", "bilinear", "--iterations", "5"]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /http:\/\/127\.0\.0\.1:\d+\/\S*token=/);
});

run("stops at Ctrl-C after the last whole row, says how to go on, and keeps everything written", async () => {
  const here = scratchDirectory();
  const started = startFluxion(["run", slow, "--steps", "5000", "--no-serve", "--out", "out"], here);
  await started.says(/files: out/);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  started.process.kill("SIGINT");
  const { code, stdout, stderr } = await started.ended;
  assert.is(code, 130, stderr);
  assert.match(stdout, /fluxion resume out/);
  assert.is(runState(readRunFile(join(here, "out", "first"))), "interrupted");
  assert.ok((await rowsOf(join(here, "out", "first"))).length > 10);
});

run("gives a module's experiment its options, and shows them in its help", async () => {
  const help = await fluxion(["run", slow, "--help"]);
  assert.is(help.code, 0);
  assert.match(help.stdout, /--milliseconds <number> +of each evaluation \(default: 3\)/);
  const here = scratchDirectory();
  await fluxion(["run", slow, "--steps", "4", "--milliseconds", "0", "--no-serve", "--out", "out"], here);
  const about = JSON.parse(readFileSync(join(here, "out", "experiment.json"), "utf8"));
  assert.equal(about.options, { steps: 4, milliseconds: 0 });
  assert.is(about.state, "finished");
  assert.equal(about.runs, ["first", "second"]);
});

run.run();

const resume = suite("fluxion resume");

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  resume(`after ${signal} at any moment gives the iterates of the uninterrupted run, bit for bit`, async () => {
    const here = scratchDirectory();
    const args = ["run", slow, "--no-serve", "--steps", "120", "--milliseconds", "4", "--out"];
    const whole = fluxion([...args, "whole"], here);
    const cut = startFluxion([...args, "cut"], here);
    await cut.says(/files: cut/);
    await new Promise((resolve) => setTimeout(resolve, 900));
    cut.process.kill(signal);
    await Promise.all([whole, cut.ended]);
    const { code, stderr } = await fluxion(["resume", "cut", slow, "--no-serve"], here);
    assert.is(code, 0, stderr);
    for (const name of ["first", "second"]) {
      assert.equal(await rowsOf(join(here, "cut", name)), await rowsOf(join(here, "whole", name)), name);
    }
    const attempts = readRunFile(join(here, "cut", "first")).attempts.length;
    assert.is(attempts, 2);
  });
}

resume("refuses a finished experiment, and a module that has changed", async () => {
  const here = scratchDirectory();
  await fluxion(["run", "bilinear", "--iterations", "3", "--no-serve", "--out", "done"], here);
  const { code, stderr } = await fluxion(["resume", "done", "--no-serve"], here);
  assert.is(code, 2);
  assert.match(stderr, /done is finished/);
});

resume.run();

const show = suite("fluxion replay");

show("prints rows as a table, CSV or JSON lines, with the columns asked for", async () => {
  const here = scratchDirectory();
  const half = ["--step-size", "0.5", "--iterations", "3"];
  await fluxion(["run", "bilinear", "--method", "extragradient", ...half, "--no-serve", "--out", "out"], here);
  const csv = await fluxion(["replay", "out", "--columns", "step,squaredFieldNorm", "--format", "csv"], here);
  assert.is(csv.stdout, "step,squaredFieldNorm\n0,2\n1,1.625\n2,1.3203125\n3,1.07275390625\n");
  const json = await fluxion(
    ["replay", "out", "--columns", "step,point", "--format", "jsonl", "--from", "1", "--to", "1"],
    here,
  );
  assert.equal(JSON.parse(json.stdout), { step: 1, point: [0.25, 1.25] });
  const none = await fluxion(["replay", "out", "--from", "9"], here);
  assert.equal(none, { code: 0, stdout: "", stderr: "extragradient: no rows in this range\n" });
  const wrong = await fluxion(["replay", "out", "--columns", "squaredFildNorm"], here);
  assert.is(wrong.code, 2);
  assert.match(wrong.stderr, /no column "squaredFildNorm"\. Did you mean "squaredFieldNorm"\?/);
});

show("puts several runs into one CSV, under one heading", async () => {
  const here = scratchDirectory();
  const methods = ["--method", "gda,extragradient", "--step-size", "0.5", "--iterations", "1"];
  await fluxion(["run", "bilinear", ...methods, "--no-serve", "--out", "out"], here);
  const { stdout } = await fluxion(["replay", "out", "--columns", "step,squaredFieldNorm", "--format", "csv"], here);
  assert.is(stdout, "run,step,squaredFieldNorm\ngda,0,2\ngda,1,2.5\nextragradient,0,2\nextragradient,1,1.625\n");
  const all = await fluxion(["replay", "out", "--format", "csv"], here);
  const widths = all.stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(",").length);
  assert.is(new Set(widths).size, 1);
});

show.run();
