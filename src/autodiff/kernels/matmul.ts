import type { Shape } from "../graph/graph.ts";
import { type Kernel, type Operand, offsets, operandAt, stridesIn } from "./kernel.ts";

/**
 * Kernel of products of matrices, where the leading axes of either operand may be repeated.
 *
 * Every entry is summed in the order of the inner index, independently of its neighbours, so that a product of several
 * tangents gives the same bits as a product of each alone.
 */
export const matmulKernel: Kernel<"matmul"> = (node, operands, out) => {
  const { transposeA, transposeB } = node.attributes;
  const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
  const [m, n] = [node.shape.at(-2)!, node.shape.at(-1)!];
  const inner = node.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
  const [startsA, startsB] = [matrixStarts(a, node.shape), matrixStarts(b, node.shape)];
  const [rowA, stepA] = transposeA ? [1, m] : [inner, 1];
  const [stepB, columnB] = transposeB ? [1, inner] : [n, 1];
  const panel = new Float64Array(4 * inner);
  return () => {
    for (let batch = 0; batch < startsA.length; batch++) {
      const [from, to] = [startsB[batch]!, batch * m * n];
      for (let j = 0; j < n; j += 4) {
        const width = Math.min(4, n - j);
        pack(b.values, from + j * columnB, stepB, columnB, width, inner, panel);
        if (width === 4) fourColumns(a.values, startsA[batch]!, rowA, stepA, panel, m, inner, out, to + j, n);
        else fewColumns(a.values, startsA[batch]!, rowA, stepA, panel, width, m, inner, out, to + j, n);
      }
    }
  };
};

/** Returns the start of each matrix of a stack. */
function matrixStarts({ source }: Operand, shape: Shape): Int32Array {
  const leading = shape.slice(0, -2);
  const matrix = source.at(-2)! * source.at(-1)!;
  const steps = stridesIn(source.slice(0, -2), leading).map((step) => step * matrix);
  return offsets(leading, steps);
}

/** Copies up to four columns of b side by side. */
function pack(
  b: Float64Array,
  from: number,
  step: number,
  column: number,
  width: number,
  inner: number,
  panel: Float64Array,
): void {
  for (let p = 0, k = 0, at = from; p < inner; p++, at += step) {
    for (let c = 0; c < width; c++) panel[k++] = b[at + c * column]!;
  }
}

/** Computes 2 x 4 entries at a time, as many sums as the registers hold. */
function fourColumns(
  a: Float64Array,
  startA: number,
  rowA: number,
  stepA: number,
  panel: Float64Array,
  m: number,
  inner: number,
  out: Float64Array,
  to: number,
  n: number,
): void {
  let i = 0;
  for (; i + 1 < m; i += 2) {
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    for (let p = 0, x = startA + i * rowA, y = x + rowA, k = 0; p < inner; p++, x += stepA, y += stepA, k += 4) {
      const a0 = a[x]!;
      const a1 = a[y]!;
      const b0 = panel[k]!;
      const b1 = panel[k + 1]!;
      const b2 = panel[k + 2]!;
      const b3 = panel[k + 3]!;
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
    }
    const k = to + i * n;
    out[k] = s00;
    out[k + 1] = s01;
    out[k + 2] = s02;
    out[k + 3] = s03;
    out[k + n] = s10;
    out[k + n + 1] = s11;
    out[k + n + 2] = s12;
    out[k + n + 3] = s13;
  }
  if (i < m) fewColumns(a, startA + i * rowA, rowA, stepA, panel, 4, 1, inner, out, to + i * n, n);
}

/** Computes the entries at the edges. */
function fewColumns(
  a: Float64Array,
  startA: number,
  rowA: number,
  stepA: number,
  panel: Float64Array,
  width: number,
  m: number,
  inner: number,
  out: Float64Array,
  to: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let c = 0; c < width; c++) {
      let sum = 0;
      for (let p = 0, x = startA + i * rowA, k = c; p < inner; p++, x += stepA, k += width) sum += a[x]! * panel[k]!;
      out[to + i * n + c] = sum;
    }
  }
}
