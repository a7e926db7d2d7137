/** Sets of directions, which name the classes of critical points of linear networks. */
import { failure } from "../../errors.ts";

/** Values that differ by less than this share of the largest count as equal, because they differ by rounding only. */
const equalWithin = 1e-10;

/** Numbers the groups of equal values, given the values in descending order. The group of the largest is 0. */
export function groupsOf(descending: Float64Array): Uint32Array {
  const group = new Uint32Array(descending.length);
  for (let i = 1; i < descending.length; i++) {
    const apart = descending[i - 1]! - descending[i]! > equalWithin * descending[0]!;
    group[i] = group[i - 1]! + (apart ? 1 : 0);
  }
  return group;
}

/**
 * Finds the set whose projection is nearest to a given one, a row-major `size` x `size` matrix in the eigenbasis.
 *
 * It takes from each group as many directions as the trace of the group's block says. If these are more than `most` in
 * all, those with the largest shares remain.
 */
export function chosenDirections(
  projection: Float64Array,
  size: number,
  group: Uint32Array,
  most: number,
): readonly number[] {
  const chosen: { readonly direction: number; readonly share: number }[] = [];
  for (let first = 0; first < group.length; ) {
    let next = first;
    let trace = 0;
    for (; next < group.length && group[next] === group[first]; next++) trace += projection[next * size + next]!;
    const dimension = Math.min(next - first, Math.max(0, Math.round(trace)));
    for (let d = 0; d < dimension; d++) chosen.push({ direction: first + d, share: trace / dimension });
    first = next;
  }
  chosen.sort((a, b) => b.share - a.share);
  return chosen.slice(0, most).map(({ direction }) => direction);
}

/**
 * Gives the directions in ascending order.
 *
 * @throws {RangeError} ERR_OPTION_RANGE unless they are at most `most` different numbers from 0 to below `available`
 */
export function checkDirections(
  who: string,
  given: Iterable<number>,
  available: number,
  most: number,
): readonly number[] {
  const directions = [...given].sort((a, b) => a - b);
  const wrong = directions.find((d, i) => !(Number.isInteger(d) && d >= 0 && d < available) || d === directions[i - 1]);
  if (wrong !== undefined || directions.length > most) {
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected at most ${most} different directions from 0 to ${available - 1}, got ${directions.join(", ")}`,
    );
  }
  return directions;
}

/** @throws {RangeError} ERR_LENGTH for a moment that does not have rows x columns numbers */
export function checkMoment(who: string, name: string, moment: Float64Array, rows: number, columns: number): void {
  if (moment.length === rows * columns) return;
  throw failure("ERR_LENGTH", `${who}: expected ${rows} x ${columns} numbers in ${name}, got ${moment.length}`);
}

/** Lists all sets of m numbers below k, in lexicographic order. It yields the same array each time. */
export function* subsets(k: number, m: number): Generator<readonly number[]> {
  const chosen = Array.from({ length: m }, (_, i) => i);
  for (;;) {
    yield chosen;
    let at = m - 1;
    while (at >= 0 && chosen[at] === k - m + at) at--;
    if (at < 0) return;
    chosen[at] = chosen[at]! + 1;
    for (let i = at + 1; i < m; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

/** Counts the sets of at most `most` numbers below k. */
export function countSubsets(k: number, most: number): number {
  let total = 0;
  let product = 1;
  for (let m = 0; m <= most; m++) {
    total += product;
    product = (product * (k - m)) / (m + 1);
  }
  return total;
}

/** Multiplies a (rows x inner) by b (inner x columns), both row-major. */
export function multiply(a: Float64Array, rows: number, inner: number, b: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < inner; l++) {
      const factor = a[i * inner + l]!;
      for (let j = 0; j < columns; j++) out[i * columns + j] = out[i * columns + j]! + factor * b[l * columns + j]!;
    }
  }
  return out;
}

/** Transposes a rows x columns matrix. */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(a, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!);
}
