import { exp, log1p } from "../../elementary/index.ts";
import { type Node, type Shape, sizeOf } from "../graph/graph.ts";
import { type Kernel, offsets, operandAt, stridesIn } from "./kernel.ts";

/** The places of the numbers that belong to each entry of a reduction's result. */
interface Groups {
  /** Place of the first number of each entry. */
  readonly starts: Int32Array;
  /** Distances of the numbers of an entry from the first one. */
  readonly members: Int32Array;
}

export function groups(shape: Shape, axes: readonly number[]): Groups {
  const strides = stridesIn(shape, shape);
  const part = (inside: boolean): Int32Array => {
    const chosen = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === inside);
    return offsets(
      chosen.map((axis) => shape[axis]!),
      chosen.map((axis) => strides[axis]!),
    );
  };
  return { starts: part(false), members: part(true) };
}

function operandShape(node: Node): Shape {
  return node.inputs[0]!.shape;
}

/** Number of numbers added up in one block. The error then grows with the number of blocks only. */
const block = 64;

function contiguousSum(x: Float64Array, length: number, out: Float64Array): () => void {
  return () => {
    for (let o = 0, i = 0; o < out.length; o++) {
      let sum = 0;
      for (const end = i + length; i < end; ) {
        let part = 0;
        for (const stop = Math.min(end, i + block); i < stop; i++) part += x[i]!;
        sum += part;
      }
      out[o] = sum;
    }
  };
}

/** Sums an array of shape [outer, length, inner] to [outer, inner], row by row. */
function rowSum(x: Float64Array, length: number, inner: number, out: Float64Array): () => void {
  return () => {
    out.fill(0);
    for (let base = 0, i = 0; base < out.length; base += inner) {
      for (let l = 0; l < length; l++) for (let k = 0; k < inner; k++) out[base + k]! += x[i++]!;
    }
  };
}

export const sumKernel: Kernel<"sum"> = (node, operands, out) => {
  const x = operandAt(operands, 0).values;
  const shape = operandShape(node);
  const { axes } = node.attributes;
  const [first, last] = [axes[0]!, axes.at(-1)!];
  if (last - first === axes.length - 1) {
    const length = sizeOf(shape.slice(first, last + 1));
    const inner = sizeOf(shape.slice(last + 1));
    return inner === 1 ? contiguousSum(x, length, out) : rowSum(x, length, inner, out);
  }
  const { starts, members } = groups(shape, axes);
  return () => {
    for (let o = 0; o < out.length; o++) {
      let sum = 0;
      for (let i = 0, start = starts[o]!; i < members.length; i++) sum += x[start + members[i]!]!;
      out[o] = sum;
    }
  };
};

/** Returns the largest number, or NaN if one of the numbers is NaN. */
function largest(x: Float64Array, start: number, members: Int32Array): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < members.length; i++) {
    const value = x[start + members[i]!]!;
    if (!(value <= found)) found = value;
    if (Number.isNaN(found)) return found;
  }
  return found;
}

export const reduceMaxKernel: Kernel<"reduceMax"> = (node, operands, out) => {
  const x = operandAt(operands, 0).values;
  const { starts, members } = groups(operandShape(node), node.attributes.axes);
  return () => {
    for (let o = 0; o < out.length; o++) out[o] = largest(x, starts[o]!, members);
  };
};

/** m + log1p(sum of e^(x - m)) for the largest number m, where the sum leaves out one number that equals m. */
export const logSumExpKernel: Kernel<"logSumExp"> = (node, operands, out) => {
  const x = operandAt(operands, 0).values;
  const { starts, members } = groups(operandShape(node), node.attributes.axes);
  return () => {
    for (let o = 0; o < out.length; o++) {
      const start = starts[o]!;
      const m = largest(x, start, members);
      if (!Number.isFinite(m)) {
        out[o] = m;
        continue;
      }
      let rest = 0;
      let met = false;
      for (let i = 0; i < members.length; i++) {
        const value = x[start + members[i]!]!;
        if (value === m && !met) met = true;
        else rest += exp(value - m);
      }
      out[o] = m + log1p(rest);
    }
  };
};

export const argMaxKernel: Kernel<"argMax"> = (node, operands, out) => {
  const x = operandAt(operands, 0).values;
  const { starts, members } = groups(operandShape(node), [node.attributes.axis]);
  return () => {
    for (let o = 0; o < out.length; o++) {
      const start = starts[o]!;
      let best = 0;
      for (let i = 1; i < members.length; i++) {
        if (x[start + members[i]!]! > x[start + members[best]!]!) best = i;
      }
      out[o] = best;
    }
  };
};

export const cumsumKernel: Kernel<"cumsum"> = (node, operands, out) => {
  const x = operandAt(operands, 0).values;
  const { axis, exclusive, reverse } = node.attributes;
  const { starts, members } = groups(node.shape, [axis]);
  const order = reverse ? members.toReversed() : members;
  return () => {
    for (let o = 0; o < starts.length; o++) {
      const start = starts[o]!;
      let sum = 0;
      for (let i = 0; i < order.length; i++) {
        const at = start + order[i]!;
        const before = sum;
        sum += x[at]!;
        out[at] = exclusive ? before : sum;
      }
    }
  };
};
