/** Whose code `fluxion resume` runs, and how it notices that this code has changed. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newExperiment, readExperiment, writeExperiment } from "../../src/cli/experimentFile.ts";
import { trustedExperiment } from "../../src/cli/trust.ts";
import type { ModuleSource } from "../../src/experiments/threads/protocol.ts";
import { changesOf, dependenciesOf } from "../../src/experiments/threads/sources.ts";
import { assertError, checkError } from "../support/assert.ts";
import { fluxion } from "../support/command.ts";
import { scratchPath } from "../support/scratch.ts";

/** A project with a module, what the module imports, and one file that it does not. */
function project(): string {
  const root = scratchPath("project");
  mkdirSync(join(root, "lib"), { recursive: true });
  mkdirSync(join(root, "node_modules", "dep"), { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "package.json": "{}",
    "mine.ts": [
      'import { a } from "./lib/a.js";',
      'import "./side.mjs";',
      'import type { T } from "./types";',
      'export * from "./lib/index.ts";',
      'const later = () => import("./later.ts");',
      'import { z } from "dep/deep";',
      'import fs from "node:fs";',
      'import {\n  b,\n  c\n} from "./lib/many.ts";',
    ].join("\n"),
    "lib/a.ts": 'import "../cycle.ts";',
    "lib/index.ts": "export {};",
    "lib/many.ts": "export const b = 1, c = 2;",
    "side.mjs": "",
    "types.ts": "export type T = 1;",
    "later.ts": 'const x = require("./old.cjs");',
    "old.cjs": "",
    "cycle.ts": 'import "./mine.ts";',
    "stranger.ts": "",
    "node_modules/dep/package.json": '{ "version": "1.2.3" }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

const finds = suite("dependenciesOf");

finds("follows static imports, re-exports, literal import() and require(), and names versions of packages", () => {
  const { files, packages } = dependenciesOf(join(project(), "mine.ts"));
  assert.equal(Object.keys(files), [
    "cycle.ts",
    "later.ts",
    "lib/a.ts",
    "lib/index.ts",
    "lib/many.ts",
    "mine.ts",
    "old.cjs",
    "side.mjs",
    "types.ts",
  ]);
  assert.equal(packages, { dep: "1.2.3" });
});

finds("names every file and package that changes, whichever it is", () => {
  const root = project();
  const before = dependenciesOf(join(root, "mine.ts"));
  assert.equal(changesOf(before, dependenciesOf(join(root, "mine.ts"))), []);
  for (const name of Object.keys(before.files)) {
    const other = project();
    writeFileSync(join(other, name), name === "mine.ts" ? "// nothing" : "// changed");
    const changes = changesOf(before, dependenciesOf(join(other, "mine.ts")));
    assert.ok(changes.includes(`${name} has changed`), `${name}: ${changes}`);
  }
  writeFileSync(join(root, "stranger.ts"), "// changed");
  assert.equal(changesOf(before, dependenciesOf(join(root, "mine.ts"))), []);
  writeFileSync(join(root, "node_modules/dep/package.json"), '{ "version": "1.2.4" }');
  assert.equal(changesOf(before, dependenciesOf(join(root, "mine.ts"))), ["the package dep was 1.2.3 and is 1.2.4"]);
});
finds.run();

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
  const path = join(project(), "mine.ts");
  const no = { trust: false, changed: false };
  assert.equal(await trustedExperiment("runs/a", "dlae", { module: "built-in", hash: "1" }, no), { name: "dlae" });
  assert.equal(await trustedExperiment("runs/a", "mine", sourceAt(path), { ...no, module: path }), { path });
  assert.equal(await trustedExperiment("runs/a", "mine", sourceAt(path), { ...no, trust: true }), { path });
});

trust("asks about a module of the project, and only about that", async () => {
  const root = project();
  const path = join(root, "mine.ts");
  const elsewhere = join(project(), "mine.ts");
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
  const path = join(project(), "mine.ts");
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
