/** The thresholds by which searches judge: relative ones, or the papers' in the units of their losses. */
import { z } from "zod";
import type { SearchOptions } from "./search.ts";

/** Thresholds of a search. What is not given is relative. */
interface SearchThresholds {
  /** Value of ||F||^2 at which a search ends. Default: where ||F|| is 1e-12 of its largest value so far. */
  readonly stopBelow?: number;
  /** Largest ||F||^2 of a critical point. Default: relative, see `explainEnd`. */
  readonly squaredFieldNorm?: number;
  /** Size beyond which a negative eigenvalue counts. Default: 1e-6 of the largest |eigenvalue|. */
  readonly indexThreshold?: number;
}

const sets = {
  relative: {},
  // The text of Frye 2020.
  thesis: { stopBelow: 1e-28, squaredFieldNorm: 1e-10, indexThreshold: 1e-5 },
  // The analysis stored with the published runs.
  stored: { stopBelow: 1e-28, squaredFieldNorm: 1e-8, indexThreshold: 1e-3 },
} as const satisfies Readonly<Record<string, SearchThresholds>>;

/** Name of a set of thresholds. */
export type ThresholdSet = keyof typeof sets;

const names = Object.keys(sets) as [ThresholdSet, ...ThresholdSet[]];

/** Field of a schema: the set of thresholds. */
export function thresholdField(defaults: string): z.ZodOptional<z.ZodEnum<Record<ThresholdSet, ThresholdSet>>> {
  return z
    .enum(names as unknown as Record<ThresholdSet, ThresholdSet>)
    .optional()
    .describe(
      "what counts as critical, and which eigenvalues as negative. relative: whatever the units of the loss. " +
        "thesis: |grad|^2 <= 1e-10, below -1e-5, as in Frye 2020. stored: 1e-8 and -1e-3, as in the published analysis " +
        `(default: ${defaults})`,
    );
}

/** The names of all sets. */
export const thresholdSets: readonly ThresholdSet[] = names;

/** The thresholds of a set. */
export function thresholdsOf(name: ThresholdSet): SearchThresholds {
  return sets[name];
}

/**
 * The thresholds of a protocol: those of the set that is named, else the thesis' if it is the paper's, else relative
 * ones.
 */
export function chosenThresholds({
  full,
  thresholds: name = full ? "thesis" : "relative",
  thesisCritical,
}: {
  readonly full: boolean;
  readonly thresholds?: ThresholdSet | undefined;
  /** Largest ||grad||^2 that the thesis calls critical, where it is not that of the set. */
  readonly thesisCritical?: number;
}): SearchThresholds {
  const chosen = thresholdsOf(name);
  return name === "thesis" && thesisCritical !== undefined ? { ...chosen, squaredFieldNorm: thesisCritical } : chosen;
}

/** The options of a search that a set gives. */
export function searchOptions({
  squaredFieldNorm,
  ...ending
}: SearchThresholds): Pick<SearchOptions, "stopBelow" | "indexThreshold" | "thresholds"> {
  return { ...ending, thresholds: { squaredFieldNorm } };
}

/** Says in words what counts as critical. */
export function criterionText({ squaredFieldNorm }: SearchThresholds): string {
  return squaredFieldNorm === undefined ? "relative gradient <= 1e-6" : `|grad|^2 <= ${squaredFieldNorm}`;
}
