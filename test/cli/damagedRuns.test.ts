/** One damaged run does not keep the others of its directory from being shown, printed or drawn. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { fluxion, scratchDirectory, startFluxion } from "../support/command.ts";
import { makeRows, makeRun } from "../support/rows.ts";

const damagedRuns = suite("a directory with damaged runs");

/** A directory with three runs; the files of those named are damaged, in different ways. */
function runs(damaged: readonly string[]): string {
  const directory = scratchDirectory();
  for (const [index, name] of ["a", "b", "c"].entries()) {
    from(makeRows(20, makeRun({ name })))
      .pipe(runDirectory(join(directory, name)))
      .subscribe();
    if (!damaged.includes(name)) continue;
    const path = join(directory, name, "run.json");
    const text = readFileSync(path, "utf8");
    const ways = [text.replace('"format": 1', '"format": 3'), text.slice(0, 100), ""];
    writeFileSync(path, ways[index]!);
    assert.is.not(ways[index], text);
  }
  return directory;
}

const linesOf = (stderr: string): string[] => stderr.split("\n").filter((line) => line.includes("left out"));

for (const damaged of [["b"], ["a", "c"]]) {
  const whole = ["a", "b", "c"].filter((name) => !damaged.includes(name));

  damagedRuns(`serve shows ${whole.join(" and ")} and says why not ${damaged.join(" and ")}`, async () => {
    const started = startFluxion(["serve", runs(damaged)]);
    const [, address] = await started.says(/: (http:\S+)\n/);
    const url = new URL(address!);
    const list = (await (await fetch(new URL(`/runs${url.search}`, url))).json()) as { runs: { name: string }[] };
    assert.equal(
      list.runs.map(({ name }) => name),
      whole,
    );
    started.process.kill("SIGINT");
    const { code, stderr } = await started.ended;
    assert.is(code, 0, stderr);
    assert.is(linesOf(stderr).length, damaged.length, stderr);
    for (const name of damaged) assert.match(stderr, new RegExp(`/${name} is left out: \\S+run\\.json`));
  });

  damagedRuns(`replay and figure go through ${whole.join(" and ")}`, async () => {
    const directory = runs(damaged);
    const printed = await fluxion(["replay", directory, "--format", "csv", "--columns", "step"]);
    assert.is(printed.code, 1, printed.stderr);
    assert.equal(printed.stdout.trim().split("\n"), [
      "run,step",
      ...whole.flatMap((name) => Array.from({ length: 20 }, (_, step) => `${name},${step}`)),
    ]);
    assert.is(linesOf(printed.stderr).length, damaged.length, printed.stderr);
    const drawn = await fluxion(["figure", "rates", directory]);
    assert.is(linesOf(drawn.stderr).length, damaged.length, drawn.stderr);
    if (drawn.code === 0) assert.ok(existsSync(join(directory, "rates.svg")));
    else assert.not.match(drawn.stderr, /ERR_RUN_FILE/);
  });
}

damagedRuns("all of which are damaged is refused", async () => {
  for (const command of [["serve"], ["replay"]]) {
    const { code, stderr } = await fluxion([...command, runs(["a", "b", "c"])]);
    assert.is(code, 2, stderr);
    assert.match(stderr, /run\.json/);
  }
});

damagedRuns.run();
