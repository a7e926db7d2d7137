import type { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { type PlainField, type PlainJacobian, plainField } from "./plainField.ts";
import type { ConvexSet, ParameterBlock, Problem } from "./problem.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { vectorField } from "./vectorField.ts";
import { withConstraint } from "./withConstraint.ts";

interface CommonOptions {
  /** In messages, rows and files; default: the name of the field, else "variationalInequality". */
  readonly name?: string;
  /** What `run.json` keeps of the problem. */
  readonly description?: JsonValue;
}

/** For a field in TensorFlow.js. */
export interface TensorFieldOptions<S extends Shapes = Shapes> extends CommonOptions {
  /** Of the field's parameters, as for {@link vectorField}: says that it is a function of tensors. */
  readonly shapes: S;
  /** Of the blocks, one for each shape. */
  readonly names?: readonly string[];
}

/** For a field in plain TypeScript. */
export interface PlainFieldOptions extends CommonOptions {
  readonly shapes?: undefined;
  /** J(z) v and J(z)^T u; default: central differences, about ten digits at two evaluations a product. */
  readonly jacobian?: PlainJacobian;
  /** J = J^T; default false. */
  readonly symmetric?: boolean;
  /** Default: one block, `z`. */
  readonly blocks?: readonly ParameterBlock[];
}

/**
 * The variational inequality VI(F, C): find z in C with <F(z), u - z> >= 0 for every u in C.
 *
 * F is a problem that exists already (a loss gives constrained minimisation), a function of tensors with its `shapes`, or
 * a function in plain TypeScript that writes F(z) into an array. Solutions are the zeros of the natural residual
 * z - Pi_C(z - F(z)).
 *
 * @example
 * variationalInequality((z, out) => { out[0] = z[0] - 2; }, box([0], [1])); // solved by z = 1
 * variationalInequality((x) => tf.sub(x, 2), box([0], [1]), { shapes: [[1]] }); // the same, with exact derivatives
 * @throws {TypeError} ERR_OPTION_TYPE if the field is neither; else as {@link vectorField}
 * @throws {RangeError} ERR_LENGTH if field and set have different dimensions
 * @see Facchinei and Pang, "Finite-dimensional variational inequalities and complementarity problems", 2003
 */
export function variationalInequality(field: Problem, set: ConvexSet): Problem;
export function variationalInequality<const S extends Shapes>(
  field: TensorFunction<S, Tensor | readonly Tensor[]>,
  set: ConvexSet,
  options: TensorFieldOptions<S>,
): Problem;
export function variationalInequality(field: PlainField, set: ConvexSet, options?: PlainFieldOptions): Problem;
export function variationalInequality(
  field: Problem | PlainField | TensorFunction<Shapes, Tensor | readonly Tensor[]>,
  set: ConvexSet,
  options: TensorFieldOptions | PlainFieldOptions = {},
): Problem {
  return problemWith("variationalInequality", field, set, options);
}

/** The common part of `variationalInequality`, `complementarity` and `fixedPoint`. */
export function problemWith(
  who: string,
  field: Problem | PlainField | TensorFunction<Shapes, Tensor | readonly Tensor[]>,
  set: ConvexSet,
  options: TensorFieldOptions | PlainFieldOptions,
): Problem {
  if (typeof field === "object" && field !== null) return withConstraint(who, field, set);
  if (typeof field !== "function") {
    throw failure("ERR_OPTION_TYPE", `${who}: expected a problem or a function as field, got ${typeof field}`);
  }
  const name = options.name ?? (field.name || who);
  if (options.shapes !== undefined) {
    const { shapes, names, description } = options;
    const traced = vectorField(shapes, field as TensorFunction<Shapes, Tensor | readonly Tensor[]>, {
      name,
      ...(names === undefined ? {} : { names }),
      ...(description === undefined ? {} : { description }),
    });
    return withConstraint(who, traced, set);
  }
  const { jacobian, symmetric, blocks, description } = options;
  return plainField({
    name,
    dimension: set.dimension,
    field: field as PlainField,
    jacobian,
    symmetric,
    blocks,
    description,
    constraint: set,
  });
}
