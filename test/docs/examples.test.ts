/** Every @example of a public name is a program that compiles. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as fluxion from "../../src/index.ts";
import * as operators from "../../src/operators/index.ts";
import { type DocExample, docExamples, importsOfExample, isPublic, moduleOf } from "../support/docExamples.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const compiler = join(root, "node_modules/typescript/bin/tsc");

/** Compiles examples as the modules of one program. Returns the diagnostics, each with its place in `src/`. */
function diagnostics(examples: readonly DocExample[]): readonly string[] {
  // The folder lies in the checkout, so that the name "fluxion" leads to its sources.
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/examples-"));
  try {
    for (const [i, example] of examples.entries()) writeFileSync(join(folder, `${i}.ts`), moduleOf(example));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["*.ts"], exclude: [] }),
    );
    const { stdout, status, error } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    const found = stdout.split("\n").filter((line) => /error TS\d+/.test(line));
    assert.is(found.length === 0, status === 0, stdout);
    return found.map((line) => inSource(line, examples));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Puts the file of a doc comment and its line into a diagnostic of a module. */
function inSource(diagnostic: string, examples: readonly DocExample[]): string {
  const [, index, line, message] = /^(\d+)\.ts\((\d+),\d+\): (.*)$/.exec(diagnostic) ?? [];
  const example = index === undefined ? undefined : examples[Number(index)];
  if (example === undefined) return diagnostic;
  // The first line of the module holds its imports.
  return `src/${example.file}:${example.line + Number(line) - 2} ${example.name}: ${message}`;
}

const test = suite("the examples of doc comments");

const examples = docExamples().filter(({ name }) => name !== undefined && isPublic(name));
/** Example that does not compile. Its diagnostic shows that the others were looked at, and that lines are right. */
const wrong: DocExample = { file: "wrong.ts", line: 41, name: "wrong", code: "const n = 1;\nmissing(n);", output: [] };

test("compile", () => {
  assert.equal(diagnostics([...examples, wrong]), ["src/wrong.ts:42 wrong: error TS2304: Cannot find name 'missing'."]);
});

test("are all found", () => {
  assert.ok(examples.length >= 200, `only ${examples.length} examples`);
});

test("exist for every function of fluxion and fluxion/operators", () => {
  const described = new Set(examples.map(({ name }) => name));
  const functions = Object.entries({ ...operators, ...fluxion })
    .filter(([, exported]) => typeof exported === "function" && !/^class\b/.test(String(exported)))
    .map(([name]) => name);
  assert.ok(functions.length >= 60, `only ${functions.length} functions`);
  assert.equal(
    functions.filter((name) => !described.has(name)),
    [],
  );
});

test("import what they use, and nothing that they declare or that is a member", () => {
  const imports = (code: string) => Object.fromEntries(importsOfExample(code));
  assert.equal(imports("iterate(quartic(), [3, 1], ...box).pipe(take(1));"), {
    fluxion: ["iterate", "quartic"],
    "fluxion/sets": ["box"],
    rxjs: ["take"],
  });
  assert.equal(imports("console.log(x.norm); const { scale, dot } = it; const box = scale;"), {});
  assert.equal(imports('import { iterate } from "fluxion";\niterate;'), {});
});

test.run();
