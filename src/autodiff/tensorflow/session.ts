import { failure } from "../../errors.ts";
import type { Precision } from "../executorNames.ts";
import type { Shape } from "../graph/graph.ts";
import { type Attribute, type Binding, loadBinding } from "./binding.ts";

/** A tensor of the binding. */
export type Tensor = number;

/** Numbers that stand for types in TensorFlow, and for kinds of attributes in the binding. */
const float32 = 1;
const float64 = 2;
export const int32 = 3;
export const int64 = 9;
export const boolean = 10;
const kinds = { int: 1, bool: 3, type: 4 } as const;

export const typeOf = (name: string, value: number): Attribute => ({ name, type: kinds.type, value });
export const flag = (name: string, value: boolean): Attribute => ({ name, type: kinds.bool, value });
export const integer = (name: string, value: number): Attribute => ({ name, type: kinds.int, value });

const bitcastTo64 = [typeOf("T", float32), typeOf("type", float64)];
const bitcastTo32 = [typeOf("T", float64), typeOf("type", float32)];

/**
 * Makes, computes and frees tensors by the binding.
 *
 * The binding knows no float64, but TensorFlow does: the bytes go in and out as twice as many float32, and the operation
 * `Bitcast`, which copies no byte, says what they are.
 */
export class Session {
  readonly #binding: Binding;
  /** Tensors that are not freed yet. Later ones have larger numbers. */
  readonly #live = new Set<Tensor>();
  readonly #fixed = new Map<string, Tensor>();
  /** The type of numbers, as most operations are told it. */
  readonly type: number;
  readonly typed: readonly Attribute[];
  #kernels = 0;
  #last: Tensor = -1;

  constructor(readonly precision: Precision) {
    this.#binding = loadBinding().binding;
    this.type = precision === "float64" ? float64 : float32;
    this.typed = [typeOf("T", this.type)];
  }

  /** Number of operations that were computed. */
  get kernels(): number {
    return this.#kernels;
  }

  /** Number of tensors that are not freed. */
  get tensors(): number {
    return this.#live.size;
  }

  /** Computes an operation with one result. @throws ERR_MEMORY, ERR_DEVICE */
  op(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor {
    this.#kernels++;
    let made: Tensor;
    try {
      made = this.#binding.executeOp(name, attributes, inputs, 1)[0]!.id;
    } catch (cause) {
      throw deviceFailure(name, cause);
    }
    this.#keep(made);
    return made;
  }

  /** Computes an operation whose only attribute is the type of its numbers. */
  plain(name: string, ...inputs: readonly Tensor[]): Tensor {
    return this.op(name, this.typed, inputs);
  }

  free(tensor: Tensor): void {
    if (this.#live.delete(tensor)) this.#binding.deleteTensor(tensor);
  }

  /** Does some work; if it fails, what it has made is freed. */
  attempt<T>(work: () => T): T {
    const before = this.#last;
    try {
      return work();
    } catch (error) {
      for (const tensor of [...this.#live]) if (tensor > before) this.free(tensor);
      this.#forgetFreed();
      throw error;
    }
  }

  /** Copies numbers to the device. */
  put(numbers: Float64Array, shape: Shape): Tensor {
    if (this.precision === "float32") return this.#create(shape, float32, Float32Array.from(numbers));
    // The binding shares memory with JavaScript, where the numbers may change.
    const own = numbers.slice();
    const bytes = this.#create([...shape, 2], float32, new Float32Array(own.buffer));
    const made = this.op("Bitcast", bitcastTo64, [bytes]);
    this.free(bytes);
    return made;
  }

  /** Copies numbers from the device into `out`, from the place `at` on. */
  get(tensor: Tensor, out: Float64Array, at: number): void {
    if (this.precision === "float32") {
      out.set(this.#read(tensor), at);
      return;
    }
    const bytes = this.op("Bitcast", bitcastTo32, [tensor]);
    const read = this.#read(bytes);
    this.free(bytes);
    out.set(new Float64Array(read.buffer, read.byteOffset, read.length / 2), at);
  }

  /** Makes a tensor of integers. */
  indices(values: ArrayLike<number>, shape: Shape = [values.length]): Tensor {
    return this.#create(shape, int32, Int32Array.from(values));
  }

  /** A short list of integers, made once and never freed. */
  vector(values: readonly number[]): Tensor {
    return this.#once(`[${values.join()}]`, () => this.indices(values));
  }

  /** An integer, made once and never freed. */
  integer(value: number): Tensor {
    return this.#once(`integer ${value}`, () => this.indices([value], []));
  }

  /** A number, made once and never freed. */
  scalar(value: number): Tensor {
    return this.#once(Object.is(value, -0) ? "-0" : String(value), () => this.put(Float64Array.of(value), []));
  }

  #once(key: string, make: () => Tensor): Tensor {
    let found = this.#fixed.get(key);
    if (found === undefined) {
      found = make();
      this.#fixed.set(key, found);
    }
    return found;
  }

  #create(shape: Shape, type: number, numbers: Float32Array | Int32Array): Tensor {
    let made: Tensor;
    try {
      made = this.#binding.createTensor(shape, type, numbers);
    } catch (cause) {
      throw deviceFailure("a copy to the device", cause);
    }
    this.#keep(made);
    return made;
  }

  #keep(made: Tensor): void {
    this.#live.add(made);
    this.#last = made;
  }

  #read(tensor: Tensor): Float32Array | Int32Array {
    try {
      return this.#binding.tensorDataSync(tensor);
    } catch (cause) {
      throw deviceFailure("a copy from the device", cause);
    }
  }

  #forgetFreed(): void {
    for (const [key, tensor] of this.#fixed) if (!this.#live.has(tensor)) this.#fixed.delete(key);
  }
}

/** Names what failed. Without memory a smaller problem may still be computed, which the code says. */
function deviceFailure(what: string, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/\bOOM\b|resource exhausted|out of memory|failed to allocate/i.test(message)) {
    return failure(
      "ERR_MEMORY",
      `executor tensorflow: the device has no memory left for ${what} (${message}); use fewer samples at once, ` +
        "FLUXION_PRECISION=float32, or another executor",
      { cause },
    );
  }
  return failure("ERR_DEVICE", `executor tensorflow: ${what} failed: ${message}`, { cause });
}

const sessions = new Map<Precision, Session>();

/** The session of this thread. */
export function sessionOf(precision: Precision): Session {
  let found = sessions.get(precision);
  if (found === undefined) {
    found = new Session(precision);
    sessions.set(precision, found);
  }
  return found;
}
