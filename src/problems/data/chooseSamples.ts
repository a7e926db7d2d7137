import { checkOption } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { positiveInteger } from "../rules.ts";

/**
 * Chooses samples of a data set: the first ones, or with a seed others without replacement.
 *
 * @param who name of the function that reads the data set, which the random numbers depend on
 * @param available number of samples there are
 * @param samples number of samples wanted; all without it
 * @param seed seed of the choice; without it the first samples
 * @throws {RangeError} ERR_OPTION_RANGE if there are fewer than `samples`
 */
export function chooseSamples(
  who: string,
  available: number,
  samples: number | undefined,
  seed: number | undefined,
): Uint32Array {
  const count = samples ?? available;
  checkOption(who, "samples", count, { ...positiveInteger, max: available });
  const order = Uint32Array.from({ length: available }, (_, i) => i);
  if (seed === undefined) return order.subarray(0, count);
  const random = randomSource(seed, who);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(available - i);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order.subarray(0, count);
}
