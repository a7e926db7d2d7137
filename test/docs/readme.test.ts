/** What README.md says is so: its programs compile and run, its files are there, its commands exist. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { program } from "../../src/cli/program.ts";
import { fluxion, scratchDirectory } from "../support/command.ts";
import { programs } from "../support/docBlocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const [ownLoss, streamed, experiment] = programs("README.md");

/** Runs a function with a folder inside the repository, where programs find `fluxion` by name. */
async function inside(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = join(root, "test", `readme-${process.pid}`);
  mkdirSync(folder);
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runProgram(folder: string, code: string): { readonly stdout: string; readonly stderr: string } {
  const file = join(folder, "program.ts");
  writeFileSync(file, code);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--conditions=fluxion-source", "--import", fileURLToPath(import.meta.resolve("tsx")), file],
    { cwd: folder, encoding: "utf8" },
  );
  assert.is(status, 0, stderr);
  return { stdout, stderr };
}

const test = suite("README.md");

test("has the three programs of this test, all of which compile", () =>
  inside((folder) => {
    assert.is(programs("README.md").length, 3);
    for (const [i, code] of programs("README.md").entries()) writeFileSync(join(folder, `program${i}.ts`), code);
    const settings = { extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { encoding: "utf8" });
    assert.is(stdout, "");
  }));

test("shows examples/ownLoss.ts", () => {
  const [, ...lines] = readFileSync(`${root}examples/ownLoss.ts`, "utf8").split("\n");
  assert.is(ownLoss, lines.join("\n"));
});

test("shows a program that writes a run and serves it", () =>
  inside((folder) => {
    const { stdout, stderr } = runProgram(folder, streamed!);
    assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\n$/);
    assert.is(stderr, "");
    const run = JSON.parse(readFileSync(join(folder, "runs", "mine", "run.json"), "utf8"));
    assert.is(run.attempts[0].ended.how, "completed");
  }));

test("shows a module that fluxion run takes, with an option", () =>
  inside(async (folder) => {
    writeFileSync(join(folder, "mine.ts"), experiment!);
    const out = join(scratchDirectory(), "out");
    const { code, stdout, stderr } = await fluxion(
      ["run", "./mine.ts", "--x", "0.8", "--no-serve", "--out", out],
      folder,
    );
    assert.is(code, 0, stderr);
    assert.match(stdout, /^run +converged /m);
  }));

test("names commands that exist, and files that are there", async () => {
  const { commands } = await program([], () => undefined);
  const known = commands.map((command) => command.name());
  const named = [...readme.matchAll(/^npx fluxion (\w+)/gm)].map((found) => found[1]!);
  assert.ok(named.length >= 6);
  for (const name of named) assert.ok(known.includes(name), name);
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((found) => found[1]!);
  assert.ok(links.length >= 10);
  for (const link of links) assert.ok(existsSync(root + link), link);
});

test.run();
