import { failure } from "../../errors.ts";
import { dot, norm } from "../../linalg/vector.ts";
import { OrthonormalFactor } from "./orthonormalFactor.ts";

/** The set {u : E u = d} as orthonormal normals q_k and heights c_k: <q_k, u> = c_k. */
export interface AffineSpace {
  /** Factor whose basis holds the normals q_k. */
  readonly factor: OrthonormalFactor;
  /** Heights c_k. */
  readonly heights: Float64Array;
  /** Point of the set that is nearest to 0. */
  readonly origin: Float64Array;
  project(point: Float64Array, out: Float64Array): void;
}

/** A row depends on those before it if less than this share of its length lies across them. */
const dependent = 1e-11;

/**
 * Makes the rows of E orthonormal. Rows that depend on others are dropped.
 *
 * @throws {RangeError} ERR_EMPTY_SET if a row that depends on others contradicts them
 */
export function affineSpace(
  who: string,
  dimension: number,
  rows: readonly Float64Array[],
  values: ArrayLike<number>,
): AffineSpace {
  const factor = new OrthonormalFactor(dimension);
  const heights: number[] = [];
  const origin = new Float64Array(dimension);
  for (const [i, row] of rows.entries()) {
    const length = norm(row);
    const value = values[i]!;
    const missing = value - dot(row, origin);
    if (length > 0 && factor.add(length === 1 ? row : row.map((x) => x / length), dependent)) {
      const unit = factor.basis.at(-1)!;
      const step = missing / dot(row, unit);
      for (let k = 0; k < dimension; k++) origin[k] = origin[k]! + step * unit[k]!;
      heights.push(step);
      continue;
    }
    if (Math.abs(missing) > 1e-9 * Math.max(Math.abs(value), length * norm(origin))) {
      throw failure(
        "ERR_EMPTY_SET",
        `${who}: expected equalities that agree, but equality ${i} depends on those before it and misses its value ` +
          `${value} by ${missing}; correct it or leave it out`,
      );
    }
  }
  return {
    factor,
    heights: Float64Array.from(heights),
    origin,
    project(point, out) {
      if (out !== point) out.set(point);
      for (const [k, unit] of factor.basis.entries()) {
        const step = heights[k]! - dot(unit, out);
        for (let i = 0; i < dimension; i++) out[i] = out[i]! + step * unit[i]!;
      }
    },
  };
}
