import { type Node, sizeOf } from "../graph.ts";
import type { Arena } from "./arena.ts";
import type { Buffer } from "./view.ts";

/** Memory whose address is known. */
export type Fixed = Buffer & { readonly place: number };

/** `count` vectors as the tensors of their entries, each with `count` as leading axis. */
export interface Parts {
  readonly count: number;
  /** Numbers of one vector. */
  readonly length: number;
  readonly buffers: readonly Fixed[];
}

/** Memory for vectors whose entries are the tensors `nodes`; one vector lies there as it is. */
export function reserveParts(arena: Arena, nodes: readonly Node[], count = 1): Parts {
  const sizes = nodes.map((node) => sizeOf(node.shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (count === 1) {
    const whole = arena.reserve(total);
    let place = whole.place;
    const buffers = sizes.map((size): Fixed => {
      const buffer = { size, level: 0, place };
      place += 8 * size;
      return buffer;
    });
    return { count, length: total, buffers };
  }
  return { count, length: total / count, buffers: sizes.map((size) => arena.reserve(size)) };
}

/** Writes vectors that lie one after the other from `start`. */
export function writeParts(arena: Arena, { count, length, buffers }: Parts, vectors: Float64Array, start = 0): void {
  if (count === 1) {
    if (buffers.length > 0) arena.write(buffers[0]!.place, vectors, start, length);
    return;
  }
  for (let k = 0, from = start; k < count; k++) {
    for (const { place, size } of buffers) {
      arena.write(place + (8 * k * size) / count, vectors, from, size / count);
      from += size / count;
    }
  }
}

/** Reads them. */
export function readParts(arena: Arena, { count, length, buffers }: Parts, vectors: Float64Array, start = 0): void {
  if (count === 1) {
    if (buffers.length > 0) arena.read(buffers[0]!.place, vectors, start, length);
    return;
  }
  for (let k = 0, to = start; k < count; k++) {
    for (const { place, size } of buffers) {
      arena.read(place + (8 * k * size) / count, vectors, to, size / count);
      to += size / count;
    }
  }
}
