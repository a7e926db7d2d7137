import type { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../errors.ts";
import type { PlainField } from "./plainField.ts";
import type { ConvexSet, Problem } from "./problem.ts";
import { box, orthant } from "./sets/box.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { type PlainFieldOptions, problemWith, type TensorFieldOptions } from "./variationalInequality.ts";

/** Which coordinates are bounded, and how. */
export interface ComplementarityBounds {
  /** n; not needed where bounds or shapes are given, or the field is a problem. */
  readonly dimension?: number;
  /** Default 0 for all; -Infinity for a free variable. */
  readonly lower?: ArrayLike<number>;
  /** Default Infinity for all. */
  readonly upper?: ArrayLike<number>;
}

/**
 * The complementarity problem: z >= 0, F(z) >= 0, z_i F_i(z) = 0 for each i. With bounds, the mixed one: F_i(z) = 0 where
 * l_i < z_i < h_i, F_i(z) >= 0 where z_i = l_i, F_i(z) <= 0 where z_i = h_i.
 *
 * It is the variational inequality of F on the orthant or the box; F is given as there. Its natural residual is
 * min(z, F(z)).
 *
 * @example complementarity((z, out) => { out[0] = z[0] + 1; out[1] = z[1] - 2; }, { dimension: 2 }) // solved by (0, 2)
 * @throws {RangeError} ERR_OPTION_RANGE where nothing tells the dimension; ERR_LENGTH, ERR_EMPTY_SET for bounds that do not
 *   fit; else as {@link variationalInequality}
 * @see Cottle, Pang and Stone, "The linear complementarity problem", 1992
 */
export function complementarity(field: Problem, options?: ComplementarityBounds): Problem;
export function complementarity<const S extends Shapes>(
  field: TensorFunction<S, Tensor | readonly Tensor[]>,
  options: TensorFieldOptions<S> & ComplementarityBounds,
): Problem;
export function complementarity(field: PlainField, options: PlainFieldOptions & ComplementarityBounds): Problem;
export function complementarity(
  field: Problem | PlainField | TensorFunction<Shapes, Tensor | readonly Tensor[]>,
  options: (TensorFieldOptions | PlainFieldOptions) & ComplementarityBounds = {},
): Problem {
  const known = typeof field === "object" && field !== null ? field.dimension : undefined;
  return problemWith("complementarity", field, setOf(options, known), { name: "complementarity", ...options });
}

function setOf(options: (TensorFieldOptions | PlainFieldOptions) & ComplementarityBounds, known?: number): ConvexSet {
  const { lower, upper, shapes } = options;
  const dimension =
    options.dimension ?? known ?? lower?.length ?? upper?.length ?? (shapes === undefined ? undefined : sizeOf(shapes));
  if (dimension === undefined) {
    throw failure("ERR_OPTION_RANGE", "complementarity: expected a dimension, bounds or shapes, got none of them");
  }
  if (lower === undefined && upper === undefined) return orthant(dimension);
  return box(lower ?? new Float64Array(dimension), upper ?? new Float64Array(dimension).fill(Number.POSITIVE_INFINITY));
}

function sizeOf(shapes: Shapes): number {
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
