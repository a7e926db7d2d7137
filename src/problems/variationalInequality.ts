import type { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkOption, readOptions } from "../options.ts";
import { type PlainField, type PlainJacobian, plainField } from "./plainField.ts";
import type { ConvexSet, ParameterBlock, Problem } from "./problem.ts";
import { convexSetRule, json, shapes, text, texts, yesOrNo } from "./rules.ts";
import type { Shapes, TensorFunction } from "./traced/parametersOf.ts";
import { vectorField } from "./vectorField.ts";
import { withConstraint } from "./withConstraint.ts";

interface CommonOptions {
  /**
   * Name of the problem in messages, rows and files. Default: the name of the function, else "variationalInequality".
   */
  readonly name?: string;
  /** Data that `run.json` keeps of the problem. */
  readonly description?: JsonValue;
}

/** Options for a field in TensorFlow.js. */
export interface TensorFieldOptions<S extends Shapes = Shapes> extends CommonOptions {
  /** Shapes of the field's parameters, as for {@link vectorField}. They say that the field is a function of tensors. */
  readonly shapes: S;
  /** Names of the blocks, one for each shape. */
  readonly names?: readonly string[];
}

/** Options for a field in plain TypeScript. */
export interface PlainFieldOptions extends CommonOptions {
  readonly shapes?: undefined;
  /** Products J(z) v and J(z)^T u. Default: central differences, about ten digits at two evaluations per product. */
  readonly jacobian?: PlainJacobian;
  /** Whether J = J^T. Default false. */
  readonly symmetric?: boolean;
  /** Parameter blocks of z. Default: one block, `z`. */
  readonly blocks?: readonly ParameterBlock[];
}

const commonRules = { name: text, description: json } as const;

/** Rules of {@link TensorFieldOptions}. */
export const tensorFieldRules = { shapes: { ...shapes, required: true }, names: texts, ...commonRules } as const;

/** Rules of {@link PlainFieldOptions}. `shapes` stands among them for the list of options in messages. */
export const plainFieldRules = {
  shapes,
  jacobian: {
    expected: "an object { apply, applyTranspose } of functions",
    is: (value: { readonly apply?: unknown }) => typeof value === "object" && typeof value?.apply === "function",
  },
  symmetric: yesOrNo,
  blocks: { expected: "a list of parameter blocks", is: (value: unknown) => Array.isArray(value) },
  ...commonRules,
} as const;

/**
 * Builds the variational inequality VI(F, C): find z in C with <F(z), u - z> >= 0 for every u in C.
 *
 * F has one of three forms: a problem (a loss gives constrained minimisation), a function of tensors with its `shapes`,
 * or a function in plain TypeScript that writes F(z) into an array. The solutions are the zeros of the natural residual
 * z - Pi_C(z - F(z)). A problem takes no options.
 *
 * Cost: that of F.
 *
 * @example
 * const problem = variationalInequality((z, out) => { out[0] = z[0]! - 2; }, box([0], [1]));
 * const sameWithTensors = variationalInequality((x) => tf.sub(x, 2), box([0], [1]), { shapes: [[1]] });
 * for (const it of [problem, sameWithTensors]) {
 *   console.log(firstRows(it, [0.5], extragradient({ stepSize: 0.5 }), 100).at(-1)!.point[0]);
 * }
 * // 1
 * // 1
 * @param field F; {@link TensorFieldOptions} or {@link PlainFieldOptions} say more about one of the last two forms
 * @param set C
 * @throws {TypeError} ERR_OPTION_TYPE if the field has none of these forms, or C is not a convex set;
 *   ERR_OPTION_UNKNOWN for an option that this form does not have; else as {@link vectorField}
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
  const who = "variationalInequality";
  checkOption(who, "the set", set, convexSetRule);
  if (isProblem(field)) {
    readOptions(who, options as object, {});
    return withConstraint(who, field, set);
  }
  if (hasShapes(options)) return tensorProblem(who, field, set, readOptions(who, options, tensorFieldRules));
  return plainProblem(who, field, set, readOptions(who, options, plainFieldRules));
}

/** Whether the options are those of a function of tensors. They may be anything: `readOptions` comes later. */
export function hasShapes(options: TensorFieldOptions | PlainFieldOptions): options is TensorFieldOptions {
  return (options as Partial<TensorFieldOptions> | undefined)?.shapes !== undefined;
}

export function isProblem(field: unknown): field is Problem {
  return typeof field === "object" && field !== null;
}

type Read<O> = { readonly [K in keyof O]: O[K] | undefined };

/** Puts a function of tensors on a set. */
export function tensorProblem(
  who: string,
  field: unknown,
  set: ConvexSet,
  { name, shapes, names, description }: Read<TensorFieldOptions> & Pick<TensorFieldOptions, "shapes">,
): Problem {
  checkFunction(who, field);
  const traced = vectorField(shapes, field as TensorFunction<Shapes, Tensor | readonly Tensor[]>, {
    name: name ?? (field.name || who),
    ...(names === undefined ? {} : { names }),
    ...(description === undefined ? {} : { description }),
  });
  return withConstraint(who, traced, set);
}

/** Puts a function in plain TypeScript on a set. */
export function plainProblem(
  who: string,
  field: unknown,
  set: ConvexSet,
  { name, jacobian, symmetric, blocks, description }: Omit<Read<PlainFieldOptions>, "shapes">,
): Problem {
  checkFunction(who, field);
  return plainField({
    name: name ?? (field.name || who),
    dimension: set.dimension,
    field: field as PlainField,
    jacobian,
    symmetric,
    blocks,
    description,
    constraint: set,
  });
}

function checkFunction(who: string, field: unknown): asserts field is (...given: never) => unknown {
  if (typeof field === "function") return;
  throw failure("ERR_OPTION_TYPE", `${who}: expected a problem or a function as field, got ${typeof field}`);
}
