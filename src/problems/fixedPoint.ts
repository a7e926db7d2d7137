import { sub, type Tensor } from "@tensorflow/tfjs-core";
import { isTensor } from "../autodiff/trace/trace.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { type PlainField, type PlainJacobian, plainField } from "./plainField.ts";
import type { Problem } from "./problem.ts";
import { positiveInteger } from "./rules.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import {
  hasShapes,
  type PlainFieldOptions,
  plainFieldRules,
  type TensorFieldOptions,
  tensorFieldRules,
} from "./variationalInequality.ts";
import { vectorField } from "./vectorField.ts";

/** Options for a map in plain TypeScript. */
export interface PlainMapOptions extends PlainFieldOptions {
  /** Dimension n. */
  readonly dimension: number;
}

const plainRules = { dimension: { ...positiveInteger, required: true }, ...plainFieldRules } as const;

/**
 * Builds the problem of finding fixed points of a map T: the zeros of F = I - T.
 *
 * F is monotone if T is non-expansive, and strongly monotone with modulus 1 - q if T is a contraction by q. A step of
 * size 1 against F is the iteration z <- T(z). T is a function of tensors with its `shapes`, or a function in plain
 * TypeScript that writes T(z) into an array. The option `jacobian` is the Jacobian J_T of T; the problem's is I - J_T.
 *
 * Cost: that of T.
 *
 * @example
 * const problem = fixedPoint((z, out) => { out[0] = Math.cos(z[0]!); }, { dimension: 1 });
 * const last = firstRows(problem, [1], gradientStep(1), 100).at(-1)!;
 * console.log(last.point[0]!.toFixed(6));
 * // 0.739085
 * @param map T
 * @param options {@link TensorFieldOptions} or {@link PlainMapOptions}
 * @throws {TypeError} ERR_OPTION_TYPE if T is not a function, or for options that are missing or of the wrong type;
 *   ERR_OPTION_UNKNOWN for an option that this form does not have; ERR_LOSS if T does not return tensors of its
 *   parameters' shapes
 * @throws {RangeError} ERR_OPTION_RANGE for a dimension that is not a positive integer
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
  const fallback = map.name || "fixedPoint";
  if (hasShapes(options)) {
    const { shapes, name = fallback, names, description } = readOptions("fixedPoint", options, tensorFieldRules);
    const tensorMap = map as TensorFunction<Shapes, Tensor | readonly Tensor[]>;
    return vectorField(shapes, (...z: readonly Tensor[]) => residual(z, tensorMap(...z)), {
      name,
      ...(names === undefined ? {} : { names }),
      ...(description === undefined ? {} : { description }),
    });
  }
  const read = readOptions("fixedPoint", options, plainRules);
  const { dimension, jacobian, symmetric, blocks, description } = read;
  const plain = map as PlainField;
  return plainField({
    name: read.name ?? fallback,
    dimension,
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

/** Gives z - T(z). An image of another form is passed on as it is, so that `vectorField` refuses it. */
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
