import type { Node } from "../../graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { gathered } from "./taking.ts";

/** Whole numbers below `extent`. */
function checkedIndices(call: KernelCall, name: string, extent: number): Float64Array {
  const indices = call.constantInput(name, "; or multiply by tf.oneHot of them, whose indices may be data");
  const bad = indices.findIndex((index) => !(index >= 0 && index < extent));
  if (bad >= 0) {
    throw call.refuse(
      `takes the index ${indices[bad]} where only 0 to ${extent - 1} exist`,
      "check the indices against the shape",
    );
  }
  return indices;
}

/** Operations that read or write at places given by indices, which must be constant. */
export const indexingLowerings = {
  /** Works with indices of any origin: it compares them with 0 ... depth - 1. */
  OneHot: (call) => {
    const indices = call.input("indices").node;
    const depth = call.number("depth");
    const m = new Arithmetic(call.builder);
    const column = m.builder.reshape(indices, [...indices.shape, 1]);
    const places = m.builder.constant(
      Float64Array.from({ length: depth }, (_, i) => i),
      [depth],
    );
    const hot = m.equal(column, places);
    const on = call.number("onValue", 1);
    const off = call.number("offValue", 0);
    const node = on === 1 && off === 0 ? hot : m.select(hot, on, off);
    return { node, dtype: call.dtype("dtype", "int32") };
  },
  GatherV2: (call) => {
    const x = call.input("x");
    const { shape } = x.node;
    const axis = call.axis("axis", shape.length, 0);
    const batch = call.number("batchDims", 0);
    const indexShape = call.input("indices").node.shape;
    const indices = checkedIndices(call, "indices", shape[axis]!);
    const outer = [...shape.slice(0, axis), ...indexShape.slice(batch), ...shape.slice(axis + 1)];
    if (batch === 0) {
      return { node: call.builder.reshape(gathered(call.builder, x.node, axis, indices), outer), dtype: x.dtype };
    }
    return { node: gatheredInBatches(call, x.node, axis, batch, indices, outer), dtype: x.dtype };
  },
  /** Rows of places in the leading axes. */
  GatherNd: (call) => {
    const x = call.input("params");
    const { shape } = x.node;
    const indexShape = call.input("indices").node.shape;
    const depth = indexShape.at(-1)!;
    const flat = flatIndices(call, shape.slice(0, depth));
    const size = shape.slice(0, depth).reduce((product, extent) => product * extent, 1);
    const rows = call.builder.reshape(x.node, [size, ...shape.slice(depth)]);
    const node = gathered(call.builder, rows, 0, flat);
    return { node: call.builder.reshape(node, [...indexShape.slice(0, -1), ...shape.slice(depth)]), dtype: x.dtype };
  },
  /** Adds rows at places: the adjoint of gathering them. */
  ScatterNd: (call) => {
    const updates = call.input("updates");
    const shape = call.numbers("shape");
    const depth = call.input("indices").node.shape.at(-1) ?? 1;
    const flat = flatIndices(call, shape.slice(0, depth));
    return { node: scattered(call, updates.node, flat, shape, depth), dtype: updates.dtype };
  },
  /** Puts rows in the place of others; the last of several for one place counts. */
  TensorScatterUpdate: (call) => {
    const x = call.input("tensor");
    const { shape } = x.node;
    const depth = call.input("indices").node.shape.at(-1) ?? 1;
    const flat = flatIndices(call, shape.slice(0, depth));
    const last = flat.map((place, i) => (flat.lastIndexOf(place) === i ? place : -1));
    const m = new Arithmetic(call.builder);
    const rows = shape.map((extent, axis) => (axis < depth ? extent : 1));
    const mask = new Float64Array(rows.reduce((product, extent) => product * extent, 1));
    for (const place of flat) mask[place] = 1;
    const written = scattered(call, call.input("updates").node, last, shape, depth);
    return { node: m.select(m.builder.constant(mask, rows), written, x.node), dtype: x.dtype };
  },
  UnsortedSegmentSum: (call) => {
    const x = call.input("x");
    const segments = call.number("numSegments");
    const ids = call.constantInput("segmentIds");
    const shape = [segments, ...x.node.shape.slice(1)];
    // Rows with an id outside are dropped, as everything is that is scattered outside.
    const kept = Float64Array.from(ids, (id) => (id >= 0 && id < segments ? id : -1));
    return { node: scattered(call, x.node, kept, shape, 1), dtype: x.dtype };
  },
  Diag: (call) => {
    const x = call.input("x");
    const m = new Arithmetic(call.builder);
    const size = x.node.shape.reduce((product, extent) => product * extent, 1);
    const row = m.builder.broadcast(m.builder.reshape(x.node, [1, size]), [size, size]);
    const places = Float64Array.from({ length: size }, (_, i) => i);
    const eye = m.equal(m.builder.constant(places, [size, 1]), m.builder.constant(places, [1, size]));
    const node = m.builder.reshape(m.select(eye, row, 0), [...x.node.shape, ...x.node.shape]);
    return { node, dtype: x.dtype };
  },
} satisfies Readonly<Record<string, Lowering>>;

/** Row-major places of coordinate rows. */
function flatIndices(call: KernelCall, extents: readonly number[]): Float64Array {
  const indices = call.constantInput("indices");
  const depth = extents.length;
  return Float64Array.from({ length: depth === 0 ? 1 : indices.length / depth }, (_, row) => {
    let at = 0;
    for (let axis = 0; axis < depth; axis++) {
      const index = indices[row * depth + axis]!;
      if (!(index >= 0 && index < extents[axis]!)) {
        throw call.refuse(
          `takes the index ${index} in axis ${axis}, where only 0 to ${extents[axis]! - 1} exist`,
          "check the indices against the shape",
        );
      }
      at = at * extents[axis]! + index;
    }
    return at;
  });
}

/** The batch axes and the axis gathered from are one axis of the table. */
function gatheredInBatches(
  call: KernelCall,
  x: Node,
  axis: number,
  batch: number,
  indices: Float64Array,
  shape: readonly number[],
): Node {
  const { builder } = call;
  const rank = x.shape.length;
  // Bring the axis behind the batch axes, join them, gather rows, and put the axis back.
  const between = Array.from({ length: axis - batch }, (_, i) => batch + i);
  const order = [
    ...Array.from({ length: batch }, (_, i) => i),
    axis,
    ...between,
    ...Array.from({ length: rank - axis - 1 }, (_, i) => axis + 1 + i),
  ];
  const moved = builder.transpose(x, order);
  const batches = x.shape.slice(0, batch).reduce((product, extent) => product * extent, 1);
  const extent = x.shape[axis]!;
  const rows = builder.reshape(moved, [batches * extent, ...moved.shape.slice(batch + 1)]);
  const each = indices.length / batches;
  const places = Float64Array.from(indices, (index, i) => Math.floor(i / each) * extent + index);
  const found = gathered(builder, rows, 0, places);
  const wide = builder.reshape(found, [...x.shape.slice(0, batch), each, ...moved.shape.slice(batch + 1)]);
  const back = [
    ...Array.from({ length: batch }, (_, i) => i),
    ...between.map((_, i) => batch + 1 + i),
    batch,
    ...Array.from({ length: rank - axis - 1 }, (_, i) => axis + 1 + i),
  ];
  return builder.reshape(builder.transpose(wide, back), shape);
}

function scattered(
  call: KernelCall,
  updates: Node,
  places: Float64Array,
  shape: readonly number[],
  depth: number,
): Node {
  const { builder } = call;
  const rest = shape.slice(depth);
  const size = shape.slice(0, depth).reduce((product, extent) => product * extent, 1);
  const rows = builder.reshape(updates, [places.length, ...rest]);
  const rank = rest.length + 1;
  const maps = Array.from({ length: rank }, (_, axis) => ({
    offset: 0,
    strides: Array.from({ length: rank }, (__, i) => (i === axis ? 1 : 0)),
    ...(axis === 0 ? { table: Int32Array.from(places) } : {}),
  }));
  return builder.reshape(builder.scatterAdd(rows, maps, [size, ...rest]), shape);
}
