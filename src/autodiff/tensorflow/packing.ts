import { type Node, sizeOf } from "../graph/graph.ts";
import type { Session, Tensor } from "./session.ts";

/** Arrays that lie one after the other in a vector, and one by one on the device. */
export interface Packing {
  readonly length: number;
  /** Copies the parts of a vector, which begins at `start`, to the device. */
  put(session: Session, vector: Float64Array, start?: number): Tensor[];
  /** Copies them back. */
  get(session: Session, tensors: readonly Tensor[], vector: Float64Array, start?: number): void;
}

export function packingOf(nodes: readonly Node[]): Packing {
  let length = 0;
  const parts = nodes.map(({ shape }) => {
    const part = { shape, offset: length, size: sizeOf(shape) };
    length += part.size;
    return part;
  });
  return {
    length,
    put: (session, vector, start = 0) =>
      parts.map(({ shape, offset, size }) =>
        session.put(vector.subarray(start + offset, start + offset + size), shape),
      ),
    get(session, tensors, vector, start = 0) {
      for (const [i, { offset }] of parts.entries()) session.get(tensors[i]!, vector, start + offset);
    },
  };
}
