/**
 * Does each promise of docs/reliability.md hold, as often as it says?
 *
 *     npm run bench -- reliability [section ...] [--full] [--again]
 *
 * `--full` keeps each result in bench/reliability/results.json, and leaves out the sections that are there already, so
 * that a run of hours can be interrupted; `--again` does them again.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { flips } from "./reliability/flips.ts";
import type { Section } from "./reliability/section.ts";

const sections: readonly Section[] = [flips];

const results = fileURLToPath(new URL("reliability/results.json", import.meta.url));
const given = process.argv.slice(2);
const full = given.includes("--full");
const again = given.includes("--again");
const names = given.filter((argument) => !argument.startsWith("--"));
const unknown = names.filter((name) => !sections.some((section) => section.name === name));
if (unknown.length > 0) {
  console.error(`no section is called ${unknown.join(", ")}; there are ${sections.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const kept: Record<string, unknown> =
  full && existsSync(results) ? (JSON.parse(readFileSync(results, "utf8")) as Record<string, unknown>) : {};
for (const { name, promise, run } of sections) {
  if (names.length > 0 && !names.includes(name)) continue;
  if (full && !again && kept[name] !== undefined) {
    console.log(`${name}: done before; --again does it again`);
    continue;
  }
  const began = performance.now();
  const found = await run(full);
  const seconds = Math.round((performance.now() - began) / 1000);
  const shown = Object.entries(found).map(([what, count]) => `${what} ${count}`);
  console.log(`${name}: ${promise}\n  ${shown.join(", ")}; ${seconds} s`);
  if (!full) continue;
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, ${process.platform} ${release()}, Node ${process.versions.node}`;
  kept[name] = {
    promise,
    found,
    seconds,
    command: `npm run bench -- reliability ${name} --full`,
    machine,
    at: new Date().toISOString(),
  };
  writeFileSync(results, `${JSON.stringify(kept, undefined, 2)}\n`);
}
