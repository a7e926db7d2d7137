/** What the studies of the experiment share. */

import type { ComparisonRules, Trial } from "../../protocols/comparison/compareArms.ts";
import { protocolSizes } from "../../protocols/protocolSizes.ts";
import type { Source } from "./source.ts";

export const sizes = protocolSizes({
  testSets: { quick: 4, full: 20, meaning: "most test sets that are whitened together with the training rows" },
});

/** Numbers of draws where none are given. A small perceptron ends in many minima, so that its study lambda needs most. */
const draws = {
  linear: { quick: 5, full: 20 },
  network: { quick: 3, full: 20 },
  lambda: { quick: 3, full: 60 },
} as const;

export const drawsMeaning =
  "number of draws of the data, with the same rows for all arms " +
  `(default: ${draws.linear.quick}, full: ${draws.linear.full}; of a network ${draws.network.quick}, full: ` +
  `${draws.network.full}, in the study lambda ${draws.lambda.full})`;

/** The number of draws of a study where none is given. */
export function defaultDraws(form: {
  readonly quick: boolean;
  readonly model: string;
  readonly lambda: boolean;
}): number {
  const { quick, model, lambda } = form;
  const own = model === "linear" ? draws.linear : lambda ? draws.lambda : draws.network;
  return quick ? own.quick : own.full;
}

/** Difference of mean scores up to which two rates count as equally good: half a point. */
export const tie = 0.005;

/** Most numbers in the training inputs of a network: a larger n would take hours. Those of a perceptron cost least. */
const mostNumbers = { mlp: 150_000, others: 40_000 } as const;

/**
 * The training sizes n where none are given: about d, where arms differ most, and up to 20 d. For networks, which take
 * longer, they are fewer; for data of the user's own all rows that are left to train on are the last.
 */
export function defaultSamples(
  { width, labels, own }: Source,
  form: { readonly most: number; readonly quick: boolean; readonly model: string; readonly lambda: boolean },
): number[] {
  const { most, quick, model, lambda } = form;
  const network = model !== "linear";
  const ofQuick = model === "mlp" ? [0.4, 1] : [1];
  const ofNetwork = lambda ? [1] : quick ? ofQuick : [0.4, 1, 2, 4, 8];
  const numbers = mostNumbers[model === "mlp" ? "mlp" : "others"];
  const affordable = ofNetwork.filter((times) => times <= 1 || times * width * width <= numbers);
  const wanted = network ? affordable : quick ? [0.4, 1, 4, 20] : [0.4, 0.7, 1, 2, 3, 5, 10, 20];
  const least = labels === undefined ? 2 : 4;
  const found = wanted.map((times) => Math.max(least, Math.min(most, Math.floor(times * width))));
  return [...new Set(own && !(network && lambda) ? [...found, most] : found)].sort((a, b) => a - b);
}

/** A cell of a study: the trials of all arms for one number of training rows. */
export interface Cell {
  readonly n: number;
  readonly trials: Trial[];
}

/** The rules by which the cells of a study are judged. */
export type CellRules = Omit<ComparisonRules, "draws">;

/**
 * Which arm of a network takes the rate of which: where every set of pooled rows is linearly independent, full whitening
 * leaves nothing to learn about rows outside the training part, so that it takes the rate of train-whitening.
 */
export function followsOf(independent: readonly number[]): Readonly<Record<string, string>> {
  const isFrozen = independent.length > 0 && independent.every((own) => own === 1);
  return isFrozen ? { full: "train" } : {};
}

/** The options of one run of the experiment, with the data they name. */
export interface Plan {
  readonly options: {
    readonly full: boolean;
    readonly model: string;
    readonly hidden?: number | undefined;
    readonly updates?: number | undefined;
    readonly newtonUpdates: number;
    readonly rates?: readonly number[] | undefined;
    readonly newtonRates?: readonly number[] | undefined;
    readonly loss: number;
    readonly lambdas?: readonly number[] | undefined;
    readonly samples?: readonly number[] | undefined;
  };
  readonly source: Source;
  /** Numbers n of training rows, ascending; those of the study lambda, whose updates are dear for a network. */
  readonly samples: readonly number[];
  readonly lambdaSamples: readonly number[];
  readonly draws: number;
  readonly lambdaDraws: number;
  readonly testSets: number;
  /** Whether scores are shares of rows, which are written in percent. */
  readonly percent: boolean;
}
