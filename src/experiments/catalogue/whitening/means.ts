/** The means of the features: how much of the power is theirs, and data without them. */

/** The mean of each feature. Shares of the range are added, so that a mean of 10^6 deviations keeps its digits. */
function meansOf(inputs: Float64Array, width: number): Float64Array {
  const count = inputs.length / width;
  return Float64Array.from({ length: width }, (_, j) => {
    const first = inputs[j]!;
    let sum = 0;
    for (let at = j; at < inputs.length; at += width) sum += inputs[at]! / count - first / count;
    return first + sum;
  });
}

/** Returns the data with the mean of each feature over all rows taken off. */
export function centredInputs(inputs: Float64Array, width: number): Float64Array {
  const means = meansOf(inputs, width);
  return inputs.map((x, at) => x - means[at % width]!);
}

/**
 * Returns the share of the power, the sum of the squares of all entries, that the means have: between 0 and 1.
 * Entries are divided by the largest one first, so that it is the same in all units.
 */
export function powerOfMeans(inputs: Float64Array, width: number): number {
  const largest = inputs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (largest === 0) return 0;
  const count = inputs.length / width;
  const ofMeans = meansOf(inputs, width).reduce((sum, mean) => sum + count * (mean / largest) ** 2, 0);
  return ofMeans / inputs.reduce((sum, x) => sum + (x / largest) ** 2, 0);
}
