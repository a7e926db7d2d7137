import type { GraphBuilder } from "./build/builder.ts";
import type { Executor } from "./executor.ts";
import type { Node } from "./graph/graph.ts";

export interface FieldParts {
  readonly builder: GraphBuilder;
  /** The point is these tensors one after the other. */
  readonly parameters: readonly Node<"input">[];
  /** Named inputs whose numbers each instance brings. */
  readonly data?: readonly Node<"input">[];
  /** L(z), one number; absent: `evaluate` returns NaN. */
  readonly value?: Node;
  /** F(z): for each parameter a tensor of its shape. */
  readonly field: readonly Node[];
  /** J = J^T, as where the field is a gradient. */
  readonly symmetric: boolean;
  /** What runs it; default: `FLUXION_EXECUTOR`, else `float64` where the engine has WebAssembly's vectors. */
  readonly executor?: Executor;
}
