/** Endings of which more becomes known: an experiment judges a run after its last row. */
import type { RunEnding } from "./messages.ts";

/** An ending with what it did not say; undefined if there is nothing new, or nothing to add it to. */
export function amended(known: RunEnding | undefined, more: RunEnding): RunEnding | undefined {
  const isNew = known !== undefined && Object.keys(more).some((name) => !(name in known));
  return isNew ? { ...more, ...known } : undefined;
}
