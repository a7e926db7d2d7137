/** What an experiment has found of its runs, in the form in which the page shows it. */
import type { Finding } from "../../experiments/framework/definition.ts";
import type { RunCells, RunEnding } from "../../server/messages.ts";
import type { ExperimentFile } from "../experimentFile.ts";

/** What an experiment reported of the end of a run. */
export type FoundEnd = Pick<RunEnding, "verdict" | "meaning" | "because" | "index">;

/** Numbers of a finding that the ending of a run has, or that every run has in a column of its own. */
const elsewhere = new Set(["loss", "|grad|^2", "index", "steps"]);

/**
 * What a finding says of the end of its run.
 *
 * @param once returns an equal text that is in memory already
 */
export function foundEnd(
  { verdict, meaning, because, numbers }: Finding,
  once: (text: string) => string = (text) => text,
): FoundEnd {
  return {
    ...finite({ index: numbers?.index }),
    ...(typeof verdict === "string" ? { verdict: once(verdict) } : {}),
    ...(typeof meaning === "string" ? { meaning: once(meaning) } : {}),
    ...(typeof because === "string" ? { because } : {}),
  };
}

/** Cells of an experiment that its runs have in common: its name, its seed, its options. */
export function sharedCells({ name, seed, options }: Pick<ExperimentFile, "name" | "seed" | "options">): RunCells {
  const texts = Object.entries(options ?? {}).map(([option, value]) => [
    option,
    typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { experiment: name, ...(typeof seed === "number" ? { seed } : {}), ...Object.fromEntries(texts) };
}

/** Numbers and texts of a finding that have no place elsewhere. */
export function otherNumbers(numbers: Finding["numbers"]): RunCells {
  return Object.fromEntries(
    Object.entries(numbers ?? {}).filter(
      ([name, value]) => !elsewhere.has(name) && (typeof value === "number" || typeof value === "string"),
    ),
  ) as RunCells;
}

/** The entries that JSON can hold as numbers. */
export function finite<K extends string>(entries: Readonly<Record<K, unknown>>): { readonly [N in K]?: number } {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => Number.isFinite(value))) as {
    readonly [N in K]?: number;
  };
}
