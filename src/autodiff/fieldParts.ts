import type { GraphBuilder } from "./build/builder.ts";
import type { Executor, Precision } from "./executorNames.ts";
import type { Graph, Node } from "./graph/graph.ts";

/** Graphs of a field and how to run them. */
export interface FieldParts {
  readonly builder: GraphBuilder;
  /** Tensors of which the point consists, one after the other. */
  readonly parameters: readonly Node<"input">[];
  /** Named inputs whose numbers each instance brings. Default: none. */
  readonly data?: readonly Node<"input">[];
  /** L(z), one number. Without it, `evaluate` returns NaN. */
  readonly value?: Node;
  /** F(z): for each parameter a tensor of the same shape. */
  readonly field: readonly Node[];
  /** Whether J = J^T, as for a gradient. */
  readonly symmetric: boolean;
  /**
   * Further linear maps at the point, by name, such as the Gauss-Newton matrix. Each is a graph that is linear in its
   * inputs of role `tangent` or `cotangent`, which come first; it is made and compiled when a product needs it.
   * Default: none.
   */
  readonly maps?: Readonly<Record<string, () => Graph>>;
  /**
   * Executor of the graphs; `auto` chooses an accelerator where one is faster. Default: `FLUXION_EXECUTOR`, else
   * `float64` where the engine has WebAssembly SIMD.
   */
  readonly executor?: Executor | "auto" | undefined;
  /** Numbers in which an executor for devices computes. Default: `FLUXION_PRECISION`, else float64. */
  readonly precision?: Precision | undefined;
  /**
   * Most threads that work on a field with many samples; the bits are the same for any number. Default:
   * `FLUXION_THREADS`, else the processors that the process may use; 1 in a browser, in Deno and in a worker thread.
   */
  readonly threads?: number;
}
