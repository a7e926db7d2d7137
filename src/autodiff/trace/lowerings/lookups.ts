import { type Node, sizeOf } from "../../graph/graph.ts";
import type { Arithmetic } from "../arithmetic.ts";

/**
 * Places that are data, or computed: rows of indices into the leading axes of a table, whose extents they have to keep.
 *
 * Reading and writing at them is a product with rows of zeros and ones, found by comparing each index with each place; so
 * the cost is the number of indices times the number of places. What stands at a place that does not exist is NaN.
 */
export interface Places {
  /** Row-major, one number for each row of indices: [..., count]. */
  readonly flat: Node;
  /** 1 where the place exists. */
  readonly exist: Node;
  /** How many places there are. */
  readonly extent: number;
}

/** @param rows indices of shape [..., count, axes], one column for each of `extents` */
export function placesOf(m: Arithmetic, rows: Node, extents: readonly number[]): Places {
  const depth = extents.length;
  const axis = rows.shape.length - 1;
  const strides = extents.map((_, i) => sizeOf(extents.slice(i + 1)));
  const list = (values: readonly number[]): Node => m.builder.constant(Float64Array.from(values), [depth]);
  const inside = m.mul(m.less(-1, rows), m.less(rows, list(extents)));
  return {
    flat: m.builder.sum(m.mul(rows, list(strides)), [axis]),
    exist: m.equal(m.builder.sum(inside, [axis]), depth),
    extent: sizeOf(extents),
  };
}

/** [..., count, extent]: 1 at the place of each row. */
function hotRows(m: Arithmetic, { flat, extent }: Places): Node {
  const all = m.builder.constant(
    Float64Array.from({ length: extent }, (_, i) => i),
    [extent],
  );
  return m.equal(m.builder.reshape(flat, [...flat.shape, 1]), all);
}

/** Rows of `table` [..., extent, width] at places [..., count], of the same leading axes: [..., count, width]. */
export function lookedUp(m: Arithmetic, table: Node, places: Places): Node {
  const hot = hotRows(m, places);
  const width = table.shape.at(-1)!;
  const leading = table.shape.slice(0, -2);
  const shape = [...places.flat.shape, width];
  // A single column is chosen from, which leaves infinities at other places alone.
  const found =
    width === 1
      ? m.builder.reshape(
          m.builder.sum(m.select(hot, m.builder.reshape(table, [...leading, 1, places.extent]), 0), [shape.length - 1]),
          shape,
        )
      : m.builder.matmul(hot, table);
  return m.select(m.builder.reshape(places.exist, [...places.flat.shape, 1]), found, Number.NaN);
}

/** Sums of the rows [count, width] that belong to each place: [extent, width]. A row without a place is NaN or left out. */
export function summedAt(m: Arithmetic, rows: Node, places: Places, missing: "dropped" | "NaN"): Node {
  const exist = m.builder.reshape(places.exist, [...places.flat.shape, 1]);
  const kept = missing === "dropped" ? rows : m.select(exist, rows, Number.NaN);
  return m.builder.matmul(hotRows(m, places), kept, { transposeA: true, transposeB: false });
}
