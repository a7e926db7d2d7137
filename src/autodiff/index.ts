export type { BlasDescription } from "../linalg/blas/blas.ts";
export type { Enclosure } from "../linalg/verified/enclosure.ts";
export { GraphBuilder } from "./build/builder.ts";
export type { InputData, WrittenData } from "./chosenRows.ts";
export { type CompiledFunction, compileFunction } from "./compileFunction.ts";
export { type CheckGraphOptions, checkGraph } from "./derivatives/checkGraph.ts";
export { gradient, pullback, pushforward } from "./derivatives/differentiate.ts";
export type { DeviceDescription } from "./devices/deviceExecutor.ts";
export { describeExecutor, type Executor, type ExecutorDescription, executors } from "./executor.ts";
export type { DeviceName, Precision } from "./executorNames.ts";
export type { FieldParts } from "./fieldParts.ts";
export type { NativeDescription } from "./float64/native/library.ts";
export type { Attributes, AxisMap, Graph, InputRole, Node, Op, Shape } from "./graph/graph.ts";
export type { BinaryOp, UnaryOp } from "./graph/operations.ts";
export { printGraph } from "./graph/printGraph.ts";
export {
  type IntervalData,
  type IntervalDerivatives,
  type IntervalSource,
  intervalDerivatives,
} from "./interval/derivatives.ts";
export { type Linearization, type LinearizeOptions, linearize } from "./passes/linearize.ts";
export type { Repeated } from "./passes/split.ts";
export type { ProductPrograms } from "./productMap.ts";
export { compileField, type FieldCounts, type FieldInstance, type FieldProgram } from "./program.ts";
export { constant, data } from "./trace/constant.ts";
export type { DataInput } from "./trace/dataInputs.ts";
export type { NumberType } from "./trace/exactValues.ts";
export { type Traceable, type TracedFunction, type TracedParameter, type TraceOptions, trace } from "./trace/trace.ts";
export { compileLoop, type FieldLoop, type LoopOptions, type LoopRow } from "./xla/loop/deviceLoop.ts";
export type { LoopMethod, LoopSettings } from "./xla/loop/rules.ts";
