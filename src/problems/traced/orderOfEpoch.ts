import { randomSource } from "../../random.ts";

/** The numbers below `count` in the order of an epoch, by Fisher and Yates. */
export function orderOfEpoch(count: number, seed: number, epoch: number): Int32Array {
  const random = randomSource(seed, "minibatches", epoch);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
