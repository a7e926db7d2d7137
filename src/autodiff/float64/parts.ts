import { type Node, sizeOf } from "../graph/graph.ts";
import type { Arena } from "./arena.ts";
import type { Buffer } from "./lower/values.ts";

/** A buffer whose address is known. */
export type Fixed = Buffer & { readonly place: number };

/** A vector that consists of tensors, one after the other. */
export interface Parts {
  readonly length: number;
  readonly place: number;
  readonly buffers: readonly Fixed[];
}

/**
 * Reserves memory for a vector that consists of the tensors `nodes`.
 *
 * @param rows extent of the first axis of all of them, if there are that many vectors, one after the other, and each
 *   consists of one row of every tensor. Default 1
 */
export function reserveParts(arena: Arena, nodes: readonly Node[], rows = 1): Parts {
  const length = nodes.reduce((sum, node) => sum + sizeOf(node.shape), 0);
  const { place } = arena.reserve(length);
  let next = place;
  const buffers = nodes.map((node): Fixed => {
    const buffer = { size: sizeOf(node.shape), level: 0, place: next };
    next += (8 * buffer.size) / rows;
    return buffer;
  });
  return { length, place, buffers };
}
