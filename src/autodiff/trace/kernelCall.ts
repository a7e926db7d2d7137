import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { ErrorCode } from "../../errors.ts";
import type { GraphBuilder } from "../build/builder.ts";
import type { Node, Shape } from "../graph/graph.ts";
import { constantValues } from "./constantValues.ts";
import { boundData } from "./dataInputs.ts";
import type { NumberType } from "./exactValues.ts";
import { missingPlace } from "./places.ts";
import type { Session, Traced } from "./session.ts";

/** One call of a TensorFlow.js kernel, in the form in which lowerings read it. */
export class KernelCall {
  constructor(
    readonly session: Session,
    /** Name of the kernel, such as `BatchMatMul`. */
    readonly name: string,
    readonly tensors: Readonly<Record<string, TensorInfo | null | undefined>> | readonly TensorInfo[],
    readonly attributes: Readonly<Record<string, unknown>>,
  ) {}

  get builder(): GraphBuilder {
    return this.session.builder;
  }

  input(name: string): Traced {
    const found = this.optional(name);
    if (found === undefined) throw new Error(`internal: ${this.name} has no input ${name}`);
    return found;
  }

  optional(name: string): Traced | undefined {
    const tensor: TensorInfo | null | undefined = Reflect.get(this.tensors, name);
    return tensor ? this.session.resolve(tensor) : undefined;
  }

  /** All inputs of a kernel that takes a list of tensors. */
  get inputs(): readonly Traced[] {
    const list: readonly (TensorInfo | null | undefined)[] = Object.values(this.tensors);
    return list.flatMap((tensor) => (tensor ? [this.session.resolve(tensor)] : []));
  }

  /** Returns the values of an input; undefined if they depend on parameters or data. */
  constant(name: string): Float64Array | undefined {
    return constantValues(this.input(name).node);
  }

  /** Returns the values of an input. Refuses values that depend on parameters or data. */
  constantInput(name: string): Float64Array {
    const values = this.constant(name);
    if (values === undefined) {
      throw this.refuse(
        `takes ${name} that depend on its parameters or on data`,
        `give ${name} that are constant, such as a tensor made outside the function`,
      );
    }
    return values;
  }

  /**
   * Returns constant indices; undefined if they depend on parameters or data. Refuses a column that leaves its extent.
   *
   * Indices of an int32 data input are checked as well, now and whenever others are given.
   */
  places(name: string, extents: readonly number[]): Float64Array | undefined {
    const { node } = this.input(name);
    const values = constantValues(node);
    const missing = missingPlace(values ?? boundData(this.session.data, node, extents), extents);
    if (missing !== undefined) throw this.refuse(`takes ${missing}`, "check the indices against the shape");
    return values;
  }

  number(name: string, otherwise?: number): number {
    const value = this.attributes[name] ?? otherwise;
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return Number(value);
    throw new Error(`internal: ${this.name} has no number ${name}`);
  }

  boolean(name: string): boolean {
    return this.attributes[name] === true;
  }

  text(name: string, otherwise?: string): string {
    const value = this.attributes[name] ?? otherwise;
    if (typeof value === "string") return value;
    throw new Error(`internal: ${this.name} has no text ${name}`);
  }

  numbers(name: string): readonly number[] {
    const value = this.attributes[name];
    if (typeof value === "number") return [value];
    if (isNumbers(value)) return Array.from(value);
    throw new Error(`internal: ${this.name} has no list ${name}`);
  }

  /** Returns a list of pairs [[before, after], ...]. */
  pairs(name: string): readonly (readonly [number, number])[] {
    const value = this.attributes[name];
    if (Array.isArray(value)) {
      return value.map((pair: unknown) => {
        if (isNumbers(pair) && pair.length === 2) return [Number(pair[0]), Number(pair[1])] as const;
        throw new Error(`internal: ${this.name} has an odd ${name}`);
      });
    }
    throw new Error(`internal: ${this.name} has no list ${name}`);
  }

  /** Returns an axis of a shape. Negative ones count from the end. */
  axis(name: string, rank: number, otherwise?: number): number {
    return this.#within(this.number(name, otherwise), rank);
  }

  /** Returns axes in ascending order. Default: all axes. */
  axes(name: string, rank: number): readonly number[] {
    const value = this.attributes[name];
    if (value === undefined || value === null) return Array.from({ length: rank }, (_, i) => i);
    const axes = this.numbers(name).map((axis) => this.#within(axis, rank));
    return [...new Set(axes)].sort((a, b) => a - b);
  }

  /** Returns the type of numbers that an attribute asks for. */
  dtype(name = "dtype", otherwise: NumberType = "float32"): NumberType {
    const value = this.attributes[name] ?? otherwise;
    if (value === "float32" || value === "int32" || value === "bool") return value;
    throw this.refuse(`asks for ${String(value)} numbers`, "use float32, int32 or bool");
  }

  fill(value: number, shape: Shape): Node {
    return this.builder.fill(value, shape);
  }

  #within(axis: number, rank: number): number {
    if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
    throw this.refuseShape(`takes axis ${axis} of a tensor of rank ${rank}`, "count axes from 0, or from -1 backwards");
  }

  /** Makes the error for shapes that do not fit. TensorFlow.js leaves most of these checks to its backends. */
  refuseShape(what: string, remedy: string): Error {
    return this.refuse(what, remedy, "ERR_SHAPE");
  }

  /** Makes an error that names this operation and the line of the user. */
  refuse(what: string, remedy: string, code: ErrorCode = "ERR_UNSUPPORTED_OP"): Error {
    return this.session.refuse(code, what, remedy, this.session.op ?? this.name);
  }
}

/** A function that writes a kernel of TensorFlow.js in primitives. */
export type Lowering = (call: KernelCall) => Traced | readonly Traced[];

function isNumbers(value: unknown): value is ArrayLike<number> {
  return (
    (Array.isArray(value) && value.every((item) => typeof item === "number")) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView))
  );
}
