/** What the studies of the experiment share. */

import type { ComparisonRules, Trial } from "../../protocols/comparison/compareArms.ts";
import { protocolSizes } from "../../protocols/protocolSizes.ts";
import type { Source } from "./source.ts";

export const sizes = protocolSizes({
  draws: { quick: 5, full: 20, meaning: "number of draws of the data, with the same rows for all arms" },
  testSets: { quick: 4, full: 20, meaning: "most test sets that are whitened together with the training rows" },
  updates: { quick: 1_000_000, full: 1_000_000, meaning: "updates of an arm of the linear model" },
});

/** Difference of mean scores up to which two rates count as equally good: half a point. */
export const tie = 0.005;

/** The training sizes n where none are given: about d, where arms differ most, and up to 20 d. */
export function defaultSamples({ width, labels }: Source, most: number, quick: boolean): number[] {
  const wanted = quick ? [0.4, 1, 4, 20] : [0.4, 0.7, 1, 2, 3, 5, 10, 20];
  const least = labels === undefined ? 2 : 4;
  const found = wanted.map((times) => Math.max(least, Math.min(most, Math.floor(times * width))));
  return [...new Set(found)].sort((a, b) => a - b);
}

/** A cell of a study: the trials of all arms for one number of training rows. */
export interface Cell {
  readonly n: number;
  readonly trials: Trial[];
}

/** The rules by which the cells of a study are judged. */
export type CellRules = Omit<ComparisonRules, "draws">;
