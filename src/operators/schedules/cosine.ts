import { readOptions, type Schedule } from "../../authoring/index.ts";
import { cos } from "../../elementary/index.ts";
import { naturalNumber, positiveInteger, share } from "../support/rules.ts";

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** Number of steps until the factor has reached `floor`, those of the warm-up included. */
  readonly steps: number;
  /** Factor at the end and after it, in [0, 1]. Default 0. */
  readonly floor?: number;
  /** Number of steps at the beginning in which the factor rises to 1, less than `steps`. Default 0. */
  readonly warmUp?: number;
  /** Factor of the first step of the warm-up, in [0, 1]. Default 0. */
  readonly initial?: number;
}

const rules = {
  steps: { ...positiveInteger, required: true },
  floor: { ...share, default: 0 },
  warmUp: { ...naturalNumber, default: 0 },
  initial: { ...share, default: 0 },
} as const;

/**
 * Makes the schedule of cosine annealing, for `scheduled` [1].
 *
 * With T = `steps` - `warmUp` and j = k - `warmUp` the factor of step k is floor + (1 - floor) (1 + cos(pi j / T)) / 2,
 * then `floor`. Before that it rises in a straight line, from `initial` at k = 0 to 1 at k = `warmUp`.
 *
 * Under `restartable` each restart begins the curve anew.
 *
 * [1] Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts. ICLR 2017, arXiv:1608.03983.
 *
 * @example
 * const factor = cosine({ steps: 4 });
 * console.log([0, 1, 2, 3, 4, 5].map((k) => factor(k).toFixed(3)).join(" "));
 * // 1.000 0.854 0.500 0.146 0.000 0.000
 * @param options {@link CosineOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 */
export function cosine(options: CosineOptions): Schedule {
  const { steps, floor, warmUp, initial } = readOptions("cosine", options, {
    ...rules,
    warmUp: below(options, rules.warmUp),
  });
  const falling = steps - warmUp;
  return (k) => {
    if (k < warmUp) return initial + ((1 - initial) * k) / warmUp;
    if (k >= steps) return floor;
    return floor + ((1 - floor) * (1 + cos((Math.PI * (k - warmUp)) / falling))) / 2;
  };
}

/** The warm-up ends before the whole. */
function below(options: Partial<CosineOptions> | undefined, rule: typeof rules.warmUp) {
  const steps = options?.steps;
  return Number.isInteger(steps) ? { ...rule, max: Math.max(0, steps! - 1) } : rule;
}
