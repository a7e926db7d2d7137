import { failure, readOptions, type Schedule } from "../../authoring/index.ts";
import { pow } from "../../elementary/index.ts";
import { positiveInteger } from "../support/rules.ts";

/** Options of {@link stepDecay}: either `every` or `at`. */
export interface StepDecayOptions {
  /** Factor of each fall, in (0, 1]. Default 0.1, as in PyTorch. */
  readonly decay?: number;
  /** Number of steps between two falls. */
  readonly every?: number;
  /** Numbers k of the steps with which a fall begins, in ascending order. */
  readonly at?: readonly number[];
}

const rules = {
  decay: { default: 0.1, above: 0, max: 1 },
  every: positiveInteger,
  at: {
    expected: "an ascending list of numbers of steps",
    is: (value: unknown) =>
      Array.isArray(value) && value.every((k, i) => Number.isInteger(k) && k >= (i === 0 ? 0 : value[i - 1])),
  },
} as const;

/**
 * Makes a schedule that falls in steps, for `scheduled`: the factor of step k is decay^floor(k / every), or
 * `decay` to the number of entries of `at` that are at most k.
 *
 * @example
 * const factor = stepDecay({ decay: 0.5, every: 2 });
 * console.log([0, 1, 2, 3, 4].map(factor).join(" "), stepDecay({ at: [3] })(3));
 * // 1 1 0.5 0.5 0.25 0.1
 * @param options {@link StepDecayOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, also for neither or both of `every` and `at`; ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { decay, every, at } = readOptions("stepDecay", options, rules);
  if ((every === undefined) === (at === undefined)) {
    throw failure("ERR_OPTION_TYPE", "stepDecay: expected either every or at, which say when the factor falls");
  }
  if (every !== undefined) return (k) => pow(decay, Math.floor(k / every));
  const falls = [...at!];
  return (k) => pow(decay, falls.filter((fall) => fall <= k).length);
}
