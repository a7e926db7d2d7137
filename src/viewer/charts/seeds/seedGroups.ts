/** Finds the runs that differ in their seed only. */
import type { RunInfo } from "../../../server/messages.ts";

/** Greatest number of runs of a group that are read. */
export const seedsMost = 100;

/**
 * Returns what a run is apart from its seed. Runs of one group have the same description but for members called `seed`
 * or `...Seed`, the `hash` of data that a seed made, and `start`, where a search began; and the same columns and
 * settings. A run without description is alone.
 */
export function groupOf(run: Pick<RunInfo, "name" | "description" | "columns" | "settings">): string {
  if (run.description === undefined) return JSON.stringify([run.name]);
  return JSON.stringify([seedless(run.description), Object.keys(run.columns), run.settings]);
}

function seedless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(seedless);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value);
  const hasSeed = members.some(([name]) => isSeed(name));
  return Object.fromEntries(
    members
      .filter(([name]) => !isSeed(name) && name !== "start" && !(hasSeed && name === "hash"))
      .map(([name, member]) => [name, seedless(member)]),
  );
}

function isSeed(name: string): boolean {
  return /^seeds?$|Seeds?$/.test(name);
}
