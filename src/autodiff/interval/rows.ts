/** The rows of operands, however they repeat. */
import { type Deviation, enlarged, normOf, type Within } from "./deviation.ts";
import type { Ball, BallOperand } from "./rule.ts";

/** The rows of an operand of a node with rows of the given length. */
export interface Rows extends Ball {
  /** Distance in memory of rows, and of entries of a row: 0 where they repeat. */
  readonly row: number;
  readonly entry: number;
  readonly deviation: Deviation | undefined;
  readonly exact: boolean;
  /** Bounds the distance of row s as a vector. */
  readonly reach: (s: number) => number;
}

/**
 * Reads an operand by rows; undefined if it repeats otherwise than as a number, as one row or not at all.
 *
 * @param within the ball of the parameters
 */
export function rowsOf(operand: BallOperand, size: number, width: number, within: Within): Rows | undefined {
  const { mid, rad, exact, source, isParameter = false, deviation: found } = operand;
  const length = mid.length;
  const last = source.at(-1) ?? 1;
  const own = { mid, rad, exact };
  if (length === size && last === width) {
    const deviation = found?.width === width ? found : undefined;
    const reach =
      deviation === undefined
        ? (s: number) => {
            const norm = exact ? 0 : normOf(rad, s * width, width);
            return isParameter ? Math.min(norm, within.radius) : norm;
          }
        : (s: number) => deviation.reach[s]!;
    return { ...own, row: width, entry: 1, deviation, reach };
  }
  if (length === width && last === width) {
    const all = (): number => (isParameter ? Math.min(normOf(rad, 0, width), within.radius) : normOf(rad, 0, width));
    return { ...own, row: 0, entry: 1, deviation: undefined, reach: exact ? () => 0 : all };
  }
  if (length !== 1) return undefined;
  return {
    ...own,
    row: 0,
    entry: 0,
    deviation: undefined,
    reach: () => (exact ? 0 : rad[0]! * Math.sqrt(width) * enlarged(1)),
  };
}
