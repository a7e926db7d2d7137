/**
 * Computes the derivative at t = 0 of a vector function by extrapolated central differences (Ridders' scheme).
 *
 * The steps h, h/2, h/4, ... give a Neville tableau in h^2. The result is the entry that agrees best with its
 * neighbours. Its error is estimated by that disagreement, or by the rounding of f in the difference if this is larger.
 * Steps with values that are not finite, because they left the domain, are passed over.
 *
 * Cost: at most 2 * `levels` calls.
 *
 * @param step first h
 */
export function richardson(
  f: (t: number) => Float64Array,
  step: number,
  levels = 12,
): { readonly derivative: Float64Array; readonly error: number } {
  let previous: Float64Array[] = [];
  let best: Float64Array | undefined;
  let error = Number.POSITIVE_INFINITY;
  for (let i = 0, h = step; i < levels; i++, h /= 2) {
    const above = f(h);
    const below = f(-h);
    const first = above.map((a, k) => (a - below[k]!) / (2 * h));
    if (!first.every(Number.isFinite)) {
      previous = [];
      continue;
    }
    const rounding = (Number.EPSILON * Math.max(size(above), size(below))) / h;
    const row = [first];
    let factor = 1;
    for (let j = 1; j <= previous.length; j++) {
      factor *= 4;
      const coarse = previous[j - 1]!;
      const fine = row[j - 1]!;
      const entry = fine.map((a, k) => (factor * a - coarse[k]!) / (factor - 1));
      row.push(entry);
      const disagreement = Math.max(distance(entry, fine), distance(entry, coarse), rounding);
      if (disagreement < error) {
        error = disagreement;
        best = entry;
      }
    }
    best ??= first;
    previous = row;
  }
  return { derivative: best ?? f(0).map(() => Number.NaN), error };
}

function size(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! ** 2;
  return Math.sqrt(sum);
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}
