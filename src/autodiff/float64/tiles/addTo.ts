/** Adds the sums of a block. */
export function addTo(total: Float64Array, part: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
}
