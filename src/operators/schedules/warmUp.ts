import { readOptions, type Schedule } from "../../authoring/index.ts";
import { positiveInteger, share } from "../support/rules.ts";

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** Number of steps after which the factor is 1. */
  readonly steps: number;
  /** Factor of the first step, in [0, 1]. Default 0. */
  readonly initial?: number;
  /** Schedule that follows; its k counts from the end of the warm-up. Default: the factor stays 1. */
  readonly next?: Schedule;
}

const rules = {
  steps: { ...positiveInteger, required: true },
  initial: { ...share, default: 0 },
  next: { expected: "a function of the step", is: (value: unknown) => typeof value === "function" },
} as const;

/**
 * Makes a schedule that rises in a straight line, for `scheduled`: from `initial` at k = 0 to 1 at k = `steps`.
 *
 * @example
 * const factor = warmUp({ steps: 4, initial: 0.2, next: (k) => 0.5 ** k });
 * console.log([0, 1, 2, 3, 4, 5, 6].map((k) => factor(k).toFixed(2)).join(" "));
 * // 0.20 0.40 0.60 0.80 1.00 0.50 0.25
 * @param options {@link WarmUpOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function warmUp(options: WarmUpOptions): Schedule {
  const { steps, initial, next = () => 1 } = readOptions("warmUp", options, rules);
  return (k) => (k < steps ? initial + ((1 - initial) * k) / steps : next(k - steps));
}
