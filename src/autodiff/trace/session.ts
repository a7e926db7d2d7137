import type { DataType, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { type ErrorCode, type FluxionError, failure } from "../../errors.ts";
import type { GraphBuilder } from "../build/builder.ts";
import { isOp, type Node, type Shape } from "../graph/graph.ts";
import { sameShape, showShape } from "../graph/shapes.ts";
import { reachable } from "../graph/walk.ts";
import { constantValues } from "./constantValues.ts";
import { exactValuesOf, isNumberType, type NumberType } from "./exactValues.ts";
import type { Float32Sources } from "./float32Sources.ts";
import { userLine } from "./userLine.ts";

/** What stands behind a tensor while a function is traced: a node and the type TensorFlow.js gives its numbers. */
export interface Traced {
  readonly node: Node;
  readonly dtype: NumberType;
  /** The placeholders of gradients in progress that it was computed from, also where the node turned out not to be. */
  readonly sources?: ReadonlySet<Node>;
}

/** An input whose values `with` exchanges. */
export interface DataInput {
  readonly node: Node<"input">;
  /** As the function gives them, with their shape: the node's, unless the trace asked for another one. */
  readonly values: Float64Array;
  readonly shape: Shape;
  readonly dtype: NumberType;
  /** Extents that the columns of its values are indices into. */
  readonly indexes: readonly (readonly number[])[];
}

/** What the session needs of the engine under its hooks. */
export interface EngineAccess {
  /** A tensor of the user's class whose data belong to the session. */
  makeTensor(shape: Shape, dtype: DataType): Tensor;
  /** The values of a tensor made outside the trace; undefined if there is none. */
  read(dataId: object): ArrayLike<number> | undefined;
  /** Names of the scopes we are in, outermost first: the last is `matMul__op` inside tf.matMul. */
  scopes(): readonly string[];
}

/** Numbers that the traced function made, in order: two traces that disagree here depend on chance or on a counter. */
export interface Literal {
  readonly node: Node;
  readonly dtype: NumberType;
}

/** One call of a traced function: which tensor is which node, and what was refused. */
export class Session {
  readonly literals: Literal[] = [];
  /** The first refusal, kept in case the traced function catches it. */
  refusal: FluxionError | undefined;
  readonly #handles = new Map<object, Traced>();
  readonly #standIns = new Set<object>();
  readonly #frozen = new Set<object>();
  readonly #assigned = new Map<Node, string>();
  #placeholders = 0;

  constructor(
    /** In messages: `objective`. */
    readonly who: string,
    readonly builder: GraphBuilder,
    /** Shared by all traces of one function. */
    readonly data: Map<string, DataInput>,
    readonly engine: EngineAccess,
    readonly float32Sources: Float32Sources,
    /** Shapes of data inputs that differ from those in the function: minibatches of another size. */
    readonly dataShapes: ReadonlyMap<string, Shape> = new Map(),
    /** Refuse the literal of this number: a repeated trace found that it changes. */
    readonly suspect = -1,
  ) {}

  /** A tensor for the user's hands. */
  tensor(traced: Traced): Tensor {
    const tensor = this.engine.makeTensor(traced.node.shape, traced.dtype);
    this.#handles.set(tensor.dataId, traced);
    return tensor;
  }

  /** The sources of all operands together. */
  sourcesOf(tensors: Iterable<TensorInfo | null | undefined>): ReadonlySet<Node> | undefined {
    let all: ReadonlySet<Node> | undefined;
    for (const tensor of tensors) {
      const sources = tensor ? this.#handles.get(this.keyOf(tensor))?.sources : undefined;
      if (sources !== undefined && sources.size > 0) all = all === undefined ? sources : new Set([...all, ...sources]);
    }
    return all;
  }

  /** The node behind a tensor; one made outside the trace becomes a constant. */
  resolve(tensor: TensorInfo): Traced {
    const known = this.#handles.get(this.keyOf(tensor));
    if (known !== undefined) return known;
    const captured = this.#capture(tensor);
    this.#handles.set(tensor.dataId, captured);
    return captured;
  }

  /** Lets a variable stand for a parameter: it alone, since it may share its data with the tensor it was made from. */
  standFor(variable: Tensor, traced: Traced): void {
    this.#handles.set(variable, traced);
    this.#standIns.add(variable.dataId);
  }

  /** Lets a variable be a constant, though it may be trainable; what the function assigns to it is left out. */
  freeze(variable: Tensor): void {
    this.#frozen.add(variable);
  }

  /** A frozen variable keeps its value, but the function must not use the one that it should have now. */
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

  /** Names of the variables whose update was left out; refuses outputs that use it. */
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

  /** Whether these are the data of a variable that stands for a parameter. */
  stands(dataId: object): boolean {
    return this.#standIns.has(dataId);
  }

  /** What a tensor's node is kept under: its data, which its copies share. */
  keyOf(tensor: TensorInfo): object {
    return this.#handles.has(tensor) ? tensor : tensor.dataId;
  }

  /** Binds a key to another node, as while a gradient is taken. */
  bind(key: object, traced: Traced): void {
    this.#handles.set(key, traced);
  }

  /** Handles made since there were `count` of them. */
  handlesSince(count: number): [object, Traced][] {
    return [...this.#handles].slice(count);
  }

  get handleCount(): number {
    return this.#handles.size;
  }

  /** A fresh input that stands for a tensor while its gradient is taken, or for one that is not known. */
  placeholder(shape: Shape): Node {
    return this.builder.input(`(placeholder ${this.#placeholders++})`, "parameter", shape);
  }

  /** Numbers given by the traced function. */
  literal(values: ArrayLike<number>, shape: Shape, dtype: NumberType): Tensor {
    const exact = values instanceof Float32Array ? this.float32Sources.valuesOf(values) : Float64Array.from(values);
    return this.exact(exact, shape, dtype);
  }

  /** Numbers given in float64. */
  exact(values: Float64Array, shape: Shape, dtype: NumberType): Tensor {
    const node = this.builder.constant(values, shape);
    if (this.literals.length === this.suspect) {
      throw this.refuseRandom("makes other numbers each time it is called");
    }
    this.literals.push({ node, dtype });
    return this.tensor({ node, dtype });
  }

  /** A named input. The same name with the same values is the same input. */
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
        "name them apart, or define it once",
        "data",
      );
    }
    return { node: known.node, dtype };
  }

  /** Notes that a data input holds indices into these extents, column by column; its values, if the node is one as it came. */
  boundData(node: Node, extents: readonly number[]): Float64Array | undefined {
    if (isOp(node, "reshape")) return this.boundData(node.inputs[0]!, extents);
    for (const [name, input] of this.data) {
      if (input.node !== node) continue;
      if (!input.indexes.some((known) => sameShape(known, extents))) {
        this.data.set(name, { ...input, indexes: [...input.indexes, extents] });
      }
      return input.values;
    }
    return undefined;
  }

  /** Values that do not depend on parameters or data; everything else is refused. */
  read(dataId: object): Float32Array | Int32Array | Uint8Array {
    const traced = this.stands(dataId) ? undefined : this.#handles.get(dataId);
    const values = traced && constantValues(traced.node);
    if (traced === undefined || values === undefined) {
      throw this.refuse(
        "ERR_TRACE_READ",
        "reads the values of a tensor (dataSync, array, print) that are not known while it is traced",
        "compute with tensors only: tf.where instead of if, and print after the run",
      );
    }
    if (traced.dtype === "int32") return Int32Array.from(values);
    return traced.dtype === "bool" ? Uint8Array.from(values) : Float32Array.from(values);
  }

  /** The op in whose call we are, as the user wrote it: dropout, not the randomUniform inside it. */
  get op(): string | undefined {
    const scopes = this.engine.scopes();
    const suffix = "__op";
    const first = scopes.findLastIndex((name) => !name.endsWith(suffix)) + 1;
    return scopes[first]?.slice(0, -suffix.length);
  }

  /** The error of a refusal: who, where, what, why, what to do. */
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
        "make it a parameter, or say that it is constant: tf.variable(value, false) or a clone made outside",
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
        "make it outside the function, or anew in each call",
      );
    }
    if (exact?.name !== undefined) {
      const input = this.dataInput(exact.name, exact.values, shape, dtype);
      if (sameShape(input.node.shape, shape)) return input;
      // TensorFlow.js reads the shape of the tensor, which is still the old one.
      throw this.refuse(
        "ERR_LENGTH",
        `uses the data input "${exact.name}" made outside of it, which has the shape ${showShape(shape)} for good`,
        `call data("${exact.name}", ...) inside the function, then with() may give it another size`,
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
