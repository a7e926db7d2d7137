/** The float64 shadow of a certificate: Kantorovich's h with sampled third derivatives. */
import { type Evaluation, norm, randomSource } from "../../../authoring/index.ts";
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { finiteMatrix } from "../finiteMatrix.ts";

/** What the numbers say of the critical point next to the iterate. */
interface KantorovichNumber {
  /** h = 2 L beta / mu. */
  readonly h: number;
  /** Number of negative eigenvalues outside the kernel. */
  readonly index: number;
  /** Dimension m of the kernel. */
  readonly kernel: number;
  /** ||P F|| / (L beta^2 / 2), P the projection on the kernel: the part of F that the kernel cannot explain. */
  readonly leak: number;
}

/** Step of the differences of J v, relative to the root mean square of the point. */
const differenceStep = 1e-4;

/** Numbers of power iterations, and of random starts beside the Newton direction. */
const [iterations, starts] = [8, 2] as const;

/** Share of the largest |eigenvalue| that rounding leaves of zero. */
const rounding = 1e-13;

/** Share of the largest |eigenvalue| up to which eigenvalues do not take part in the first direction. */
const firstCutoff = 1e-3;

/**
 * Computes h = 2 L beta / mu: beta = ||J^+ F|| is the length of Newton's step outside the kernel, mu the smallest
 * |eigenvalue| there, L the largest |T(v, v, v)| that the symmetric power method finds for the third derivative T.
 *
 * The kernel consists of the m smallest |eigenvalues|, for the smallest m with
 * |lambda_m| <= 2 L beta + 1e-13 ||J|| < mu: they may be zero at the zero, and the others not. If no m has h <= 1/2,
 * the one with the smallest h counts.
 *
 * @returns undefined where J is not finite or 0. Cost: n products, 9 n^3 operations, 48 products.
 */
export function kantorovichNumber(at: Evaluation): KantorovichNumber | undefined {
  const matrix = finiteMatrix(at);
  const n = at.field.length;
  if (matrix === undefined) return undefined;
  const { values, vectors } = symmetricEigen(matrix);
  const order = Array.from(values.keys()).sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!));
  const lambda = Float64Array.from(order, (i) => values[i]!);
  const top = Math.abs(lambda[n - 1]!);
  if (top === 0) return undefined;
  const along = Float64Array.from(order, (i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += vectors[i * n + j]! * at.field[j]!;
    return sum;
  });
  // beta for each m, and ||P F||, summed from the largest and from the smallest eigenvalue.
  const beta = new Float64Array(n + 1);
  const inKernel = new Float64Array(n + 1);
  for (let i = n - 1; i >= 0; i--) beta[i] = longer(beta[i + 1]!, along[i]! / lambda[i]!);
  for (let i = 0; i < n; i++) inKernel[i + 1] = longer(inKernel[i]!, along[i]!);
  const first = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (Math.abs(lambda[i]!) < firstCutoff * top) continue;
    const factor = -along[i]! / lambda[i]!;
    for (let j = 0; j < n; j++) first[j] = first[j]! + factor * vectors[order[i]! * n + j]!;
  }
  const steepness = largestThirdDerivative(at, first);
  let best: KantorovichNumber | undefined;
  for (let m = 0; m < n; m++) {
    const drift = 2 * steepness * beta[m]! + rounding * top;
    if (m > 0 && Math.abs(lambda[m - 1]!) > drift) {
      if (best !== undefined) break;
      continue;
    }
    const h = (2 * steepness * beta[m]!) / Math.abs(lambda[m]!);
    if (best === undefined || h < best.h || h <= 0.5) {
      let index = 0;
      for (let i = m; i < n; i++) if (lambda[i]! < 0) index++;
      const explained = (steepness * beta[m]! * beta[m]!) / 2 + 1e-15 * top * norm(at.point);
      best = { h, index, kernel: m, leak: inKernel[m] === 0 ? 0 : inKernel[m]! / explained };
    }
    if (h <= 0.5) break;
  }
  return best;
}

/** Length of a vector with one more entry. */
function longer(length: number, entry: number): number {
  return Math.sqrt(length * length + entry * entry);
}

/** The largest |T(v, v, v)| over unit vectors v that the power method meets. */
function largestThirdDerivative({ problem, point, field }: Evaluation, first: Float64Array): number {
  const n = point.length;
  const length = norm(point) / Math.sqrt(n) || norm(first) || 1;
  const random = randomSource(0, "kantorovich");
  const ahead = new Float64Array(n);
  const behind = new Float64Array(field.length);
  let largest = 0;
  for (let start = 0; start <= starts; start++) {
    let v = start === 0 ? first : Float64Array.from({ length: n }, () => random.normal());
    for (let k = 0; k < iterations; k++) {
      const size = norm(v);
      if (!(size > 0 && Number.isFinite(size))) break;
      v = v.map((x) => x / size);
      const step = differenceStep * length;
      problem.linearize(point.map((x, i) => x + step * v[i]!)).apply(v, ahead);
      problem.linearize(point.map((x, i) => x - step * v[i]!)).apply(v, behind);
      const change = ahead.map((x, i) => (x - behind[i]!) / (2 * step));
      const found = norm(change);
      if (Number.isFinite(found)) largest = Math.max(largest, found);
      v = change;
    }
  }
  return largest;
}
