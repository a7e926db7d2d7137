import type { Column } from "../../authoring/index.ts";

/**
 * How the search for a step ended: the values of the column `outcome`.
 *
 * - accepted: the loop moves to the trial point, which is not evaluated again;
 * - stagnated: the step is so short that it changes no coordinate;
 * - failed: no trial was good enough, and the same search would end the same way;
 * - non-finite: the direction, the product or every trial was not finite;
 * - rejected: the trial was refused, and the next step, from the same point, will be another one.
 */
export const searchOutcomes = ["accepted", "stagnated", "failed", "non-finite", "rejected"] as const;
/** One of {@link searchOutcomes}. */
export type SearchOutcome = (typeof searchOutcomes)[number];

/**
 * The columns of every operator that searches for a step. They share one declaration, so that a method may switch
 * between them.
 */
export const searchColumns = {
  outcome: { meaning: "how the search for a step ended", kind: "category", values: searchOutcomes },
  trials: { meaning: "points that the search for a step evaluated" },
} as const satisfies Readonly<Record<string, Column>>;
