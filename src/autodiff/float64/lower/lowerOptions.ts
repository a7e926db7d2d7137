/** What lowering is given: nodes, where they come from and go to, and who keeps constants. */
import type { AxisMap, Node, Shape } from "../../graph/graph.ts";
import type { Runs } from "./runs.ts";
import type { Buffer } from "./values.ts";
import type { NativeWindows } from "./windows.ts";

/** Keeps numbers that do not change in memory, and returns their buffer or address. */
export interface ConstantPool {
  numbers(values: Float64Array): Buffer;
  /** Returns the table of a move and its address. Equal moves share one table. */
  runs(maps: readonly AxisMap[], large: Shape, windows: Shape): Runs & { readonly address: number };
}

/** A node and the buffer into which it goes. */
export interface Result {
  readonly node: Node;
  readonly buffer: Buffer;
  /** Distance between two entries of the first axis, in numbers, if the result does not lie row by row without gaps. */
  readonly distance?: number;
}

/** Options of `lower`. */
export interface LowerOptions {
  /** Nodes to compute, in topological order. */
  readonly nodes: readonly Node[];
  /** Buffers of nodes that are computed before. */
  readonly given: ReadonlyMap<Node, Buffer>;
  /** Buffers into which results go. */
  readonly results: readonly Result[];
  readonly constants: ConstantPool;
  /** Whether native kernels compute a product with windows of images. Default: none. */
  readonly windows?: NativeWindows | undefined;
}
