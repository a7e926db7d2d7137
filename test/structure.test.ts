/** The house as `scripts/rooms.ts` describes it: imports run downwards, no circles, no folder in which one gets lost. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lintRules, rooms } from "../scripts/rooms.ts";
import { circles, importsOf, sourceFiles } from "./support/imports.ts";

const files = sourceFiles();
const roomOf = (file: string): string | undefined =>
  file.includes("/") ? file.slice(0, file.indexOf("/")) : undefined;

const structure = suite("structure");

structure("every folder of src/ is a room of the table", () => {
  const found = new Set(files.map(roomOf).filter((name) => name !== undefined));
  assert.equal([...found].sort(), rooms.map(({ name }) => name).sort());
});

structure("a room imports only the rooms below it", () => {
  for (const file of files) {
    const room = rooms.find(({ name }) => name === roomOf(file));
    if (room === undefined) continue;
    for (const other of importsOf(file)) {
      const name = roomOf(other);
      assert.ok(name === undefined || name === room.name || room.below.includes(name), `${file} imports ${other}`);
    }
  }
});

structure("the leaves import leaves", () => {
  for (const file of files.filter((name) => roomOf(name) === undefined && !name.startsWith("index"))) {
    for (const other of importsOf(file)) {
      assert.ok([undefined, "elementary"].includes(roomOf(other)), `${file} imports ${other}`);
    }
  }
});

structure("no circles, types included", () => {
  assert.equal(
    circles(files).map((circle) => circle.join(", ")),
    [],
  );
});

structure("no folder has more than 25 files", () => {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  for (const [folder, count] of counts) assert.ok(count <= 25, `src/${folder} has ${count} files`);
});

structure("biome.json has the rules of the table; `npx tsx scripts/rooms.ts` writes them", () => {
  const text = readFileSync(new URL("../biome.json", import.meta.url), "utf8");
  assert.equal(JSON.parse(text), JSON.parse(lintRules(text)));
});

structure("every property draws from the one seed of test/support/fastCheck.ts", () => {
  const test = fileURLToPath(new URL(".", import.meta.url));
  for (const name of readdirSync(test, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith("fastCheck.ts")) continue;
    assert.not.match(readFileSync(join(test, name), "utf8"), /^import .*from "fast-check"/m, name);
  }
});

structure.run();
