import { checkUpdates } from "./loop/checks.ts";
import type { Update } from "./types.ts";

/**
 * Chains updates: each proposal goes through the parts in order, as through RxJS's `pipe`.
 *
 * Measures and stop conditions may stand anywhere. A stop condition placed first saves the last update's cost.
 *
 * Cost: that of the parts.
 *
 * @example
 * const newtonMR = chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonDirection(), backtrackGradientNorm());
 * iterate(quartic(), [-3.2, 0.1], newtonMR)
 *   .pipe(take(2))
 *   .subscribe((it) => console.log(it.step, it.value.toFixed(4)));
 * // 0 6.7445
 * // 1 6.6548
 * @param parts updates and measures, in the order in which they see a proposal
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
 */
export function chain(...parts: Update[]): Update {
  checkUpdates("chain", parts);
  return (source) => parts.reduce((before, part) => part(before), source);
}
