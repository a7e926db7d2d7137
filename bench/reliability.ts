/**
 * Does each promise of docs/reliability.md hold, as often as it says?
 *
 *     npm run bench -- reliability [section ...] [--full | --part 0.1] [--again]
 *
 * `--full` tests as often as the promise says, `--part` a part of that. Both keep the numbers after each round in
 * bench/reliability/results.json. A start that was interrupted is continued by the next one; a section that is done is
 * left out, unless `--again` asks for it. Without them, each section is short and nothing is kept.
 */
import { parseArgs } from "node:util";
import { flips } from "./reliability/flips.ts";
import { keepResult, readResult } from "./reliability/kept.ts";
import { kills } from "./reliability/kills.ts";
import { messages } from "./reliability/messages.ts";
import { reconnect } from "./reliability/reconnect.ts";
import { resumes } from "./reliability/resumes.ts";
import type { Counts, Section } from "./reliability/section.ts";
import { server } from "./reliability/server.ts";
import { viewers } from "./reliability/viewers.ts";

const sections: readonly Section[] = [flips, kills, server, resumes, messages, viewers, reconnect];

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean" }, part: { type: "string" }, again: { type: "boolean" } },
});
const kept = values.full === true || values.part !== undefined;
const wantedPart = values.full === true ? 1 : Number(values.part);
if (kept && !(wantedPart > 0 && wantedPart <= 1)) {
  console.error(`--part: expected a number above 0, at most 1, got ${values.part}`);
  process.exit(2);
}
const unknown = names.filter((name) => !sections.some((section) => section.name === name));
if (unknown.length > 0) {
  console.error(`no section is called ${unknown.join(", ")}; there are ${sections.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const shown = (counts: Counts): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(", ");

for (const section of sections) {
  const { name, promise, shortPart, isDone, begin } = section;
  if (names.length > 0 && !names.includes(name)) continue;
  const part = kept ? wantedPart : shortPart;
  const earlier = kept && values.again !== true ? readResult(name) : undefined;
  let found = earlier?.found ?? {};
  let rounds = earlier?.rounds ?? 0;
  if (isDone(found, part)) {
    console.log(`${name}: done before (${earlier?.at}); --again does it again`);
    continue;
  }
  console.log(`${name}: ${promise}`);
  const began = performance.now() - 1000 * (earlier?.seconds ?? 0);
  const { round, close } = await begin(part);
  try {
    while (!isDone(found, part)) {
      found = await round(rounds, found);
      rounds++;
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(`  ${shown(found)}; ${seconds} s`);
      if (kept) keepResult(section, { part, done: isDone(found, part), rounds, found, seconds });
    }
  } finally {
    await close?.();
  }
}
