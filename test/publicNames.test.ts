/** The public face: what each sub-path exports, and how much of it a newcomer meets first. */

import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { publicNames } from "../scripts/publicNames.ts";
import { importsOf, sourceFiles, sourceOf } from "./support/imports.ts";

const names = suite("public names");

names(
  "are those of test/publicNames.json; `npx tsx scripts/publicNames.ts > test/publicNames.json` writes them anew",
  () => {
    const known = JSON.parse(readFileSync(new URL("publicNames.json", import.meta.url), "utf8")) as unknown;
    assert.equal(publicNames(), known);
  },
);

names("are about forty in the package itself", () => {
  const { values } = publicNames()["."]!;
  assert.ok(values.length <= 48, `${values.length}`);
});

names("are what the modules really export", async () => {
  for (const [path, { values }] of Object.entries(publicNames())) {
    const module = (await import(`fluxion${path.slice(1)}`)) as object;
    assert.equal(Object.keys(module).sort(), [...values].sort(), path);
  }
});

names("are the only exports without a reader among the sources", () => {
  const read = new Map<string, Set<string>>();
  const files = sourceFiles();
  for (const file of files) {
    for (const [, list, path] of sourceOf(file).matchAll(
      /^(?:import|export)(?: type)? (\{[^}]*\}|\* as \w+|\*) from "(\.[^"]+\.ts)"/gm,
    )) {
      const target = importsOf(file).find((other) => other.endsWith(path!.replace(/^(\.\.?\/)+/, "")));
      if (target === undefined) continue;
      const seen = read.get(target) ?? new Set();
      for (const entry of list!.replace(/[{}]/g, "").split(",")) {
        seen.add(
          entry
            .trim()
            .replace(/^type /, "")
            .split(" as ")[0]!
            .trim(),
        );
      }
      read.set(target, seen);
    }
  }
  for (const file of files) {
    for (const [, path, name] of sourceOf(file).matchAll(/\(await import\("(\.[^"]+\.ts)"\)\)\.(\w+)/g)) {
      const target = posix.join(posix.dirname(file), path!);
      read.set(target, (read.get(target) ?? new Set()).add(name!));
    }
  }
  // Tests and scripts look into these on purpose; hooks.ts and kernelSpeed.ts are loaded by their addresses.
  const tested = new Set([
    "rules",
    "VectorFunction",
    "Kernel",
    "refusals",
    "cellText",
    "bytesOf",
    "errorKinds",
    "fraction",
    "StrongWolfeOptions",
    "clampStepFrom",
    "rangeOf",
    "assumeProcess",
    "FileSystem",
    "replaceDisk",
    "resolve",
    "shardFrom",
    "keepsBound",
    "kernelSpeed",
    "processorUnit",
    "twoOverPiWords",
    "fastest",
    "accelerators",
    "hashFile",
    "hashOf",
    "hashOfCode",
  ]);
  const unread = files.flatMap((file) => {
    const seen = read.get(file) ?? new Set();
    if (seen.has("*") || [...seen].some((name) => name.startsWith("* as"))) return [];
    return Array.from(
      sourceOf(file).matchAll(
        /^export (?:abstract )?(?:async )?(?:const|function\*?|class|interface|type|let) (\w+)/gm,
      ),
      ([, name]) => name!,
    )
      .filter((name) => !seen.has(name) && !tested.has(name))
      .map((name) => `${file}: ${name}`);
  });
  assert.equal(unread, []);
});

names.run();
