import { inputsOf, linearize } from "../differentiate.ts";
import { type Graph, isOp, type Node, sizeOf } from "../graph.ts";
import type { FieldCounts, FieldParts } from "../program.ts";
import { dependents, reachable } from "../walk.ts";
import { Machine } from "./machine.ts";
import { Packing } from "./packing.ts";

/** A linear graph with memory of its own, reading residuals where the forward machine left them. */
export interface LinearProgram {
  readonly input: Packing;
  readonly output: Packing;
  run(): void;
}

/** Whose residuals lie in memory: a point on some data. */
export interface ResidualOwner {
  readonly data: readonly Float64Array[];
  readonly point: Float64Array;
}

/** What is valid in memory: the numbers of this stage and earlier ones. */
const enum Stage {
  prepare,
  evaluate,
  linearize,
}
