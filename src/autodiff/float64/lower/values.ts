/** What a program computes with: buffers of numbers, views of them, items of fused loops. */
import type { Shape } from "../../graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../graph/operations.ts";

/** Numbers that lie in memory one after the other. */
export interface Buffer {
  /** Number of numbers. */
  readonly size: number;
  /** Earliest time at which the buffer is filled; everything that reads it comes later. 0: before the program runs. */
  level: number;
  /** Item of a loop that computes it, if one does. */
  item?: Item;
  /** Address in bytes, if it is fixed beforehand. */
  place?: number;
}

/**
 * How a tensor is read: entry (i, j, ...) is number offset + i strides[0] + j strides[1] + ... of a buffer, or the same
 * number everywhere.
 */
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
  /** Shape over which the loop runs, without axes of one entry. */
  readonly shape: Shape;
  /** Strides of the results of a sum along the axes of `shape`: 0 for axes over which it adds. */
  readonly sumStrides?: readonly number[];
  /** Strides of the results along the axes of `shape`, if they do not lie one after the other. */
  readonly storeStrides?: readonly number[];
  readonly buffer: Buffer;
  /** Level of the loop. Items of the same shape and level share one loop. */
  level: number;
  /** Number of the loop, if the items of one shape and level are too many for one loop. */
  part: number;
  /** Items that read it. */
  readonly users: Item[];
  /** Whether something other than a loop reads it. */
  external: boolean;
}
