import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../src/arrow/readRun.ts";
import type { Row } from "../../src/arrow/row.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";

const slice = suite("fluxion slice");
const here = scratchDirectory();
const runs = join(here, "two searches");

slice("shows the loss around the last point of a finished run, and writes its numbers", async () => {
  const small = ["--inputs", "4", "--hidden", "2", "--samples", "100", "--seed", "3", "--trajectory-steps", "200"];
  const made = await fluxion(["run", "dlae", ...small, "--searches", "2", "--no-serve", "--out", runs], here);
  assert.is(made.code, 0, made.stderr);
  const file = join(here, "a slice.csv");
  const { code, stdout, stderr } = await fluxion(
    ["slice", join(runs, "search-01"), "--points", "5", "--csv", file, "--ascii"],
    here,
  );
  assert.is(code, 0, stderr);
  const last: Row = [...readRun(join(runs, "search-01"))].at(-1)!;
  assert.match(
    stdout,
    new RegExp(`^search-01: deepLinearAutoencoder around the point of step ${last.step}, \\d+ evaluations`),
  );
  assert.match(stdout, /loss along lowest: curvature -?[\d.e-]+/);
  const [head, ...lines] = readFileSync(file, "utf8").trim().split("\r\n");
  assert.is(head, "along,distance,value,squaredFieldNorm");
  assert.equal(
    lines.filter((_, i) => i % 5 === 2).map((line) => line.split(",")[0]),
    ["step", "gradient", "lowest", "highest", "random"],
  );
  for (const line of lines.filter((_, i) => i % 5 === 2)) {
    assert.equal(line.split(",").slice(1).map(Number), [0, last.value, last.squaredFieldNorm]);
  }
  const short = await fluxion(["slice", join(runs, "search-01"), "--along", "random", "--radius", "1e-13"], here);
  assert.match(short.stdout, /this is rounding, since the line is so short; give a larger --radius/);
  const wide = await fluxion(["slice", join(runs, "search-01"), "--along", "random", "--radius", "1"], here);
  assert.not.match(wide.stdout, /this is rounding/);
  const again = await fluxion(["slice", runs, "--csv", file], here);
  assert.is(again.code, 2);
  assert.match(again.stderr, /exists already; choose another name, or add --overwrite/);
});

slice("says in words what it cannot show", async () => {
  const refused = async (...given: readonly string[]): Promise<string> => {
    const { code, stderr } = await fluxion(["slice", ...given], here);
    assert.is(code, 2, given.join(" "));
    return stderr;
  };
  assert.match(await refused(runs, "--step", "999999"), /keep no point of step 999999/);
  assert.match(await refused(runs, "--along", "lowset"), /got "lowset"\. Did you mean "?lowest/);
  assert.match(await refused(runs, "--along", "step,step"), /step stands there twice/);
  assert.match(await refused(runs, "--points", "1e9"), /--points: expected an odd number from 3 to 401/);
  assert.match(await refused(runs, "--radius", "0"), /--radius: expected a number above 0/);
  assert.match(await refused(runs, "--run", "search-3"), /has no run "search-3"/);
  const alone = join(here, "elsewhere");
  mkdirSync(alone);
  renameSync(join(runs, "search-02"), join(alone, "search-02"));
  assert.match(await refused(join(alone, "search-02")), /a run outside any experiment.*lossSlice\(problem, point\)/);
});

slice.run();
