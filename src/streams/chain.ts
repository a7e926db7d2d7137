import { checkUpdates } from "./loop/checks.ts";
import type { Update } from "./types.ts";

/**
 * Puts updates together: each proposal goes through the parts in order, as through RxJS's `pipe`.
 *
 * Measures and stop conditions may stand anywhere; a stop condition placed first saves the last update's cost.
 *
 * @example const newtonMR = chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonDirection(), backtrackGradientNorm());
 * @throws {TypeError} ERR_OPTION_TYPE for a part that is not an operator
 */
export function chain(...parts: Update[]): Update {
  checkUpdates("chain", parts);
  return (source) => parts.reduce((before, part) => part(before), source);
}
