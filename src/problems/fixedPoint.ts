import { sub, type Tensor } from "@tensorflow/tfjs-core";
import { isTensor } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import { type PlainField, type PlainJacobian, plainField } from "./plainField.ts";
import type { Problem } from "./problem.ts";
import { wholeSpace } from "./sets/wholeSpace.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import type { PlainFieldOptions, TensorFieldOptions } from "./variationalInequality.ts";
import { vectorField } from "./vectorField.ts";

/** For a map in plain TypeScript. */
export interface PlainMapOptions extends PlainFieldOptions {
  /** n. */
  readonly dimension: number;
}

/**
 * The fixed points of a map T: the zeros of F = I - T.
 *
 * F is monotone where T is non-expansive, strongly monotone with modulus 1 - q where T is a contraction by q; a step of
 * size 1 against F is the iteration z <- T(z). T is a function of tensors with its `shapes`, or a function in plain
 * TypeScript that writes T(z) into an array; its Jacobian is that of T, the problem's is I - J_T.
 *
 * @example fixedPoint((z, out) => { out[0] = Math.cos(z[0]); }, { dimension: 1 }) // 0.739...
 * @throws {TypeError} ERR_OPTION_TYPE if T is no function; ERR_LOSS if it does not return tensors of its parameters' shapes
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is none
 */
export function fixedPoint<const S extends Shapes>(
  map: TensorFunction<S, Tensor | readonly Tensor[]>,
  options: TensorFieldOptions<S>,
): Problem;
export function fixedPoint(map: PlainField, options: PlainMapOptions): Problem;
export function fixedPoint(
  map: PlainField | TensorFunction<Shapes, Tensor | readonly Tensor[]>,
  options: TensorFieldOptions | PlainMapOptions,
): Problem {
  if (typeof map !== "function") {
    throw failure("ERR_OPTION_TYPE", `fixedPoint: expected a function as map, got ${typeof map}`);
  }
  const name = options.name ?? (map.name || "fixedPoint");
  if (options.shapes !== undefined) {
    const { shapes, names, description } = options;
    const tensorMap = map as TensorFunction<Shapes, Tensor | readonly Tensor[]>;
    return vectorField(shapes, (...z: readonly Tensor[]) => residual(z, tensorMap(...z)), {
      name,
      ...(names === undefined ? {} : { names }),
      ...(description === undefined ? {} : { description }),
    });
  }
  const { dimension, jacobian, symmetric, blocks, description } = options;
  const plain = map as PlainField;
  return plainField({
    name,
    dimension: wholeSpace(dimension).dimension,
    field(point, out) {
      plain(point, out);
      for (let i = 0; i < dimension; i++) out[i] = point[i]! - out[i]!;
    },
    jacobian: jacobian && minusIdentity(jacobian),
    symmetric,
    blocks,
    description,
  });
}

/** z - T(z), as far as T(z) has the right form; what has not is left for `vectorField` to refuse. */
function residual(z: readonly Tensor[], image: unknown): Tensor | readonly Tensor[] {
  const images: readonly unknown[] = Array.isArray(image) ? image : [image];
  const fits =
    images.length === z.length && images.every((t, i) => isTensor(t) && t.shape.join() === z[i]!.shape.join());
  return fits ? images.map((t, i) => sub(z[i]!, t as Tensor)) : (image as Tensor);
}

function minusIdentity({ apply, applyTranspose }: PlainJacobian): PlainJacobian {
  const of =
    (f: PlainJacobian["apply"]): PlainJacobian["apply"] =>
    (point, v, out) => {
      f(point, v, out);
      for (let i = 0; i < v.length; i++) out[i] = v[i]! - out[i]!;
    };
  return { apply: of(apply), ...(applyTranspose && { applyTranspose: of(applyTranspose) }) };
}
