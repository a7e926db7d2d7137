/** Options that all traced problems share, and their rules. */
import { type Executor, executorChoices, type Precision, precisions } from "../../autodiff/executorNames.ts";
import type { JsonValue } from "../../json.ts";
import type { ConvexSet } from "../problem.ts";
import { callback, convexSetRule, json, text, yesOrNo } from "../rules.ts";

/** Options that all traced problems share. */
export interface TracedProblemOptions {
  /**
   * Name of the problem in messages, rows and files. Default: the name of the function, else "objective" or
   * "vectorField".
   */
  readonly name?: string;
  /** Set C of the variational inequality. Default: all of R^n. */
  readonly constraint?: ConvexSet;
  /** Data that `run.json` keeps of the problem. Default: the name, the shapes and hashes of the data inputs. */
  readonly description?: JsonValue;
  /**
   * Whether the data may be replaced by their triangular factor. This concerns losses that are linear in captured data
   * before they are squared and summed, such as a linear network's. The loss is the same to rounding, and its cost no
   * longer grows with the number of samples. Default true.
   */
  readonly reduceSamples?: boolean;
  /**
   * What computes the field and its derivatives; `auto` chooses an accelerator where one is faster (docs/executors.md).
   * Default: `FLUXION_EXECUTOR`, else `float64`.
   */
  readonly executor?: Executor | "auto";
  /** Numbers in which an executor for devices computes. Default: `FLUXION_PRECISION`, else `float64`. */
  readonly precision?: Precision;
  /**
   * Function that receives warnings: that the loss does not use a parameter, or that it assigns to a model's moving
   * averages. Default `process.emitWarning`.
   */
  readonly onWarning?: (message: string) => void;
}

/** Rules for games, whose constraint is the product of the strategy sets. */
export const tracedGameRules = {
  name: text,
  description: json,
  reduceSamples: { ...yesOrNo, default: true },
  executor: { oneOf: executorChoices },
  precision: { oneOf: precisions },
  onWarning: callback,
} as const;

export const tracedRules = { ...tracedGameRules, constraint: convexSetRule } as const;

/** The options after `readOptions`; some kinds of problems do not have all of them. */
export type ReadTracedOptions = { readonly [K in keyof TracedProblemOptions]?: TracedProblemOptions[K] | undefined };
