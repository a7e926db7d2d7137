import { type Node, sizeOf } from "../../graph/graph.ts";
import type { Arithmetic } from "../arithmetic.ts";

/**
 * Places that are data or computed: rows of indices into the leading axes of a table, which must lie within its
 * extents.
 *
 * Reading and writing at them is a product with rows of zeros and ones, which come from comparing each index with each
 * place. The cost is therefore the number of indices times the number of places. A place that does not exist gives NaN.
 */
export interface Places {
  /** Row-major places, one number per row of indices: [..., count]. */
  readonly flat: Node;
  /** 1 where the place exists, else 0. */
  readonly exist: Node;
  /** Number of places of the table. */
  readonly extent: number;
}

/**
 * Makes places of indices.
 *
 * @param rows indices of shape [..., count, axes], with one column per extent
 */
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

/** Returns rows [..., count, extent] with 1 at the place of each row of indices. */
function hotRows(m: Arithmetic, { flat, extent }: Places): Node {
  const all = m.builder.constant(
    Float64Array.from({ length: extent }, (_, i) => i),
    [extent],
  );
  return m.equal(m.builder.reshape(flat, [...flat.shape, 1]), all);
}

/**
 * Reads the rows of `table` [..., extent, width] at places [..., count] of the same leading axes: [..., count, width].
 */
export function lookedUp(m: Arithmetic, table: Node, places: Places): Node {
  const hot = hotRows(m, places);
  const width = table.shape.at(-1)!;
  const leading = table.shape.slice(0, -2);
  const shape = [...places.flat.shape, width];
  // From a single column the number is selected, so that infinities at other places do no harm.
  const found =
    width === 1
      ? m.builder.reshape(
          m.builder.sum(m.select(hot, m.builder.reshape(table, [...leading, 1, places.extent]), 0), [shape.length - 1]),
          shape,
        )
      : m.builder.matmul(hot, table);
  return m.select(m.builder.reshape(places.exist, [...places.flat.shape, 1]), found, Number.NaN);
}

/**
 * Sums the rows [count, width] that belong to each place: [extent, width]. A row without a place becomes NaN or is left
 * out.
 */
export function summedAt(m: Arithmetic, rows: Node, places: Places, missing: "dropped" | "NaN"): Node {
  const exist = m.builder.reshape(places.exist, [...places.flat.shape, 1]);
  const kept = missing === "dropped" ? rows : m.select(exist, rows, Number.NaN);
  return m.builder.matmul(hotRows(m, places), kept, { transposeA: true, transposeB: false });
}
