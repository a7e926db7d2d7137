import { readOptions, type Schedule } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { share } from "../support/rules.ts";

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions {
  /** Factor by which the schedule falls within `every` steps, in (0, 1]. */
  readonly decay: number;
  /** Number of steps, positive. Default 1. */
  readonly every?: number;
  /** Least factor, in [0, 1]. Default 0. */
  readonly floor?: number;
}

const rules = {
  decay: { required: true, above: 0, max: 1 },
  every: { default: 1, above: 0 },
  floor: { ...share, default: 0 },
} as const;

/**
 * Makes a schedule that falls like a power, for `scheduled`: the factor of step k is
 * max(floor, decay^(k / every)). {@link stepDecay} falls in steps.
 *
 * @example
 * const factor = exponentialDecay({ decay: 0.5, every: 2 });
 * console.log([0, 1, 2].map((k) => factor(k).toFixed(4)).join(" "));
 * // 1.0000 0.7071 0.5000
 * @param options {@link ExponentialDecayOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { decay, every, floor } = readOptions("exponentialDecay", options, rules);
  return (k) => Math.max(floor, pow(decay, k / every));
}
