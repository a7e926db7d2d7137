export { GraphBuilder } from "./build/builder.ts";
export { type CompiledFunction, compileFunction } from "./compileFunction.ts";
export { type CheckGraphOptions, checkGraph } from "./derivatives/checkGraph.ts";
export {
  gradient,
  type Linearization,
  type LinearizeOptions,
  linearize,
  pullback,
  pushforward,
} from "./derivatives/differentiate.ts";
export { describeExecutor, type Executor, type ExecutorDescription, executors } from "./executor.ts";
export type { FieldParts } from "./fieldParts.ts";
export type { Attributes, AxisMap, Graph, InputRole, Node, Op, Shape } from "./graph/graph.ts";
export { printGraph } from "./graph/printGraph.ts";
export { compileField, type FieldCounts, type FieldInstance, type FieldProgram } from "./program.ts";
export { constant, data } from "./trace/constant.ts";
export { type Traceable, type TracedFunction, type TraceOptions, trace } from "./trace/trace.ts";
