/** tau by bisection: slow, and nothing in common with the algorithm under test. */
export function simplexByBisection(z: Float64Array, sum: number, cap: number): Float64Array {
  let [low, high] = [Math.min(...z) - sum, Math.max(...z)];
  const at = (tau: number): Float64Array => z.map((x) => Math.min(cap, Math.max(0, x - tau)));
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((total, x) => total + x, 0) > sum) low = middle;
    else high = middle;
  }
  return at((low + high) / 2);
}
