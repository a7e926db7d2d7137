/** Whose code `fluxion resume` runs, and how it notices that this code has changed. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newExperiment, readExperiment, writeExperiment } from "../../src/cli/experimentFile.ts";
import { trustedExperiment } from "../../src/cli/trust.ts";
import type { ModuleSource } from "../../src/experiments/threads/protocol.ts";
import { dependenciesOf } from "../../src/experiments/threads/sources.ts";
import { assertError, checkError } from "../support/assert.ts";
import { fluxion } from "../support/command.ts";
import { importingProject } from "../support/importingProject.ts";
import { scratchPath } from "../support/scratch.ts";

const trust = suite("trustedExperiment");

const sourceAt = (path: string): ModuleSource => ({ module: path, hash: "", ...dependenciesOf(path) });
async function refusal(of: Promise<unknown>): Promise<unknown> {
  try {
    await of;
  } catch (error) {
    return error;
  }
  return undefined;
}

trust("takes a built-in experiment, a module that is named again, and one that the user trusts", async () => {
  const path = join(importingProject(), "mine.ts");
  const no = { trust: false, changed: false };
  assert.equal(await trustedExperiment("runs/a", "dlae", { module: "built-in", hash: "1" }, no), { name: "dlae" });
  assert.equal(await trustedExperiment("runs/a", "mine", sourceAt(path), { ...no, module: path }), { path });
  assert.equal(await trustedExperiment("runs/a", "mine", sourceAt(path), { ...no, trust: true }), { path });
});

trust("asks about a module of the project, and only about that", async () => {
  const root = importingProject();
  const path = join(root, "mine.ts");
  const elsewhere = join(importingProject(), "mine.ts");
  symlinkSync(elsewhere, join(root, "link.ts"));
  const before = process.cwd();
  process.chdir(join(root, "lib"));
  try {
    const questions: string[] = [];
    const ask = (yes: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(yes);
    };
    const asked = { trust: false, changed: false };
    const resume = (module: string, yes?: boolean): Promise<unknown> =>
      trustedExperiment("runs/a", "mine", sourceAt(module), yes === undefined ? asked : { ...asked, ask: ask(yes) });
    assert.equal(await resume(path, true), { path });
    assert.ok(questions[0]?.includes(path));
    checkError(await refusal(resume(path, false)), "ERR_MODULE", /was not confirmed; nothing has been run/);
    checkError(await refusal(resume(path)), "ERR_MODULE", /nobody is there to confirm it\..* or add --trust/);
    for (const foreign of [elsewhere, join(root, "link.ts")]) {
      checkError(await refusal(resume(foreign, true)), "ERR_MODULE", /not part of this project.*or add --trust/);
    }
    assert.is(questions.length, 2);
  } finally {
    process.chdir(before);
  }
});

trust("refuses changed files by name before anything runs, unless told that they may have changed", async () => {
  const path = join(importingProject(), "mine.ts");
  const source = sourceAt(path);
  writeFileSync(join(path, "..", "later.ts"), "throw 1;");
  const error = await refusal(
    trustedExperiment("runs/a", "mine", source, { module: path, trust: false, changed: false }),
  );
  checkError(error, "ERR_MODULE", /later\.ts has changed; old\.cjs is no longer used\. .* --changed/);
  assert.equal(await trustedExperiment("runs/a", "mine", source, { module: path, trust: false, changed: true }), {
    path,
  });
});
trust.run();

const command = suite("fluxion resume");

command("does not run a module that only the directory names: exit code 2, --trust in the message", async () => {
  const here = scratchPath();
  mkdirSync(join(here, "given"), { recursive: true });
  const trap = join(here, "trap.mjs");
  const mark = join(here, "executed");
  writeFileSync(trap, `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(mark)}, "");\n`);
  const about = { name: "mine", source: { module: trap, hash: "" }, options: {}, seed: 1 };
  writeExperiment(join(here, "given"), { ...newExperiment(about), state: "stopped" });
  const { code, stderr } = await fluxion(["resume", "given", "--no-serve"], here);
  assert.is(code, 2);
  assert.match(stderr, /names the module .*trap\.mjs, whose code would run; .*--trust/);
  assert.not(existsSync(mark));
});

command("refuses names of runs that lead out of the directory", () => {
  for (const run of ["../other", "/etc", "a/b", "", ".."]) {
    const directory = scratchPath();
    mkdirSync(directory);
    const about = { name: "mine", source: { module: "built-in", hash: "" }, options: {}, seed: 1 };
    writeExperiment(directory, { ...newExperiment(about), runs: [run] });
    assertError(() => readExperiment(directory), "ERR_EXPERIMENT_DIRECTORY", /a run lies in the directory itself/);
  }
});
command.run();
