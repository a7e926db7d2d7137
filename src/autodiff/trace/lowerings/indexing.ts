import { type Node, sizeOf } from "../../graph/graph.ts";
import { sameShape, showShape } from "../../graph/shapes.ts";
import { Arithmetic } from "../arithmetic.ts";
import type { KernelCall, Lowering } from "../kernelCall.ts";
import { lookedUp, type Places, placesOf, summedAt } from "./lookups.ts";
import { gathered } from "./taking.ts";

/**
 * Lowerings of operations that read or write at indices. Constant indices become a table; others are compared with each
 * place.
 */
export const indexingLowerings = {
  /** Compares the indices with 0 ... depth - 1, so that they may depend on anything. */
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
    const indices = call.input("indices").node;
    const given = call.number("batchDims", 0);
    const batch = given < 0 ? given + indices.shape.length : given;
    const batchShape = shape.slice(0, batch);
    if (batch > axis || !sameShape(batchShape, indices.shape.slice(0, batch))) {
      throw call.refuseShape(
        `gathers axis ${axis} of ${showShape(shape)} by ${showShape(indices.shape)} with ${batch} batch axes`,
        "give x and indices the same leading extents, before that axis",
      );
    }
    const places = call.places("indices", [shape[axis]!]);
    const outer = [...shape.slice(0, axis), ...indices.shape.slice(batch), ...shape.slice(axis + 1)];
    if (batch === 0 && places !== undefined) {
      return { node: call.builder.reshape(gathered(call.builder, x.node, axis, places), outer), dtype: x.dtype };
    }
    return { node: gatheredInBatches(call, x.node, axis, batch, places ?? indices, outer), dtype: x.dtype };
  },
  /** Each row of indices is a place in the leading axes. */
  GatherNd: (call) => {
    const x = call.input("params");
    const { shape } = x.node;
    const indices = call.input("indices").node;
    const depth = indices.shape.at(-1)!;
    if (depth > shape.length) {
      throw call.refuseShape(
        `takes ${depth} coordinates in a tensor of rank ${shape.length}`,
        "give the last axis of the indices at most one entry per axis",
      );
    }
    const extents = shape.slice(0, depth);
    const flat = flatIndices(call, extents);
    const m = new Arithmetic(call.builder);
    const node =
      flat === undefined
        ? lookedUp(
            m,
            call.builder.reshape(x.node, [sizeOf(extents), sizeOf(shape.slice(depth))]),
            rowsOf(m, indices, extents),
          )
        : gathered(call.builder, call.builder.reshape(x.node, [sizeOf(extents), ...shape.slice(depth)]), 0, flat);
    return { node: call.builder.reshape(node, [...indices.shape.slice(0, -1), ...shape.slice(depth)]), dtype: x.dtype };
  },
  /** Adds rows at places, which is the adjoint of gathering them. */
  ScatterNd: (call) => {
    const updates = call.input("updates");
    const shape = call.numbers("shape");
    const indices = call.input("indices").node;
    const depth = indices.shape.at(-1) ?? 1;
    const extents = shape.slice(0, depth);
    const flat = flatIndices(call, extents);
    if (flat !== undefined) return { node: scattered(call, updates.node, flat, shape, depth), dtype: updates.dtype };
    const m = new Arithmetic(call.builder);
    const rows = call.builder.reshape(updates.node, [sizeOf(indices.shape) / depth, sizeOf(shape.slice(depth))]);
    const node = summedAt(m, rows, rowsOf(m, indices, extents), "NaN");
    return { node: call.builder.reshape(node, shape), dtype: updates.dtype };
  },
  /** Replaces rows by others. Of several for one place, the last one counts. */
  TensorScatterUpdate: (call) => {
    const x = call.input("tensor");
    const { shape } = x.node;
    const depth = call.input("indices").node.shape.at(-1) ?? 1;
    const flat = flatIndices(call, shape.slice(0, depth)) ?? call.constantInput("indices");
    const last = flat.map((place, i) => (flat.lastIndexOf(place) === i ? place : -1));
    const m = new Arithmetic(call.builder);
    const rows = shape.map((extent, axis) => (axis < depth ? extent : 1));
    const mask = new Float64Array(sizeOf(rows));
    for (const place of flat) mask[place] = 1;
    const written = scattered(call, call.input("updates").node, last, shape, depth);
    return { node: m.select(m.builder.constant(mask, rows), written, x.node), dtype: x.dtype };
  },
  UnsortedSegmentSum: (call) => {
    const x = call.input("x");
    const segments = call.number("numSegments");
    const ids = call.constant("segmentIds");
    const idShape = call.input("segmentIds").node.shape;
    if (!sameShape(idShape, x.node.shape.slice(0, 1))) {
      throw call.refuseShape(
        `sums the rows of ${showShape(x.node.shape)} by ids of shape ${showShape(idShape)}`,
        "give one id per row",
      );
    }
    const shape = [segments, ...x.node.shape.slice(1)];
    // Rows with an id outside are dropped, like everything that is scattered outside.
    if (ids === undefined) {
      const m = new Arithmetic(call.builder);
      const rows = m.builder.reshape(x.node, [x.node.shape[0]!, sizeOf(x.node.shape.slice(1))]);
      const sums = summedAt(m, rows, rowsOf(m, call.input("segmentIds").node, [segments]), "dropped");
      return { node: m.builder.reshape(sums, shape), dtype: x.dtype };
    }
    const kept = Float64Array.from(ids, (id) => (id >= 0 && id < segments ? id : -1));
    return { node: scattered(call, x.node, kept, shape, 1), dtype: x.dtype };
  },
  Diag: (call) => {
    const x = call.input("x");
    const m = new Arithmetic(call.builder);
    const size = sizeOf(x.node.shape);
    const row = m.builder.broadcast(m.builder.reshape(x.node, [1, size]), [size, size]);
    const places = Float64Array.from({ length: size }, (_, i) => i);
    const eye = m.equal(m.builder.constant(places, [size, 1]), m.builder.constant(places, [1, size]));
    const node = m.builder.reshape(m.select(eye, row, 0), [...x.node.shape, ...x.node.shape]);
    return { node, dtype: x.dtype };
  },
} satisfies Readonly<Record<string, Lowering>>;

/** Returns the row-major places of coordinate rows; undefined if they are not constant. */
function flatIndices(call: KernelCall, extents: readonly number[]): Float64Array | undefined {
  const indices = call.places("indices", extents);
  const depth = extents.length;
  return (
    indices &&
    Float64Array.from({ length: depth === 0 ? 1 : indices.length / depth }, (_, row) =>
      extents.reduce((at, extent, axis) => at * extent + indices[row * depth + axis]!, 0),
    )
  );
}

/** Returns the places of coordinate rows that are not constant, one after the other. */
function rowsOf(m: Arithmetic, indices: Node, extents: readonly number[]): Places {
  const depth = extents.length;
  return placesOf(m, m.builder.reshape(indices, [sizeOf(indices.shape) / depth, depth]), extents);
}

/**
 * Gathers along any axis, for each batch separately: moves the axis behind the batch axes, gathers rows, and moves the
 * axis back.
 */
function gatheredInBatches(
  call: KernelCall,
  x: Node,
  axis: number,
  batch: number,
  indices: Float64Array | Node,
  shape: readonly number[],
): Node {
  const { builder } = call;
  const m = new Arithmetic(builder);
  const rank = x.shape.length;
  const between = Array.from({ length: axis - batch }, (_, i) => batch + i);
  const order = [
    ...Array.from({ length: batch }, (_, i) => i),
    axis,
    ...between,
    ...Array.from({ length: rank - axis - 1 }, (_, i) => axis + 1 + i),
  ];
  const moved = builder.transpose(x, order);
  const batches = sizeOf(x.shape.slice(0, batch));
  const extent = x.shape[axis]!;
  const each = sizeOf(call.input("indices").node.shape) / batches;
  const found = isTable(indices)
    ? // The batch axes and the axis to gather from become one axis of the table.
      gathered(
        builder,
        builder.reshape(moved, [batches * extent, ...moved.shape.slice(batch + 1)]),
        0,
        indices.map((index, i) => Math.floor(i / each) * extent + index),
      )
    : lookedUp(
        m,
        builder.reshape(moved, [batches, extent, sizeOf(moved.shape.slice(batch + 1))]),
        placesOf(m, builder.reshape(indices, [batches, each, 1]), [extent]),
      );
  const wide = builder.reshape(found, [...x.shape.slice(0, batch), each, ...moved.shape.slice(batch + 1)]);
  const back = [
    ...Array.from({ length: batch }, (_, i) => i),
    ...between.map((_, i) => batch + 1 + i),
    batch,
    ...Array.from({ length: rank - axis - 1 }, (_, i) => axis + 1 + i),
  ];
  return builder.reshape(builder.transpose(wide, back), shape);
}

function isTable(indices: Float64Array | Node): indices is Float64Array {
  return indices instanceof Float64Array;
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
  const size = sizeOf(shape.slice(0, depth));
  const rows = builder.reshape(updates, [places.length, ...rest]);
  const rank = rest.length + 1;
  const maps = Array.from({ length: rank }, (_, axis) => ({
    offset: 0,
    strides: Array.from({ length: rank }, (__, i) => (i === axis ? 1 : 0)),
    ...(axis === 0 ? { table: Int32Array.from(places) } : {}),
  }));
  return builder.reshape(builder.scatterAdd(rows, maps, [size, ...rest]), shape);
}
