import type { AxisMap, Shape } from "../graph/graph.ts";
import { type Kernel, operandAt, stridesIn, walk } from "./kernel.ts";

function copyRuns(x: Float64Array, shape: Shape, strides: readonly number[], out: Float64Array): () => void {
  const { outer, inner, arrays } = walk(shape, [strides]);
  const { starts, step } = arrays[0]!;
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = starts[run]!; n < inner; n++, i += step) out[k++] = x[i]!;
    }
  };
}

export const broadcastKernel: Kernel<"broadcast"> = (node, operands, out) => {
  const { values, source } = operandAt(operands, 0);
  return copyRuns(values, node.shape, stridesIn(source, node.shape), out);
};

export const transposeKernel: Kernel<"transpose"> = (node, operands, out) => {
  const { values } = operandAt(operands, 0);
  const { shape } = node.inputs[0]!;
  const strides = stridesIn(shape, shape);
  return copyRuns(
    values,
    node.shape,
    node.attributes.permutation.map((axis) => strides[axis]!),
    out,
  );
};

/** Kernel of `reshape`: a copy, for where an alias would not do. */
export const reshapeKernel: Kernel<"reshape"> = (_, operands, out) => {
  const { values } = operandAt(operands, 0);
  return () => out.set(values);
};

/** Returns the place in the larger array of each entry of the windows; -1 outside of it. */
export function places(maps: readonly AxisMap[], large: Shape, windows: Shape): Int32Array {
  const strides = large.map((_, axis) => large.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  const found = new Int32Array(windows.reduce((product, extent) => product * extent, 1));
  const coordinate = windows.map(() => 0);
  for (let k = 0; k < found.length; k++) {
    let place = 0;
    for (const [axis, { offset, strides: steps, table }] of maps.entries()) {
      let at = offset;
      for (let i = 0; i < steps.length; i++) at += steps[i]! * coordinate[i]!;
      const index = table === undefined ? at : (table[at] ?? -1);
      if (!(index >= 0 && index < large[axis]!)) {
        place = -1;
        break;
      }
      place += index * strides[axis]!;
    }
    found[k] = place;
    for (let i = windows.length - 1; i >= 0; i--) {
      coordinate[i]!++;
      if (coordinate[i]! < windows[i]!) break;
      coordinate[i] = 0;
    }
  }
  return found;
}

export const takeKernel: Kernel<"take"> = (node, operands, out) => {
  const { values } = operandAt(operands, 0);
  const from = places(node.attributes.maps, node.inputs[0]!.shape, node.shape);
  return () => {
    for (let k = 0; k < out.length; k++) {
      const place = from[k]!;
      out[k] = place < 0 ? 0 : values[place]!;
    }
  };
};

export const scatterAddKernel: Kernel<"scatterAdd"> = (node, operands, out) => {
  const { values } = operandAt(operands, 0);
  const to = places(node.attributes.maps, node.shape, node.inputs[0]!.shape);
  return () => {
    out.fill(0);
    for (let k = 0; k < to.length; k++) {
      const place = to[k]!;
      if (place >= 0) out[place]! += values[k]!;
    }
  };
};
