import { engine, KernelBackend, type Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { type Shape, sizeOf } from "../graph.ts";
import { rememberExactValues } from "./exactValues.ts";
import { currentSession } from "./hooks.ts";

/**
 * A tensor whose values stay float64 in a traced loss, where `tf.tensor` made outside of it would round them to float32.
 *
 * Inside a loss or outside; a tensor made outside is the caller's to dispose, and behaves as an ordinary float32 tensor
 * where it is used without a trace. (Numbers written inside a loss, as in `tf.mul(x, 0.1)`, are exact without this.)
 *
 * @example const rates = constant([0.1, 0.2], [2]);
 * @param shape [] for a single number
 * @throws {RangeError} ERR_LENGTH if the values do not fill the shape; ERR_SHAPE if it is none; ERR_NOT_FINITE for NaN
 */
export function constant(values: Float64Array | readonly number[], shape: Shape): Tensor {
  const exact = checked("constant", values, shape);
  const nan = exact.findIndex(Number.isNaN);
  if (nan >= 0) throw failure("ERR_NOT_FINITE", `constant: expected numbers, got NaN at ${place(nan, shape)}`);
  return currentSession()?.exact(exact, shape, "float32") ?? outside(exact, shape);
}

/**
 * Named values of a loss that `problem.with({ name: values })` exchanges without a new trace: minibatches, targets.
 *
 * Inside a loss or outside, as for {@link constant}; the values are copied when the loss is traced and are those of the
 * problem as built. Their shape is part of the program. Made inside the loss, the input may get values with another
 * leading extent, a minibatch of another size: the loss is then traced once more for that size (as it is by then), and
 * this tensor has the new shape. One name in one loss is one input.
 *
 * @example objective([[3]], (w) => tf.mean(tf.square(tf.dot(data("inputs", inputs, [100, 3]), w))))
 * @throws {RangeError} ERR_LENGTH if the values do not fill the shape; ERR_SHAPE if it is none; ERR_NOT_FINITE for NaN
 *   or an infinity, with its place; ERR_DATA_NAME if the name is empty or stands for other values already
 */
export function data(name: string, values: Float64Array | readonly number[], shape: Shape): Tensor {
  if (typeof name !== "string" || name === "") {
    throw failure("ERR_DATA_NAME", `data: expected a name, got ${JSON.stringify(name)}`);
  }
  const exact = checked(`data "${name}"`, values, shape);
  checkFinite(`data "${name}"`, exact, shape);
  const session = currentSession();
  return session?.tensor(session.dataInput(name, exact, shape)) ?? outside(exact, shape, name);
}

/** Refuses NaN and infinities, naming the input and the place. */
export function checkFinite(who: string, values: Float64Array, shape: Shape): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw failure("ERR_NOT_FINITE", `${who}: expected finite numbers, got ${values[bad]} at ${place(bad, shape)}`);
  }
}

/** `index 7 ([1, 3])`. */
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
  return Float64Array.from(values);
}

/** Keeps float32 copies for eager use; a trace takes the exact values instead. */
class Store extends KernelBackend {
  readonly #values = new WeakMap<object, Float32Array>();
  override write(values: Float32Array): object {
    const dataId = {};
    this.#values.set(dataId, values);
    return dataId;
  }
  override readSync(dataId: object): Float32Array {
    const values = this.#values.get(dataId);
    if (values === undefined) throw new Error("internal: unknown data");
    return values;
  }
  override async read(dataId: object): Promise<Float32Array> {
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

function outside(values: Float64Array, shape: Shape, name?: string): Tensor {
  const tensor = engine().makeTensor(Float32Array.from(values), [...shape], "float32", store);
  rememberExactValues(tensor.dataId, name === undefined ? { values } : { values, name });
  return tensor;
}
