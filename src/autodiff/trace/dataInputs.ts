import { isOp, type Node, type Shape } from "../graph/graph.ts";
import { sameShape } from "../graph/shapes.ts";
import type { NumberType } from "./exactValues.ts";

/** An input whose values `with` exchanges. */
export interface DataInput {
  readonly node: Node<"input">;
  /** Values as the function gives them. Their shape is that of the node, unless the trace asked for another one. */
  readonly values: Float64Array;
  readonly shape: Shape;
  readonly dtype: NumberType;
  /** Lists of extents into which the columns of its values are indices. */
  readonly indexes: readonly (readonly number[])[];
}

/**
 * Notes that a data input holds indices into these extents, column by column. Returns its values; undefined if the node
 * is not a data input, possibly reshaped.
 *
 * @param data the data inputs of a function, by name
 */
export function boundData(
  data: Map<string, DataInput>,
  node: Node,
  extents: readonly number[],
): Float64Array | undefined {
  if (isOp(node, "reshape")) return boundData(data, node.inputs[0]!, extents);
  for (const [name, input] of data) {
    if (input.node !== node) continue;
    if (!input.indexes.some((known) => sameShape(known, extents))) {
      data.set(name, { ...input, indexes: [...input.indexes, extents] });
    }
    return input.values;
  }
  return undefined;
}
