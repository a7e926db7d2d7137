import { randomSource } from "../../random.ts";

/** The numbers below `count` in the order of an epoch, by Fisher and Yates. */
export function orderOfEpoch(count: number, seed: number, epoch: number): Int32Array {
  const random = randomSource(seed, "minibatches", epoch);
  const order = new Int32Array(count);
  // `from` would call a function for each number.
  for (let i = 0; i < count; i++) order[i] = i;
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
