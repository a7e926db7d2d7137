import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agreementLines, withAgreements } from "../../src/cli/agreements.ts";
import type { ExperimentFile } from "../../src/cli/experimentFile.ts";
import type { Agreement } from "../../src/experiments/framework/repetitions.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";

const small = ["--searches", "3", "--iterations", "12", "--trajectory-steps", "40", "--samples", "40"];

const repeat = suite("fluxion run --repeat");
repeat("adds its columns to the table and to experiment.json, the same with one thread as with several", async () => {
  const here = scratchDirectory();
  const files: ExperimentFile[] = [];
  for (const workers of ["1", "3"]) {
    const flags = ["--repeat", "2", "--workers", workers, "--no-serve", "--out", workers];
    const { code, stdout, stderr } = await fluxion(["run", "dlae", ...small, ...flags], here);
    assert.is(code, 0, stderr);
    assert.match(stdout, /same verdict +same index +same digits/);
    assert.match(stdout, /search-02 .* \d of 2 +\d of 2 +\d+/);
    assert.match(stdout, /2 repetitions from starts moved in their last place/);
    assert.match(stderr, /search-01: repetition 1 of 2 ended: /);
    files.push(JSON.parse(readFileSync(join(here, workers, "experiment.json"), "utf8")));
  }
  const [one, several] = files as [ExperimentFile, ExperimentFile];
  assert.is(one.repeat, 2);
  assert.equal(
    one.agreements!.map(({ run }) => run),
    ["search-01", "search-02", "search-03"],
  );
  assert.equal(several.agreements, one.agreements);
  assert.equal(several.findings, one.findings);
  const names = [1, 2, 3].flatMap((i) => [1, 2].map((k) => `search-0${i}-${k}`));
  assert.equal(readdirSync(join(here, "3", "repeats")).sort(), names);
  // They are no runs of the experiment, but can be read as such.
  assert.equal(several.runs, ["trajectory", "search-01", "search-02", "search-03"]);
  const { stdout } = await fluxion(["replay", join("3", "repeats"), "--run", "search-02-1", "--format", "csv"], here);
  assert.match(stdout, /^(?:run,)?step,/);
});
repeat("refuses a number that is none, and shows itself in the help", async () => {
  const { code, stderr } = await fluxion(["run", "quartic", "--repeat", "1.5", "--no-serve"]);
  assert.is(code, 2);
  assert.match(stderr, /--repeat: expected an integer from 1 to 1000, got "1.5"/);
  const { stdout } = await fluxion(["run", "quartic", "--help"]);
  assert.match(stdout, /--repeat <number> +repeat each run/);
  assert.match(stdout, /--portable +compute the same digits on every machine/);
});
repeat.run();

const lines = suite("agreementLines");
const agreement = (run: string, others: readonly string[]): Agreement => ({
  run,
  repetitions: others.length,
  sameVerdict: others.filter((verdict) => verdict === "critical point").length,
  sameDigits: 4,
  ends: ["critical point", ...others].map((verdict) => ({ verdict })),
});
lines("names the runs whose ends depend on the last bits, and counts the ends", () => {
  const agreements = [
    agreement("a", ["critical point", "critical point"]),
    agreement("b", ["unfinished", "critical point"]),
  ];
  const text = agreementLines(agreements, true);
  assert.match(text[0]!, /^1 of 2 runs end otherwise .* so these ends depend on the last bits of the arithmetic:$/);
  assert.equal(text.slice(1), ["  b: critical point (2 of 3); unfinished (1 of 3)"]);
  assert.match(
    agreementLines(agreements.slice(0, 1), false).join("\n"),
    /same verdict[\s\S]*2 of 2[\s\S]*are the same/,
  );
  assert.equal(agreementLines([], true), []);
});
lines("adds columns to the findings of the runs that were repeated only", () => {
  const found = withAgreements([{ run: "a", numbers: { loss: 1 } }, { run: "c" }], [agreement("a", ["unfinished"])]);
  assert.equal(found[0]!.numbers, { loss: 1, "same verdict": "0 of 1", "same index": undefined, "same digits": 4 });
  assert.equal(found[1], { run: "c" });
});
lines.run();
