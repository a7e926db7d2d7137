/** The hash of fluxion's own code, which tells two builds of one version apart. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildName, hashFile, hashOf, hashOfCode } from "../../../src/experiments/campaigns/build.ts";
import { scratchPath } from "../../support/scratch.ts";

const tests = suite("build");

tests("has the version, and is the same each time", () => {
  assert.match(buildName(), /^\d+\.\d+\.\d+\S* \(build [0-9a-f]{12}\)$/);
  assert.is(buildName(), buildName());
});

tests("changes with any file that computes, and with no other one", () => {
  const root = `${scratchPath()}/`;
  const write = (path: string, text: string): string => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
    return hashOfCode(root);
  };
  const hashes = [
    write("linalg/vector.js", "export const one = 1;"),
    write("linalg/vector.js", "export const one = 2;"),
    write("linalg/cli/vector.js", ""),
    write("index.js", ""),
  ];
  assert.is(new Set(hashes).size, hashes.length);
  for (const path of ["cli/main.js", "viewer/main.js", "linalg/vector.d.ts", "linalg/vector.js.map", "server/a/b.js"]) {
    assert.is(write(path, "other"), hashes.at(-1), path);
  }
});

tests("is that of the sources for what was built from them", () => {
  const root = (name: string): string => `${scratchPath(name)}/`;
  const [sources, built] = [root("sources"), root("built")];
  for (const [folder, file] of [
    [sources, "index.ts"],
    [built, "index.js"],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(folder + file, "export const one = 1;");
  }
  assert.is.not(hashOf(built), hashOf(sources));
  writeFileSync(built + hashFile, `${hashOfCode(sources)}\n`);
  assert.is(hashOf(built), hashOf(sources));
});

tests.run();
