/** What a program computes with: buffers of numbers, views of them, items of fused loops. */
import type { Shape } from "../../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../graph/operations.ts";

/** Numbers in memory. */
export interface Buffer {
  /** How many numbers. */
  readonly size: number;
  /** The earliest time at which it is filled: everything that reads it comes later. 0: before the program runs. */
  level: number;
  /** What computes it, where that is part of a loop. */
  item?: Item;
  /** Its address in bytes, where it is fixed beforehand. */
  place?: number;
}

/** How a tensor is read: entry (i, j, ..) is number offset + i strides[0] + j strides[1] + .. of a buffer, or the same number everywhere. */
export interface View {
  readonly from: Buffer | number;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

export type ElementOp = UnaryOp | BinaryOp | "select";

/** One result of a fused loop: an elementwise operation, a copy of numbers into another order, or a sum. */
export interface Item {
  readonly id: number;
  readonly op: ElementOp | "copy" | "sum";
  readonly operands: readonly View[];
  /** What the loop runs over, axes with one entry left out. */
  readonly shape: Shape;
  /** Where a sum puts its results, along the axes of `shape`: 0 where it adds up. */
  readonly sumStrides?: readonly number[];
  readonly buffer: Buffer;
  /** Loops of one shape and one level are one loop. */
  level: number;
  /** Which loop it is in where those of one shape and level are too many for one. */
  part: number;
  /** Loop items that read it. */
  readonly users: Item[];
  /** Whether something other than a loop reads it. */
  external: boolean;
}
