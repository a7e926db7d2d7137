/** Radii of a product of matrices by 2-norms, which are smaller over a ball than entry by entry over its box. */

import { u } from "../../linalg/verified/enclosure.ts";
import { norm2Bound } from "../../linalg/verified/norms.ts";
import { verifiedProduct } from "../../linalg/verified/verifiedProduct.ts";
import type { Node } from "../graph/graph.ts";
import { enlarged, narrows, normOf, type Within } from "./deviation.ts";
import { type Deviating, least } from "./deviationRules.ts";
import { type Rows, rowsOf } from "./rows.ts";
import { type Ball, type BallOperand, operandAt } from "./rule.ts";

/** What underflow takes from a term, for numbers of size 1. */
const lost = 2 ** -1060;

/**
 * With midpoints A, B, distances D, E and the rounding g of a sum, row s of the product is off by
 *
 *     D_s B + (A_s + D_s) E + rounding, at most ||D_s|| ||B|| + (||A_s|| + ||D_s||) ||E||_F + g ||A_s|| ||B||_F,
 *
 * and entry (s, j) by the same with column j of B. What is less than the radius replaces it.
 */
export function matmulDeviation(
  node: Node<"matmul">,
  operands: readonly BallOperand[],
  { rad }: Ball,
  within: Within,
): Deviating | undefined {
  const { transposeA, transposeB } = node.attributes;
  if (transposeA || node.shape.length !== 2) return undefined;
  const [count, width] = [node.shape[0]!, node.shape[1]!];
  const inner = node.inputs[0]!.shape[1]!;
  const a = rowsOf(operandAt(operands, 0), count * inner, inner, within);
  const b = operandAt(operands, 1);
  if (a === undefined || a.row !== inner || b.mid.length !== inner * width) return undefined;
  const [columnStep, entryStep] = transposeB ? [inner, 1] : [1, width];
  const reach = new Float64Array(count);
  const [columns, moved] = [new Float64Array(width), new Float64Array(width)];
  const few = enlarged(inner + width);
  const g = (inner + 2) * u * few;
  const run = (): void => {
    if (!narrows(within)) return;
    const all = b.mid.length;
    const spread = b.exact
      ? 0
      : Math.min(normOf(b.rad, 0, all), b.isParameter === true ? within.radius : Number.POSITIVE_INFINITY);
    const frobenius = normOf(b.mid, 0, all);
    const norm = spectral(b.mid, transposeB ? width : inner, transposeB ? inner : width, frobenius);
    for (let j = 0; j < width; j++) columns[j] = normOf(b.mid, j * columnStep, inner, entryStep);
    for (let s = 0, k = 0; s < count; s++) {
      const size = normOf(a.mid, s * inner, inner);
      const far = a.reach(s);
      const underflow = (inner + 4) * lost * (1 + 4 * (size + frobenius));
      const rest = (size + far) * spread + underflow;
      // D_s B, entry by entry as a row.
      let together = far * norm;
      if (far > 0) {
        const row = through(a, s, b.mid, inner, width, columnStep, entryStep, moved);
        together = least(together, row);
        for (let j = 0; j < width; j++) moved[j] = least(far * columns[j]!, moved[j]!);
      } else moved.fill(0);
      for (let j = 0; j < width; j++, k++) {
        rad[k] = least(rad[k]!, (moved[j]! + g * size * columns[j]! + rest) * few);
      }
      const bound = (together + g * size * frobenius + rest + width * underflow) * few;
      reach[s] = least(normOf(rad, k - width, width), bound);
    }
  };
  return { deviation: { width, reach, base: reach }, run };
}

/**
 * Bounds the entries of D_s B by the gains of D_s: |sum_k B_kj D_k| <= ||(B_kj gains_k)_k|| ||base|| + sum_k |B_kj| slack_k.
 *
 * @returns a bound of them all as a row
 */
function through(
  { deviation }: Rows,
  s: number,
  b: Float64Array,
  inner: number,
  width: number,
  columnStep: number,
  entryStep: number,
  out: Float64Array,
): number {
  const { gains, slack, base } = deviation ?? {};
  if (gains === undefined || slack === undefined || base === undefined) {
    out.fill(Number.POSITIVE_INFINITY);
    return Number.POSITIVE_INFINITY;
  }
  let [all, rests] = [0, 0];
  for (let j = 0; j < width; j++) {
    let [squares, rest] = [lost * inner, 0];
    for (let k = 0, from = s * inner, at = j * columnStep; k < inner; k++, from++, at += entryStep) {
      const size = Math.abs(b[at]!);
      const product = size * gains[from]!;
      squares += product * product;
      rest += size * slack[from]!;
    }
    all += squares;
    rests += rest;
    out[j] = Math.sqrt(squares) * base[s]! + rest;
  }
  return Math.sqrt(all) * base[s]! + rests;
}

/** Bounds ||B||_2, by that of B^T B or of B B^T, whose entries are the smaller the less the rows have in common. */
function spectral(matrix: Float64Array, rows: number, columns: number, frobenius: number): number {
  if (!(frobenius > 0) || !(frobenius < Number.POSITIVE_INFINITY)) return frobenius;
  const scaled = matrix.map((x) => x / frobenius);
  const tall = rows >= columns;
  const size = tall ? columns : rows;
  const gram = tall
    ? verifiedProduct(scaled, scaled, columns, rows, columns, { transposeA: true })
    : verifiedProduct(scaled, scaled, rows, columns, rows, { transposeB: true });
  // Division rounds by at most u of an entry, or less than the underflow that `lost` stands for.
  const bound = (Math.sqrt(norm2Bound(gram, size, size)) + 2 ** -50) * frobenius * enlarged(4);
  return Math.min(bound, frobenius);
}
