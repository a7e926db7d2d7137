/** Which eigenvectors the critical points of a deep linear autoencoder recover, counted over searches. */

/** Counts how often each eigenvector was recovered, that of the largest eigenvalue first. The origin comes last. */
export function marginals(sets: readonly (readonly number[])[], inputs: number): number[] {
  const counts = new Array<number>(inputs + 1).fill(0);
  for (const set of sets) {
    if (set.length === 0) counts[inputs] = counts[inputs]! + 1;
    for (const direction of set) counts[direction] = counts[direction]! + 1;
  }
  return counts;
}

/**
 * Counts as the published code does: the first set in the order of its positions, those of the smallest eigenvalue
 * first, stands in the place of the origin. Where no search ends at the origin, one set counts twice.
 */
export function publishedMarginals(sets: readonly (readonly number[])[], inputs: number): number[] {
  const counts = marginals(sets, inputs);
  const keys = sets.map((set) => set.map((direction) => inputs - 1 - direction).sort((a, b) => a - b));
  const first = keys.reduce((least, key) => (before(key, least) ? key : least), keys[0] ?? []);
  counts[inputs] = keys.filter((key) => key.join() === first.join()).length;
  return counts;
}

/** Whether a list comes before another in the order of their first entries that differ; a shorter one comes first. */
function before(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((entry, i) => entry !== b[i]);
  return at < 0 ? a.length < b.length : at < b.length && a[at]! < b[at]!;
}
