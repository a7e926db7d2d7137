/** The size of F in the units of the problem, by which a point is called critical. */
import { distance, type Evaluation, evaluate, isFiniteVector, norm, randomSource } from "../../../authoring/index.ts";
import { unitOf } from "../../../elementary/index.ts";

/** Number of random products from which the scale of each entry of F is estimated. */
const probes = 20;

/** Smallest size of F that is judged: terms that are 1e-16 of it squared still have all their digits. */
const smallestSize = 2 ** -900;

/** Smallest size of F beside J = 0 that is judged. Where F is smaller, J is more likely lost to underflow than zero. */
const lonelySize = 2 ** -450;

/** Share of the largest scale that every entry has at least. Entries of smaller scale hold rounding errors only. */
const floor = 1e-10;

/**
 * Keeps for each parameter its length, the largest |z_j| on the way.
 *
 * @param lengths lengths so far, which it overwrites
 */
export function growLengths(lengths: Float64Array, point: Float64Array): void {
  for (let j = 0; j < lengths.length; j++) {
    const size = Math.abs(point[j]!);
    if (size > lengths[j]!) lengths[j] = size;
  }
}

/**
 * Computes the relative size of F: the largest |F_i| / R_i.
 *
 * R_i^2 = sum_j (J_ij l_j)^2, where l_j is the length of parameter j: R_i is the size of the change of F_i when every
 * parameter moves by its own length. Twenty products J (s l) with random signs s estimate it. The result is the same to
 * the last bit if the loss, or all parameters, are multiplied by a power of two. It hardly depends on the units of
 * single parameters either: R_i is raised to 1e-10 of the largest R, since entries of F on which J has no influence are
 * rounding errors.
 *
 * @returns 0 where F = 0; NaN where J or F is not finite, or so small that digits are lost; Infinity where J = 0
 */
export function relativeField(at: Evaluation, lengths: Float64Array): number {
  const { field } = at;
  const largest = largestSize(field);
  if (!isFiniteVector(field)) return Number.NaN;
  if (largest === 0) return 0;
  const n = field.length;
  const jacobian = at.linearize();
  const random = randomSource(0, "relativeField");
  const moved = new Float64Array(n);
  const change = new Float64Array(n);
  const sums = new Float64Array(n);
  let unit = 1;
  for (let k = 0; k < probes; k++) {
    for (let j = 0; j < n; j++) moved[j] = random.uniform() < 0.5 ? -lengths[j]! : lengths[j]!;
    jacobian.apply(moved, change);
    if (!isFiniteVector(change)) return Number.NaN;
    // Divided by a power of two, squares neither overflow nor underflow; the first product has the size of all.
    if (k === 0) unit = unitOf(Math.max(largestSize(change), Number.MIN_VALUE));
    for (let i = 0; i < n; i++) sums[i] = sums[i]! + (change[i]! / unit) ** 2;
  }
  const most = Math.sqrt(largestSize(sums) / probes);
  if (largest < smallestSize || (most === 0 && largest < lonelySize)) return Number.NaN;
  let relative = 0;
  for (let i = 0; i < n; i++) {
    const size = Math.abs(field[i]!);
    if (size === 0) continue;
    const scale = Math.max(Math.sqrt(sums[i]! / probes), floor * most);
    relative = Math.max(relative, size / unit / scale);
  }
  return relative;
}

/**
 * Computes ||F||^2 / (||J F|| ||l||): how long a step along F has to be that removes it, in lengths of the parameters.
 *
 * @returns Infinity where J F = 0; NaN where a product is not finite or all lengths are 0
 */
export function relativeStep(at: Evaluation, lengths: Float64Array): number {
  const product = new Float64Array(at.field.length);
  at.linearize().apply(at.field, product);
  const [field, change, length] = [norm(at.field), norm(product), norm(lengths)];
  return field === 0 ? 0 : (field / change) * (field / length);
}

/** Relative size of F beyond which the zero is too far away to look there. */
export const nearby = 1e-2;

/**
 * Computes how much J changes within the distance at which a zero of F may still lie, the share `relative` of each
 * length: ||J' u - J u|| / ||J u||, for the lengths u with random signs. At a zero where J vanishes as well, as at the
 * saddle of x^3 - 3 x y^2, J is as small as that distance, and changes altogether.
 *
 * @param relative what {@link relativeField} gave
 * @returns undefined where the zero is far; NaN where J is not finite there
 */
export function curvatureChange(at: Evaluation, lengths: Float64Array, relative: number): number | undefined {
  if (!(relative <= nearby)) return undefined;
  const { problem, point } = at;
  const random = randomSource(0, "curvatureChange");
  const signed = lengths.map((length) => (random.uniform() < 0.5 ? -length : length));
  const aside = point.map((z, j) => z + relative * (random.uniform() < 0.5 ? -lengths[j]! : lengths[j]!));
  const [here, there] = [new Float64Array(point.length), new Float64Array(point.length)];
  at.linearize().apply(signed, here);
  evaluate(problem, aside).linearize().apply(signed, there);
  const change = distance(here, there);
  return change === 0 ? 0 : change / norm(here);
}

/** The largest |entry| of a vector. */
export function largestSize(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
