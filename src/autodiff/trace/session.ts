import type { DataType, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { type ErrorCode, type FluxionError, failure } from "../../errors.ts";
import type { GraphBuilder } from "../build/builder.ts";
import type { Node, Shape } from "../graph/graph.ts";
import { sameShape, showShape } from "../graph/shapes.ts";
import { reachable } from "../graph/walk.ts";
import { constantValues } from "./constantValues.ts";
import type { DataInput } from "./dataInputs.ts";
import { exactValuesOf, isNumberType, type NumberType } from "./exactValues.ts";
import type { Float32Sources } from "./float32Sources.ts";
import { userLine } from "./userLine.ts";

/** What a tensor stands for while a function is traced: a node, and the type that TensorFlow.js gives its numbers. */
export interface Traced {
  readonly node: Node;
  readonly dtype: NumberType;
  /**
   * Placeholders of gradients in progress from which the tensor was computed, even if its node does not depend on them.
   */
  readonly sources?: ReadonlySet<Node>;
}

/** The part of the engine under its hooks that a session needs. */
export interface EngineAccess {
  /** Makes a tensor of the user's class whose data belong to the session. */
  makeTensor(shape: Shape, dtype: DataType): Tensor;
  /** Returns the values of a tensor made outside the trace; undefined if there is no such tensor. */
  read(dataId: object): ArrayLike<number> | undefined;
  /** Returns the names of the present scopes, outermost first. Inside tf.matMul the last one is `matMul__op`. */
  scopes(): readonly string[];
}

/**
 * Numbers that the traced function made. If two traces make different ones, the function depends on chance or on a
 * counter.
 */
export interface Literal {
  readonly node: Node;
  readonly dtype: NumberType;
}

/** One call of a traced function. It knows which tensor is which node, and what was refused. */
export class Session {
  readonly literals: Literal[] = [];
  /** First refusal, kept in case the traced function catches it. */
  refusal: FluxionError | undefined;
  readonly #handles = new Map<object, Traced>();
  readonly #standIns = new Set<object>();
  readonly #frozen = new Set<object>();
  readonly #assigned = new Map<Node, string>();
  #placeholders = 0;

  constructor(
    /** Name of the caller in messages, such as `objective`. */
    readonly who: string,
    readonly builder: GraphBuilder,
    /** Data inputs, shared by all traces of one function. */
    readonly data: Map<string, DataInput>,
    readonly engine: EngineAccess,
    readonly float32Sources: Float32Sources,
    /** Shapes of data inputs that differ from those in the function, as for minibatches of another size. */
    readonly dataShapes: ReadonlyMap<string, Shape> = new Map(),
    /** Number of the literal to refuse, because a repeated trace found that it changes. Default: none. */
    readonly suspect = -1,
  ) {}

  /** Makes a tensor that the user gets. */
  tensor(traced: Traced): Tensor {
    const tensor = this.engine.makeTensor(traced.node.shape, traced.dtype);
    this.#handles.set(tensor.dataId, traced);
    return tensor;
  }

  /** Returns the sources of all operands together. */
  sourcesOf(tensors: Iterable<TensorInfo | null | undefined>): ReadonlySet<Node> | undefined {
    let all: ReadonlySet<Node> | undefined;
    for (const tensor of tensors) {
      const sources = tensor ? this.#handles.get(this.keyOf(tensor))?.sources : undefined;
      if (sources !== undefined && sources.size > 0) all = all === undefined ? sources : new Set([...all, ...sources]);
    }
    return all;
  }

  /** Returns the node of a tensor. A tensor made outside the trace becomes a constant. */
  resolve(tensor: TensorInfo): Traced {
    const known = this.#handles.get(this.keyOf(tensor));
    if (known !== undefined) return known;
    const captured = this.#capture(tensor);
    this.#handles.set(tensor.dataId, captured);
    return captured;
  }

  /**
   * Lets a variable stand for a parameter. The variable alone does, since it may share its data with the tensor it was
   * made from.
   */
  standFor(variable: Tensor, traced: Traced): void {
    this.#handles.set(variable, traced);
    this.#standIns.add(variable.dataId);
  }

  /** Makes a variable a constant, even if it is trainable. What the function assigns to it is left out. */
  freeze(variable: Tensor): void {
    this.#frozen.add(variable);
  }

  /** Notes an assignment. A frozen variable keeps its value, and the function must not use the variable any more. */
  assign(variable: Tensor): void {
    if (!this.#frozen.has(variable)) {
      throw this.refuse(
        "ERR_TRACE_STATE",
        "assigns to a variable (an optimiser step, or batch normalisation in training mode outside modelObjective)",
        "let the function depend on its parameters alone; assign after the run",
      );
    }
    const node = this.placeholder(variable.shape);
    this.#assigned.set(node, "name" in variable ? String(variable.name) : "a variable");
    this.standFor(variable, { node, dtype: "float32" });
  }

  /** Returns the names of the variables whose update was left out. Refuses outputs that depend on such an update. */
  leftOut(outputs: readonly Node[]): readonly string[] {
    if (this.#assigned.size === 0) return [];
    for (const node of reachable(outputs)) {
      const name = this.#assigned.get(node);
      if (name === undefined) continue;
      throw this.refuse(
        "ERR_TRACE_STATE",
        `uses ${name} after assigning to it`,
        "let the function depend on its parameters alone; assign after the run",
      );
    }
    return [...new Set(this.#assigned.values())];
  }

  /** Whether data belong to a variable that stands for a parameter. */
  stands(dataId: object): boolean {
    return this.#standIns.has(dataId);
  }

  /** Returns the key of a tensor's node: its data, which its copies share, unless it stands for a parameter. */
  keyOf(tensor: TensorInfo): object {
    return this.#handles.has(tensor) ? tensor : tensor.dataId;
  }

  /** Binds a key to another node, as is needed while a gradient is taken. */
  bind(key: object, traced: Traced): void {
    this.#handles.set(key, traced);
  }

  /** Returns the handles made since there were `count` of them. */
  handlesSince(count: number): [object, Traced][] {
    return [...this.#handles].slice(count);
  }

  get handleCount(): number {
    return this.#handles.size;
  }

  /** Makes a fresh input that stands for a tensor while its gradient is taken, or for a value that is not known. */
  placeholder(shape: Shape): Node {
    return this.builder.input(`(placeholder ${this.#placeholders++})`, "parameter", shape);
  }

  /** Makes a tensor of numbers that the traced function gives. */
  literal(values: ArrayLike<number>, shape: Shape, dtype: NumberType): Tensor {
    const exact = values instanceof Float32Array ? this.float32Sources.valuesOf(values) : Float64Array.from(values);
    return this.exact(exact, shape, dtype);
  }

  /** Makes a tensor of numbers that are given in float64. */
  exact(values: Float64Array, shape: Shape, dtype: NumberType): Tensor {
    const node = this.builder.constant(values, shape);
    if (this.literals.length === this.suspect) {
      throw this.refuseRandom("makes different numbers at each call");
    }
    this.literals.push({ node, dtype });
    return this.tensor({ node, dtype });
  }

  /** Returns a named input. The same name with the same values is the same input. */
  dataInput(name: string, values: Float64Array, shape: Shape, dtype: NumberType): Traced {
    const known = this.data.get(name);
    if (known === undefined) {
      const node = this.builder.input(name, "data", this.dataShapes.get(name) ?? shape);
      this.data.set(name, { node, values: values.slice(), shape: [...shape], dtype, indexes: [] });
      return { node, dtype };
    }
    const same =
      sameShape(known.shape, shape) &&
      known.dtype === dtype &&
      known.values.every((value, i) => Object.is(value, values[i]));
    if (!same) {
      throw this.refuse(
        "ERR_DATA_NAME",
        `gives the name "${name}" to two different data inputs`,
        "give them different names, or define the input once",
        "data",
      );
    }
    return { node: known.node, dtype };
  }

  /** Reads values that do not depend on parameters or data. All other reads are refused. */
  read(dataId: object): Float32Array | Int32Array | Uint8Array {
    const traced = this.stands(dataId) ? undefined : this.#handles.get(dataId);
    const values = traced && constantValues(traced.node);
    if (traced === undefined || values === undefined) {
      throw this.refuse(
        "ERR_TRACE_READ",
        "reads the values of a tensor (dataSync, array, print) that are not known while it is traced",
        "compute with tensors only: use tf.where instead of if, and print after the run",
      );
    }
    if (traced.dtype === "int32") return Int32Array.from(values);
    return traced.dtype === "bool" ? Uint8Array.from(values) : Float32Array.from(values);
  }

  /** Name of the operation being called, as the user wrote it: dropout, not the randomUniform inside it. */
  get op(): string | undefined {
    const scopes = this.engine.scopes();
    const suffix = "__op";
    const first = scopes.findLastIndex((name) => !name.endsWith(suffix)) + 1;
    return scopes[first]?.slice(0, -suffix.length);
  }

  /** Makes the error of a refusal, which says who refuses what, where, and what to do. */
  refuse(code: ErrorCode, what: string, remedy: string, op = this.op): FluxionError {
    const line = userLine();
    const where = [op && `in ${op}`, line && `at ${line}`].filter((part) => part !== undefined).join(" ");
    const error = failure(code, `${this.who}: the function ${what}${where && ` (${where})`}; ${remedy}`);
    this.refusal ??= error;
    return error;
  }

  refuseRandom(what: string): FluxionError {
    const remedy = "give random ops a seed, or draw the numbers once, outside the loss";
    return this.refuse("ERR_TRACE_RANDOM", what, remedy);
  }

  #capture(tensor: TensorInfo): Traced {
    const { dtype, shape } = tensor;
    if ("trainable" in tensor && tensor.trainable === true && !this.#frozen.has(tensor)) {
      const name = "name" in tensor ? ` "${String(tensor.name)}"` : "";
      throw this.refuse(
        "ERR_VARIABLE",
        `uses the trainable variable${name}, which is not among its parameters and so would stay constant`,
        "make it a parameter, or make it constant by tf.variable(value, false) or a clone made outside",
      );
    }
    if (!isNumberType(dtype)) {
      throw this.refuse("ERR_UNSUPPORTED_OP", `uses a ${dtype} tensor`, "use float32, int32 or bool tensors");
    }
    const exact = exactValuesOf(tensor.dataId);
    const given = exact?.values ?? this.engine.read(tensor.dataId);
    if (given === undefined) {
      throw this.refuse(
        "ERR_TRACE_STATE",
        "uses a tensor that was disposed, or that another trace made",
        "make it outside the function, or again in each call",
      );
    }
    if (exact?.name !== undefined) {
      const input = this.dataInput(exact.name, exact.values, shape, dtype);
      if (sameShape(input.node.shape, shape)) return input;
      // TensorFlow.js reads the shape of the tensor, which still has the old size.
      throw this.refuse(
        "ERR_LENGTH",
        `uses the data input "${exact.name}" made outside of it, which has the shape ${showShape(shape)} for good`,
        `call data("${exact.name}", ...) inside the function; with() may then give it another size`,
      );
    }
    const values = Float64Array.from(given);
    const bad = values.findIndex(Number.isNaN);
    if (bad >= 0) {
      throw this.refuse(
        "ERR_NOT_FINITE",
        `uses a tensor of shape [${shape.join(", ")}] that holds NaN at index ${bad}`,
        "repair the data",
      );
    }
    return { node: this.builder.constant(values, shape), dtype };
  }
}
