import { engine, KernelBackend, type Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import { type Shape, sizeOf } from "../graph/graph.ts";
import { type NumberType, rememberExactValues } from "./exactValues.ts";
import { currentSession } from "./hooks.ts";

/**
 * Makes a tensor whose values stay float64 in a traced loss, where a `tf.tensor` made outside the loss would round them
 * to float32.
 *
 * It may be called inside a loss or outside. A tensor made outside must be disposed by the caller, and behaves as an
 * ordinary float32 tensor where it is used without a trace. (Numbers written inside a loss, as in `tf.mul(x, 0.1)`, are
 * exact anyway.)
 *
 * @example const rates = constant([0.1, 0.2], [2]);
 * @param values numbers in row-major order; infinities are allowed
 * @param shape shape of the tensor; [] for a single number
 * @throws {RangeError} ERR_LENGTH if the values do not fill the shape; ERR_SHAPE if the shape is not one;
 *   ERR_NOT_FINITE for NaN
 * @throws {TypeError} ERR_OPTION_TYPE for values that are not an array of numbers
 */
export function constant(values: Float64Array | readonly number[], shape: Shape): Tensor {
  const exact = checked("constant", values, shape);
  const nan = exact.findIndex(Number.isNaN);
  if (nan >= 0) throw failure("ERR_NOT_FINITE", `constant: expected numbers, got NaN at ${place(nan, shape)}`);
  return currentSession()?.exact(exact, shape, "float32") ?? outside(exact, shape);
}

/**
 * Makes a tensor of named values that `problem.with({ name: values })` exchanges without a new trace, such as
 * minibatches and targets.
 *
 * Like {@link constant}, it may be called inside a loss or outside. The values are copied when the loss is traced, and
 * they are those of the problem as built. Their shape is part of the program. If the tensor is made inside the loss, it
 * may later get values of another leading extent, as a minibatch of another size has: the loss, as it is by then, is
 * traced once more for that size, and this tensor has the new shape. One name in one loss is one input.
 *
 * Labels and indices are "int32" (for `tf.oneHot` and `tf.gather`, whose indices are checked, also those given later),
 * masks are "bool" (for `tf.where`).
 *
 * @example
 * const inputs = gaussianData({ inputs: 3, samples: 100, seed: 1 });
 * const loss = (w: tf.Tensor1D) => tf.mean(tf.square(tf.dot(data("inputs", inputs, [100, 3]), w)));
 * const problem = objective([[3]], loss);
 * @param name name of the input, not empty
 * @param values numbers in row-major order
 * @param shape shape of the tensor; [] for a single number
 * @param dtype type of the tensor for TensorFlow.js; default "float32"
 * @throws {RangeError} ERR_LENGTH if the values do not fill the shape; ERR_SHAPE if the shape is not one;
 *   ERR_NOT_FINITE for NaN or an infinity, with its place; ERR_OPTION_RANGE for numbers that the type does not have;
 *   ERR_DATA_NAME if the name is empty or already stands for other values
 * @throws {TypeError} ERR_OPTION_TYPE for values that are not an array of numbers, or for an unknown type
 */
export function data(
  name: string,
  values: Float64Array | readonly number[],
  shape: Shape,
  dtype: NumberType = "float32",
): Tensor {
  if (typeof name !== "string" || name === "") {
    throw failure("ERR_DATA_NAME", `data: expected a name, got ${JSON.stringify(name)}`);
  }
  const exact = checked(`data "${name}"`, values, shape);
  checkData(`data "${name}"`, exact, shape, dtype);
  const session = currentSession();
  return session?.tensor(session.dataInput(name, exact, shape, dtype)) ?? outside(exact, shape, dtype, name);
}

/**
 * Makes a tensor that stands for an intermediate result while a function is traced, so that what is computed from it is a
 * function of it alone. Its node is the input of that name and role `residual`.
 */
export function standIn(name: string, shape: Shape): Tensor {
  const session = currentSession();
  if (session === undefined) throw new Error("internal: standIn: there is no trace");
  return session.tensor({ node: session.builder.input(name, "residual", shape), dtype: "float32" });
}

/**
 * Refuses NaN, infinities and numbers that the type does not have. The message names the input and the place.
 *
 * @param where says where a number stands; default: its index, and its coordinates in the shape
 */
export function checkData(
  who: string,
  values: Float64Array,
  shape: Shape,
  dtype: NumberType,
  where: (index: number) => string = (index) => `at ${place(index, shape)}`,
): void {
  if (!Object.hasOwn(wanted, dtype)) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected the type "float32", "int32" or "bool", got ${String(dtype)}`);
  }
  const infinite = firstInfinite(values);
  if (infinite >= 0) {
    throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers, got ${values[infinite]} ${where(infinite)}`);
  }
  const foreign = dtype === "float32" ? -1 : dtype === "int32" ? firstNotWhole(values) : firstNotBoolean(values);
  if (foreign < 0) return;
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: expected ${wanted[dtype]} (${dtype}), got ${values[foreign]} ${where(foreign)}`,
  );
}

const wanted: Readonly<Record<NumberType, string>> = {
  float32: "numbers",
  int32: "whole numbers of 32 bits",
  bool: "0 or 1",
};

// Minibatches come at every step, and a plain loop takes a tenth of the time of one that calls a function per number.

/** Place of the first NaN or infinity; -1 if there is none. */
function firstInfinite(values: Float64Array): number {
  const n = values.length;
  let i = 0;
  // A difference of a number with itself is 0, one of NaN or an infinity NaN, which a sum keeps.
  for (; i + 3 < n; i += 4) {
    const a = values[i]!;
    const b = values[i + 1]!;
    const c = values[i + 2]!;
    const d = values[i + 3]!;
    if (a - a + (b - b) + (c - c + (d - d)) !== 0) break;
  }
  for (; i < n; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}

function firstNotWhole(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] !== (values[i]! | 0)) return i;
  return -1;
}

function firstNotBoolean(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 1) return i;
  return -1;
}

/** Writes a place as `index 7 ([1, 3])`. */
function place(index: number, shape: Shape): string {
  const coordinates: number[] = [];
  let rest = index;
  for (const extent of shape.toReversed()) {
    coordinates.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return shape.length > 1 ? `index ${index} ([${coordinates.join(", ")}])` : `index ${index}`;
}

function checked(who: string, values: Float64Array | readonly number[], shape: Shape): Float64Array {
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw failure("ERR_SHAPE", `${who}: expected a shape such as [100, 3], got ${JSON.stringify(shape)}`);
  }
  if (!(values instanceof Float64Array) && !Array.isArray(values)) {
    throw failure("ERR_OPTION_TYPE", `${who}: expected a Float64Array or an array of numbers, got ${typeof values}`);
  }
  if (values.length !== sizeOf(shape)) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected ${sizeOf(shape)} numbers for the shape [${shape.join(", ")}], got ${values.length}`,
    );
  }
  if (values instanceof Float64Array) return Float64Array.from(values);
  // A typed array would take a text for NaN, or for the number that it spells, and nothing for 0.
  const odd = values.findIndex((value: unknown) => typeof value !== "number" && typeof value !== "boolean");
  if (odd < 0) return Float64Array.from(values);
  throw failure("ERR_OPTION_TYPE", `${who}: expected numbers, got ${showValue(values[odd])} at ${place(odd, shape)}`);
}

type Stored = Float32Array | Int32Array | Uint8Array;

/** Keeps float32 copies for eager use; a trace takes the exact values instead. */
class Store extends KernelBackend {
  readonly #values = new WeakMap<object, Stored>();
  override write(values: Stored): object {
    const dataId = {};
    this.#values.set(dataId, values);
    return dataId;
  }
  override readSync(dataId: object): Stored {
    const values = this.#values.get(dataId);
    if (values === undefined) throw new Error("internal: unknown data");
    return values;
  }
  override async read(dataId: object): Promise<Stored> {
    return this.readSync(dataId);
  }
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  decRef(): void {}
}
const store = new Store();

function outside(values: Float64Array, shape: Shape, dtype: NumberType = "float32", name?: string): Tensor {
  const stored = dtype === "float32" ? Float32Array : dtype === "int32" ? Int32Array : Uint8Array;
  const tensor = engine().makeTensor(stored.from(values), [...shape], dtype, store);
  rememberExactValues(tensor.dataId, name === undefined ? { values } : { values, name });
  return tensor;
}
