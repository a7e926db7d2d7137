/** How `fluxion resume` finds the files that a module needs, so as to notice that one has changed. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literalsIn } from "../../src/experiments/threads/literals.ts";
import { changesOf, dependenciesOf } from "../../src/experiments/threads/sources.ts";
import * as fc from "../support/fastCheck.ts";
import { importingProject } from "../support/importingProject.ts";
import { scratchPath } from "../support/scratch.ts";

const finds = suite("dependenciesOf");

finds("follows static imports, re-exports, literal import() and require(), and names versions of packages", () => {
  const { files, packages } = dependenciesOf(join(importingProject(), "mine.ts"));
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
  const root = importingProject();
  const before = dependenciesOf(join(root, "mine.ts"));
  assert.equal(changesOf(before, dependenciesOf(join(root, "mine.ts"))), []);
  for (const name of Object.keys(before.files)) {
    const other = importingProject();
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

async function _refusal(of: Promise<unknown>): Promise<unknown> {
  try {
    await of;
  } catch (error) {
    return error;
  }
  return undefined;
}
