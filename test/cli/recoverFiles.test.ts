/** `fluxion recover`, stopped after any system call or with any of them failing: there is no directory, or a complete one. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { newExperiment, writeExperiment } from "../../src/cli/experimentFile.ts";
import { recoverFiles } from "../../src/cli/recover/recoverFiles.ts";
import { isFluxionError } from "../../src/errors.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { saveCheckpoint } from "../../src/sinks/checkpointFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { type Fate, withFate } from "../support/disk.ts";
import { flipped } from "../support/flips.ts";
import { contents } from "../support/owners.ts";
import { scratchPath } from "../support/scratch.ts";

const damaged = scratchPath("damaged");
const recovering = suite("recover that is disturbed");

recovering.before(async () => {
  mkdirSync(damaged);
  const directory = join(damaged, "first");
  const checkpoints = { every: 10, save: saveCheckpoint(directory) };
  const rows = iterate(bilinear(), [1, 1], gradientStep(0.1), { name: "first", checkpoints });
  await lastValueFrom(rows.pipe(untilStep(30), runDirectory(directory, { batch: { rows: 10, seconds: 1000 } })));
  const file = join(directory, "iterates-0001.arrows");
  const bytes = readFileSync(file);
  writeFileSync(file, flipped(bytes, 8 * Math.floor(bytes.length / 2)));
  const about = { name: "mine", source: { module: "built-in", hash: "" }, options: {}, seed: 1 };
  writeExperiment(damaged, { ...newExperiment(about), state: "finished", runs: ["first"] });
});

/** Names and contents, without the times that they hold. */
const shape = (directory: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(contents(directory)).map(([path, text]) => [
      path.slice(directory.length),
      path.endsWith(".json") ? "" : text,
    ]),
  );

async function eachFate(make: (k: number) => Fate): Promise<number> {
  const whole = scratchPath("whole");
  recoverFiles(damaged, whole);
  const before = contents(damaged);
  for (let k = 1; ; k++) {
    const parent = scratchPath("parent");
    const to = join(parent, "recovered");
    const { met, error } = await withFate(make(k), async () => recoverFiles(damaged, to));
    const what = `call ${k}: ${String(error)}`;
    assert.equal(contents(damaged), before, what);
    if (existsSync(to)) assert.equal(shape(to), shape(whole), what);
    if (!met) {
      assert.is(error, undefined);
      return k - 1;
    }
    if (error !== undefined && make(k).kind === "fail") {
      assert.ok(isFluxionError(error) && error.code === "ERR_WRITE", what);
      assert.equal(existsSync(parent) ? readdirSync(parent) : [], [], `${what}: something is left`);
    }
    // A second try is in nobody's way.
    if (!existsSync(to)) recoverFiles(damaged, to);
    assert.equal(shape(to), shape(whole), what);
  }
}

recovering("a kill after any call leaves no directory, or a complete one", async () => {
  assert.ok((await eachFate((after) => ({ kind: "kill", after }))) > 20);
  assert.ok((await eachFate((after) => ({ kind: "kill", after, torn: true }))) > 20);
});

for (const code of ["EIO", "ENOSPC"] as const) {
  recovering(`a call that fails with ${code} is told, and nothing is left of the new directory`, async () => {
    assert.ok((await eachFate((call) => ({ kind: "fail", call, code }))) > 20);
  });
}

recovering("what is recovered is whole", () => {
  const to = scratchPath("recovered");
  recoverFiles(damaged, to);
  assert.equal(verifyRun(join(to, "first")).problems, []);
  assert.not(existsSync(`${to}.part`));
  const copy = scratchPath("copy");
  cpSync(to, copy, { recursive: true });
  recoverFiles(copy, `${copy}-again`);
  assert.equal(verifyRun(join(`${copy}-again`, "first")).problems, []);
});

recovering.run();
