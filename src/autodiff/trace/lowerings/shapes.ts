import { type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { showShape } from "../../graph/shapes.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import type { Traced } from "../session.ts";
import { wider } from "./binary.ts";
import { concatenated, padded, reverse, slice, strided } from "./taking.ts";

const changed = (traced: Traced, node: Node): Traced => ({ node, dtype: traced.dtype });

/** Joins tensors along an axis. The type is the widest of theirs. */
function joined(call: KernelCall, parts: readonly Traced[], axis: number): Traced {
  const m = new Arithmetic(call.builder);
  const dtype = parts.map((part) => part.dtype).reduce(wider);
  const [first] = parts;
  for (const { node } of parts) {
    const { shape } = first!.node;
    if (node.shape.length === shape.length && shape.every((e, i) => i === axis || e === node.shape[i])) continue;
    throw call.refuseShape(
      `joins the shapes ${showShape(shape)} and ${showShape(node.shape)} along axis ${axis}`,
      "make all other extents equal",
    );
  }
  return {
    node: concatenated(
      m,
      parts.map((part) => part.node),
      axis,
    ),
    dtype,
  };
}

/** Fills in the extent that is -1. */
function inferred(shape: readonly number[], size: number): Shape {
  const rest = shape.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return shape.map((extent) => (extent < 0 ? size / rest : extent));
}

/** Lowerings of operations that move numbers without changing them. */
export const shapeLowerings = {
  Reshape: (call) => {
    const x = call.input("x");
    return changed(x, call.builder.reshape(x.node, inferred(call.numbers("shape"), sizeOf(x.node.shape))));
  },
  ExpandDims: (call) => {
    const x = call.input("input");
    const rank = x.node.shape.length;
    const dim = call.number("dim");
    const at = dim < 0 ? rank + dim + 1 : dim;
    return changed(x, call.builder.reshape(x.node, x.node.shape.toSpliced(at, 0, 1)));
  },
  /** Also tf.broadcastTo. */
  Tile: (call) => {
    const x = call.input("x");
    const { shape } = x.node;
    const reps = call.numbers("reps");
    const spread = call.builder.broadcast(
      call.builder.reshape(
        x.node,
        shape.flatMap((extent) => [1, extent]),
      ),
      shape.flatMap((extent, axis) => [reps[axis]!, extent]),
    );
    return changed(
      x,
      call.builder.reshape(
        spread,
        shape.map((extent, axis) => extent * reps[axis]!),
      ),
    );
  },
  Transpose: (call) => {
    const x = call.input("x");
    return changed(x, call.builder.transpose(x.node, call.numbers("perm")));
  },
  Reverse: (call) => {
    const x = call.input("x");
    return changed(x, reverse(call.builder, x.node, call.axes("dims", x.node.shape.length)));
  },
  /** Axes that are not given are taken whole. A size that is missing or -1 reaches to the end. */
  Slice: (call) => {
    const x = call.input("x");
    const { shape } = x.node;
    const begins = call.numbers("begin");
    const sizes = call.attributes.size === undefined || call.attributes.size === null ? [] : call.numbers("size");
    const begin = shape.map((_, axis) => begins[axis] ?? 0);
    const size = shape.map((extent, axis) => {
      const wanted = sizes[axis] ?? -1;
      return wanted < 0 ? extent - begin[axis]! : wanted;
    });
    for (const [axis, extent] of shape.entries()) {
      const [from, count] = [begin[axis]!, size[axis]!];
      if (from >= 0 && count >= 0 && from + count <= extent) continue;
      throw call.refuseShape(
        `takes ${count} entries from index ${from} of axis ${axis}, which has extent ${extent}`,
        "begin at 0 or later, and end within the tensor; tf.stridedSlice counts from the end",
      );
    }
    return changed(x, strided(call.builder, x.node, begin, size));
  },
  Concat: (call) => {
    const parts = call.inputs;
    const rank = parts[0]?.node.shape.length ?? 0;
    return joined(call, parts, call.axis("axis", rank, 0));
  },
  Pack: (call) => {
    const axis = call.axis("axis", (call.inputs[0]?.node.shape.length ?? 0) + 1, 0);
    const parts = call.inputs.map((part) =>
      changed(part, call.builder.reshape(part.node, part.node.shape.toSpliced(axis, 0, 1))),
    );
    return joined(call, parts, axis);
  },
  Unpack: (call) => {
    const x = call.input("value");
    const axis = call.axis("axis", x.node.shape.length, 0);
    return Array.from({ length: x.node.shape[axis]! }, (_, at) => {
      const row = slice(call.builder, x.node, axis, at, 1);
      return changed(x, call.builder.reshape(row, x.node.shape.toSpliced(axis, 1)));
    });
  },
  SplitV: (call) => {
    const x = call.input("x");
    const axis = call.axis("axis", x.node.shape.length, 0);
    const extent = x.node.shape[axis]!;
    const given = call.attributes.numOrSizeSplits;
    const sizes =
      typeof given === "number"
        ? Array.from({ length: given }, () => extent / given)
        : inferredSizes(call.numbers("numOrSizeSplits"), extent);
    if (
      sizes.reduce((sum, size) => sum + size, 0) !== extent ||
      !sizes.every((size) => Number.isInteger(size) && size >= 0)
    ) {
      throw call.refuseShape(
        `splits axis ${axis}, which has extent ${extent}, into ${sizes.join(", ")}`,
        "make the sizes whole numbers that add up to the extent",
      );
    }
    let start = 0;
    return sizes.map((size) => {
      const part = slice(call.builder, x.node, axis, start, size);
      start += size;
      return changed(x, part);
    });
  },
  PadV2: (call) => {
    const x = call.input("x");
    const pads = call.pairs("paddings");
    const rank = x.node.shape.length;
    if (pads.length !== rank) {
      throw call.refuseShape(
        `pads ${pads.length} axes of a tensor of rank ${rank}`,
        "give one pair [before, after] per axis",
      );
    }
    const value = call.number("constantValue", 0);
    const m = new Arithmetic(call.builder);
    const wide = padded(m.builder, x.node, pads);
    if (value === 0) return changed(x, wide);
    // The frame is selected, not multiplied by 0 or 1: 0 times an infinite filler would be NaN.
    const ones = padded(m.builder, m.full(1, x.node.shape), pads);
    return changed(x, m.select(ones, wide, value));
  },
} satisfies Readonly<Record<string, Lowering>>;

/** Fills in the size that is -1, which stands for the rest. */
function inferredSizes(sizes: readonly number[], extent: number): readonly number[] {
  const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return sizes.map((size) => (size < 0 ? extent - known : size));
}
