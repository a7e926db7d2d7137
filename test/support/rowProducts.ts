/** Products of rows: a (n x k) times b^T (m x k). */
export function between(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const [n, m] = [a.length / k, b.length / k];
  return Float64Array.from({ length: n * m }, (_, at) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[Math.floor(at / m) * k + l]! * b[(at % m) * k + l]!;
    return sum;
  });
}
