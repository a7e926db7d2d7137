import { slice_util } from "@tensorflow/tfjs-core";
import { type Node, sizeOf } from "../../graph/graph.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { gathered, padded, reverse, strided } from "./taking.ts";

/** Returns the place of each of `to` rows of the output in an input of `from` rows. */
function positions(call: KernelCall, from: number, to: number): Float64Array {
  const corners = call.boolean("alignCorners") && to > 1;
  const ratio = (corners ? from - 1 : from) / (corners ? to - 1 : to);
  const half = call.boolean("halfPixelCenters") ? 0.5 : 0;
  return Float64Array.from({ length: to }, (_, r) => ratio * (r + half));
}

/** Applies a constant matrix (to x from) along an axis. */
function along(call: KernelCall, x: Node, axis: number, matrix: Float64Array, to: number): Node {
  const { builder } = call;
  const from = x.shape[axis]!;
  const order = [axis, ...x.shape.keys()].filter((a, i) => i === 0 || a !== axis);
  const front = builder.transpose(x, order);
  const rows = builder.matmul(
    builder.constant(matrix, [to, from]),
    builder.reshape(front, [from, sizeOf(x.shape) / from]),
  );
  const shape = order.map((a, i) => (i === 0 ? to : x.shape[a]!));
  return builder.transpose(
    builder.reshape(rows, shape),
    order.map((_, i) => order.indexOf(i)),
  );
}

function bilinear(call: KernelCall, from: number, to: number): Float64Array {
  const half = call.boolean("halfPixelCenters") ? 0.5 : 0;
  const matrix = new Float64Array(to * from);
  positions(call, from, to).forEach((position, r) => {
    const source = position - half;
    const low = Math.max(0, Math.floor(source));
    const high = Math.min(from - 1, Math.ceil(source));
    const share = source - low;
    matrix[r * from + low] = matrix[r * from + low]! + 1 - share;
    matrix[r * from + high] = matrix[r * from + high]! + share;
  });
  return matrix;
}

/** Lowerings of operations that rearrange or resample the axes of images. */
export const imageLowerings = {
  ResizeBilinear: (call) => {
    let { node } = call.input("images");
    for (const [i, to] of call.numbers("size").entries()) {
      node = along(call, node, i + 1, bilinear(call, node.shape[i + 1]!, to), to);
    }
    return { node, dtype: "float32" };
  },
  ResizeNearestNeighbor: (call) => {
    const images = call.input("images");
    let { node } = images;
    const round = call.boolean("alignCorners") ? Math.round : Math.floor;
    for (const [i, to] of call.numbers("size").entries()) {
      const from = node.shape[i + 1]!;
      const places = positions(call, from, to).map((position) => Math.max(0, Math.min(from - 1, round(position))));
      node = gathered(call.builder, node, i + 1, places);
    }
    return { node, dtype: images.dtype };
  },
  FlipLeftRight: (call) => {
    const image = call.input("image");
    return { node: reverse(call.builder, image.node, [2]), dtype: image.dtype };
  },
  DepthToSpace: (call) => {
    const x = call.input("x");
    const block = call.number("blockSize");
    const last = call.text("dataFormat", "NHWC") === "NHWC";
    const image = last ? x.node : call.builder.transpose(x.node, [0, 2, 3, 1]);
    const [batch, height, width, depth] = [...image.shape] as [number, number, number, number];
    const out = depth / (block * block);
    const split = call.builder.reshape(image, [batch, height, width, block, block, out]);
    const moved = call.builder.transpose(split, [0, 1, 3, 2, 4, 5]);
    const node = call.builder.reshape(moved, [batch, height * block, width * block, out]);
    return { node: last ? node : call.builder.transpose(node, [0, 3, 1, 2]), dtype: x.dtype };
  },
  SpaceToBatchND: (call) => {
    const x = call.input("x");
    const blocks = call.numbers("blockShape");
    const pads = call.pairs("paddings");
    const { builder } = call;
    const wide = padded(
      builder,
      x.node,
      x.node.shape.map((_, axis) => pads[axis - 1] ?? [0, 0]),
    );
    const count = blocks.length;
    const [batch, ...rest] = wide.shape;
    const spatial = rest.slice(0, count).map((extent, i) => extent / blocks[i]!);
    const other = rest.slice(count);
    const split = builder.reshape(wide, [batch!, ...spatial.flatMap((extent, i) => [extent, blocks[i]!]), ...other]);
    const order = [
      ...blocks.map((_, i) => 2 + 2 * i),
      0,
      ...blocks.map((_, i) => 1 + 2 * i),
      ...other.map((_, i) => 1 + 2 * count + i),
    ];
    return {
      node: builder.reshape(builder.transpose(split, order), [batch! * sizeOf(blocks), ...spatial, ...other]),
      dtype: x.dtype,
    };
  },
  BatchToSpaceND: (call) => {
    const x = call.input("x");
    const blocks = call.numbers("blockShape");
    const crops = call.pairs("crops");
    const { builder } = call;
    const count = blocks.length;
    const [all, ...rest] = x.node.shape;
    const batch = all! / sizeOf(blocks);
    const spatial = rest.slice(0, count);
    const other = rest.slice(count);
    const split = builder.reshape(x.node, [...blocks, batch, ...rest]);
    const order = [count, ...spatial.flatMap((_, i) => [count + 1 + i, i]), ...other.map((_, i) => 2 * count + 1 + i)];
    const whole = builder.reshape(builder.transpose(split, order), [
      batch,
      ...spatial.map((extent, i) => extent * blocks[i]!),
      ...other,
    ]);
    const begin = whole.shape.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
    const size = whole.shape.map((extent, axis) => extent - (crops[axis - 1]?.[0] ?? 0) - (crops[axis - 1]?.[1] ?? 0));
    return { node: strided(builder, whole, begin, size), dtype: x.dtype };
  },
  MirrorPad: (call) => {
    const x = call.input("x");
    const pads = call.pairs("paddings");
    const again = call.text("mode") === "reflect" ? 0 : 1;
    let { node } = x;
    for (const [axis, [before, after]] of pads.entries()) {
      if (before + after === 0) continue;
      const extent = node.shape[axis]!;
      const places = Float64Array.from({ length: before + extent + after }, (_, i) => {
        const at = i - before;
        if (at < 0) return -at - again;
        return at >= extent ? 2 * (extent - 1) - at + again : at;
      });
      node = gathered(call.builder, node, axis, places);
    }
    return { node, dtype: x.dtype };
  },
  StridedSlice: (call) => {
    const x = call.input("x");
    const shape = [...x.node.shape];
    const info = slice_util.sliceInfo(
      shape,
      [...call.numbers("begin")],
      [...call.numbers("end")],
      [...call.numbers("strides")],
      call.number("beginMask", 0),
      call.number("endMask", 0),
      call.number("ellipsisMask", 0),
      call.number("newAxisMask", 0),
      call.number("shrinkAxisMask", 0),
    );
    const size = slice_util.computeOutShape(info.begin, info.end, info.strides);
    const node = strided(call.builder, x.node, info.begin, size, info.strides);
    return { node: call.builder.reshape(node, info.finalShape), dtype: x.dtype };
  },
} satisfies Readonly<Record<string, Lowering>>;
