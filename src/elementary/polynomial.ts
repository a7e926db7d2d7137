/** Computes sum_k coefficients[k] x^k by Estrin's scheme, in the same order of operations as the compiled kernels. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let terms: readonly number[] = coefficients;
  let power = x;
  while (terms.length > 1) {
    const next: number[] = [];
    for (let i = 0; i < terms.length; i += 2) {
      const low = terms[i]!;
      const upper = terms[i + 1];
      next.push(upper === undefined ? low : upper * power + low);
    }
    terms = next;
    power *= power;
  }
  return terms[0] ?? 0;
}
