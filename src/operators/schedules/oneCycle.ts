import { readOptions, type Schedule } from "../../authoring/index.ts";
import { cos } from "../../elementary/index.ts";
import { positiveInteger, share } from "../support/rules.ts";

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Number of steps of the cycle; the last of them, k = steps - 1, has the factor `final`, unless all of them rise. */
  readonly steps: number;
  /** Factor of the first step, at least 0. Default 1 / 25, as in PyTorch. */
  readonly initial?: number;
  /** Factor in between, at least 0. Default 1. */
  readonly peak?: number;
  /** Factor of the last step and after it, at least 0. Default `initial` / 10^4, as in PyTorch. */
  readonly final?: number;
  /** Share of the steps until `peak`, in [0, 1]; 0 begins there. Default 0.3, as in PyTorch. */
  readonly rise?: number;
  /** Form of both parts. Default `cosine`. */
  readonly shape?: "cosine" | "linear";
}

const rules = {
  steps: { ...positiveInteger, required: true },
  initial: { default: 0.04, min: 0 },
  peak: { default: 1, min: 0 },
  final: { min: 0 },
  rise: { ...share, default: 0.3 },
  shape: { default: "cosine", oneOf: ["cosine", "linear"] },
} as const;

/**
 * Makes the schedule of one cycle [1], for `scheduled`: the factor goes from `initial` at k = 0 to `peak` at
 * k = rise steps - 1, and from there to `final` at k = steps - 1, along half a cosine or a straight line. As in PyTorch,
 * a rise of less than a step has the peak before the first one, and one of all steps has it in the last; then `final`
 * follows. Without a rise the first step has the peak.
 *
 * The setting itself is then the largest step size. A momentum that falls while the step size rises is a cycle of its
 * own: `{ stepSize: oneCycle({ steps }), "momentum.decay": oneCycle({ steps, initial: 1, peak: 0.85 / 0.95, final: 1 })
 * }` with `momentum({ decay: 0.95 })` is what PyTorch does by default.
 *
 * [1] Smith, Topin: Super-convergence: very fast training of neural networks using large learning rates. 2018,
 * arXiv:1708.07120.
 *
 * @example
 * const factor = oneCycle({ steps: 5, rise: 0.4, initial: 0.1, final: 0, shape: "linear" });
 * console.log([0, 1, 2, 3, 4].map((k) => factor(k).toFixed(2)).join(" "));
 * // 0.10 1.00 0.67 0.33 0.00
 * @param options {@link OneCycleOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const read = readOptions("oneCycle", options, rules);
  const { steps, initial, peak, rise, shape } = read;
  const final = read.final ?? initial / 1e4;
  const top = rise === 0 ? 0 : rise * steps - 1;
  const last = steps - 1;
  const between = (from: number, to: number, share: number): number =>
    shape === "linear" ? from + (to - from) * share : to + ((from - to) * (1 + cos(Math.PI * share))) / 2;
  return (k) => {
    if (k <= top && top > 0) return between(initial, peak, k / top);
    return k >= last ? final : between(peak, final, (k - top) / (last - top));
  };
}
