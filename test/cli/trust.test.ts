/** Whose code `fluxion resume` runs, and how it notices that this code has changed. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newExperiment, readExperiment, writeExperiment } from "../../src/cli/experimentFile.ts";
import { trustedExperiment } from "../../src/cli/trust.ts";
import { literalsIn } from "../../src/experiments/threads/literals.ts";
import type { ModuleSource } from "../../src/experiments/threads/protocol.ts";
import { changesOf, dependenciesOf } from "../../src/experiments/threads/sources.ts";
import { assertError, checkError } from "../support/assert.ts";
import { fluxion } from "../support/command.ts";
import * as fc from "../support/fastCheck.ts";
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

/** A project whose entry module has this text, with a file that it may need. */
function entry(source: string, files: Readonly<Record<string, string>> = {}): string {
  const root = scratchPath("project");
  const all = { "package.json": "{}", "needed.ts": "", ...files, "mine.ts": source };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return join(root, "mine.ts");
}
const needs = (source: string, file = "needed.ts", files?: Readonly<Record<string, string>>): boolean =>
  file in dependenciesOf(entry(source, files)).files;

const literals = suite("dependenciesOf: no form of writing hides a path");

literals("comments, line breaks and names with quotation marks around an import", () => {
  for (const source of [
    `import { "a 'b" as c } from "./needed.ts"`,
    `import { a /* ' " \` */ } from './needed'`,
    `import/**/"./needed.ts"`,
    `import x // "\nfrom /* ; */ "./needed.js"`,
    `export * as y from './needed.js'`,
    `await import(\n// the next line\n/* a\nb */ "./needed.ts", { with: {} })`,
    "import(`./needed.ts`)",
    `const r = createRequire(import.meta.url); r("./needed.ts")`,
    `r\\u0065quire("./needed.ts")`,
    `globalThis["requ" + "ire"]("./needed.ts")`,
    `new Worker(new URL("needed.ts", import.meta.url))`,
    `fork("./needed.ts?x=1#y")`,
    `/"/.test(x); import("./needed.ts")`,
    `const t = \`a \${b(\`c\`)} '\`; import('./needed.ts')`,
    `x = /[/"]/; y = a / b; import('./needed.ts')`,
    `"use strict"; /* it's */ import "./needed.ts"`,
  ]) {
    assert.ok(needs(source), source);
  }
});

literals("escapes, in every form, and percent signs of URLs", () => {
  for (const path of [
    "./n\\u0065eded.ts",
    "./n\\u{65}eded.ts",
    "./n\\u{000000000065}eded.ts",
    "./n\\x65eded.ts",
    "./\\n\\x65eded.ts".replace("\\n", "n"),
    "\\56/needed.ts",
    "./need\\\ned.ts",
    "./need\\\r\ned.ts",
    "\\./needed\\.ts",
    "./n%65eded.ts",
    "./x/../needed",
  ]) {
    assert.ok(needs(`import "${path}"`), path);
  }
});

literals("a path is found in any surroundings: random text before and behind it", () => {
  const noise = fc.string({
    unit: fc.constantFrom(..."'\"`/*\\\n$ {}();=abc[]+-.#,:".split(""), "import ", "from ", "require("),
    maxLength: 40,
  });
  // Whatever precedes it, a program that runs has its literals closed; so an odd quotation mark is closed here.
  const closed = (text: string): string => {
    let rest = text.replaceAll("\\", "");
    for (const mark of ['"', "'", "`"]) if ((rest.split(mark).length - 1) % 2 === 1) rest += mark;
    return rest;
  };
  fc.assert(
    fc.property(noise, noise, fc.constantFrom('"', "'", "`"), (before, behind, mark) => {
      const source = `${closed(before)};import(${mark}./needed.ts${mark});${behind}`;
      assert.ok(
        [...literalsIn(source)].some(({ text, imported }) => text === "./needed.ts" && imported),
        source,
      );
    }),
    { numRuns: 1000 },
  );
});

literals("what is yielded of a source is no longer than the source, however full of quotation marks it is", () => {
  for (const piece of ['"', '\\"', "import ", "/*", "'`\"", "from /*", "from /* x ", "import//", "import /**/'"]) {
    const source = piece.repeat(100_000);
    let length = 0;
    for (const { text } of literalsIn(source)) length += text.length;
    assert.ok(length <= 3 * source.length, piece);
  }
});

literals(
  "names that lead into the project: imports and name of package.json, paths of tsconfig.json, workspaces",
  () => {
    const tsconfig = `{ // a comment
    "extends": "./base", "compilerOptions": { "paths": { "@/*": ["./lib/*"], }, } }`;
    const files = {
      "package.json": JSON.stringify({
        name: "own",
        imports: { "#one": { node: "./lib/one.ts" }, "#lib/*": "./lib/*.ts", "#dep": "dep/deep" },
        exports: { "./two": { import: ["./lib/two.ts"] } },
      }),
      "tsconfig.json": tsconfig,
      "base.json": '{ "compilerOptions": { "baseUrl": "./base" } }',
      "lib/one.ts": "",
      "lib/two.ts": "",
      "base/three.ts": "",
      "packages/four/package.json": '{ "name": "four", "main": "./main.js" }',
      "packages/four/main.ts": "",
    };
    for (const [name, file] of [
      ["#one", "lib/one.ts"],
      ["#lib/two", "lib/two.ts"],
      ["own/two", "lib/two.ts"],
      ["@/one", "lib/one.ts"],
      ["three", "base/three.ts"],
    ] as const) {
      assert.ok(needs(`import "${name}"`, file, files), name);
    }
    const path = entry('import "four"; import "#dep"', files);
    mkdirSync(join(path, "../node_modules"));
    symlinkSync("../packages/four", join(path, "../node_modules/four"));
    const { files: found, packages } = dependenciesOf(path);
    assert.ok("packages/four/main.ts" in found, Object.keys(found).join());
    assert.is(packages.dep, "not found");
  },
);

literals("data that an import names counts, and data that the program reads does not", () => {
  const files = { "data.json": "{}" };
  assert.ok(needs('import x from "./data.json" with { type: "json" }', "data.json", files));
  assert.ok(needs('require("./data.json")', "data.json", files));
  assert.not.ok(needs('readFileSync("./data.json")', "data.json", files));
});

literals("texts that are no paths do no harm", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const path = entry(`import(${JSON.stringify(`./${text}`)}); x = ${JSON.stringify(text)}`);
      assert.ok("mine.ts" in dependenciesOf(path).files);
    }),
    { numRuns: 100 },
  );
});

literals("files of earlier rules are compared by what they hold", () => {
  const path = entry('new Worker(new URL("./needed.ts", import.meta.url)); import "./other.ts"', { "other.ts": "" });
  const { files, packages, scan } = dependenciesOf(path);
  const { "needed.ts": _, ...before } = files;
  assert.equal(changesOf({ files: before, packages }, { files, packages, scan }), []);
  assert.equal(changesOf({ files: before, packages, scan }, { files, packages, scan }), ["needed.ts is new"]);
});
literals.run();

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
