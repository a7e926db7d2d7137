/**
 * Estimates the share a in (1 - a) S + a tr(S)/d I that is nearest to the true moment in mean square [1], as scikit-learn
 * does, for samples y_i and the eigenvalues s of S = Y^T Y / n:
 *
 *     a = min(1, beta / delta),  beta = (mean of ||y_i||^4 - ||s||^2) / n,  delta = sum of (s_k - mean of s)^2
 *
 * One feature has nothing to shrink to: a = 0.
 *
 * @param y samples, centred if S is, n x d
 * @param s eigenvalues of Y^T Y / n, d of them
 * @see [1] Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J. Multivariate
 *   Anal. 88, 2004, doi:10.1016/S0047-259X(03)00096-4
 */
export function ledoitWolfShare(y: Float64Array, n: number, s: Float64Array): number {
  const d = s.length;
  if (d === 1) return 0;
  let fourth = 0;
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += y[i * d + j]! ** 2;
    fourth += square * square;
  }
  const mean = s.reduce((sum, own) => sum + own, 0) / d;
  let [squares, delta] = [0, 0];
  for (const own of s) {
    squares += own * own;
    delta += (own - mean) ** 2;
  }
  const beta = Math.min(Math.max(0, fourth / n - squares) / n, delta);
  return beta === 0 ? 0 : beta / delta;
}
