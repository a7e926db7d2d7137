import type { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import type { PlainField } from "./plainField.ts";
import type { ConvexSet, Problem } from "./problem.ts";
import { positiveInteger, vector } from "./rules.ts";
import { box, orthant } from "./sets/box.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import {
  hasShapes,
  isProblem,
  type PlainFieldOptions,
  plainFieldRules,
  plainProblem,
  type TensorFieldOptions,
  tensorFieldRules,
  tensorProblem,
} from "./variationalInequality.ts";
import { withConstraint } from "./withConstraint.ts";

/** Bounds of the coordinates. */
export interface ComplementarityBounds {
  /** Dimension n. It may be left out if bounds or shapes are given, or if the field is a problem. */
  readonly dimension?: number;
  /** Lower bounds l; -Infinity for a free variable. Default: 0 for each coordinate. */
  readonly lower?: ArrayLike<number>;
  /** Upper bounds h. Default: Infinity for each coordinate. */
  readonly upper?: ArrayLike<number>;
}

const boundsRules = { dimension: positiveInteger, lower: vector, upper: vector } as const;
const tensorRules = { ...tensorFieldRules, ...boundsRules } as const;
const plainRules = { ...plainFieldRules, ...boundsRules } as const;

/**
 * Builds the complementarity problem: find z >= 0 with F(z) >= 0 and z_i F_i(z) = 0 for each i.
 *
 * With bounds l and h it is the mixed problem: F_i(z) = 0 where l_i < z_i < h_i, F_i(z) >= 0 where z_i = l_i, and
 * F_i(z) <= 0 where z_i = h_i.
 *
 * It is the variational inequality of F on the orthant or on the box, and F has the same forms as in
 * {@link variationalInequality}. Without bounds its natural residual is min(z, F(z)).
 *
 * Cost: that of F.
 *
 * @example
 * const problem = complementarity((z, out) => { out[0] = z[0]! + 1; out[1] = z[1]! - 2; }, { dimension: 2 });
 * const last = firstRows(problem, [1, 1], extragradient({ stepSize: 0.5 }), 200).at(-1)!;
 * console.log([...last.point].map((x) => x.toFixed(4)).join(" "));
 * // 0.0000 2.0000
 * @param field F
 * @param options {@link ComplementarityBounds}; for a function also those of {@link variationalInequality}
 * @throws {RangeError} ERR_OPTION_RANGE if nothing tells the dimension; ERR_LENGTH, ERR_EMPTY_SET for bounds that do
 *   not fit; else as {@link variationalInequality}
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
  const who = "complementarity";
  if (isProblem(field)) {
    return withConstraint(who, field, setOf(readOptions(who, options as object, boundsRules), field.dimension));
  }
  if (hasShapes(options)) {
    const read = readOptions(who, options, tensorRules);
    return tensorProblem(who, field, setOf(read, sizeOf(read.shapes)), { ...read, name: read.name ?? who });
  }
  const read = readOptions(who, options, plainRules);
  return plainProblem(who, field, setOf(read), { ...read, name: read.name ?? who });
}

function setOf(
  bounds: { readonly [K in keyof ComplementarityBounds]?: ComplementarityBounds[K] | undefined },
  known?: number,
): ConvexSet {
  const { lower, upper } = bounds;
  const dimension = bounds.dimension ?? known ?? lower?.length ?? upper?.length;
  if (dimension === undefined) {
    throw failure("ERR_OPTION_RANGE", "complementarity: expected a dimension, bounds or shapes, got none of them");
  }
  if (lower === undefined && upper === undefined) return orthant(dimension);
  return box(lower ?? new Float64Array(dimension), upper ?? new Float64Array(dimension).fill(Number.POSITIVE_INFINITY));
}

function sizeOf(shapes: Shapes): number {
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
