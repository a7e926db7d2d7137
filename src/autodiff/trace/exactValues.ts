import type { DataType } from "@tensorflow/tfjs-core";

/** What `constant` and `data` know about a tensor that they made outside a trace. */
interface ExactValues {
  readonly values: Float64Array;
  /** Name of a `data` input. */
  readonly name?: string;
}

const known = new WeakMap<object, ExactValues>();

/** Remembers the float64 values behind a tensor's data. */
export function rememberExactValues(dataId: object, exact: ExactValues): void {
  known.set(dataId, exact);
}

export function exactValuesOf(dataId: object): ExactValues | undefined {
  return known.get(dataId);
}

/** Types of numbers that a trace understands. */
export type NumberType = "float32" | "int32" | "bool";

export function isNumberType(dtype: DataType): dtype is NumberType {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}
