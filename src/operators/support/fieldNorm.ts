import { type Iterate, norm, type Row } from "../../authoring/index.ts";

/** Between these bounds ||F||^2 has neither overflowed nor lost digits to underflow. */
const smallest = 1e-280;
const largest = 1e280;

/**
 * ||F|| of a row. Rows of a loop have F itself, so that the norm is right where its square leaves the range of float64;
 * there a replayed row gives 0 or Infinity.
 */
export function fieldNorm(row: Row): number {
  const { squaredFieldNorm: square } = row;
  if (square > smallest && square < largest) return Math.sqrt(square);
  const { at } = row as Row & Partial<Pick<Iterate, "at">>;
  return at === undefined || Number.isNaN(square) ? Math.sqrt(square) : norm(at.field);
}
