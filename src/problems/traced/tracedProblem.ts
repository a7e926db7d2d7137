import type { Tensor } from "@tensorflow/tfjs-core";
import { gradient } from "../../autodiff/derivatives/differentiate.ts";
import type { Node, Shape } from "../../autodiff/graph/graph.ts";
import { reachable } from "../../autodiff/graph/walk.ts";
import { reduceSamples, type SampleReduction } from "../../autodiff/passes/reduceSamples.ts";
import { compileField, type FieldProgram } from "../../autodiff/program.ts";
import { type Complain, isTensor, type Traceable, type TracedFunction, trace } from "../../autodiff/trace/trace.ts";
import { failure, isFluxionError } from "../../errors.ts";
import { warn as report } from "../../host.ts";
import type { JsonValue } from "../../json.ts";
import { dataHash } from "../data/dataHash.ts";
import type { ConvexSet, ParameterBlock, Problem, TracedProblem } from "../problem.ts";
import { exchanged } from "./exchangedData.ts";

/** Options of all problems that are traced. */
export interface TracedProblemOptions {
  /** In messages, rows and files; default: the name of the function, else "objective" or "vectorField". */
  readonly name?: string;
  /** C of the variational inequality; default all of R^n. */
  readonly constraint?: ConvexSet;
  /** What `run.json` keeps of the problem; default: name, shapes, hashes of the data inputs. */
  readonly description?: JsonValue;
  /**
   * Whether a loss that is linear in captured data before it is squared and summed, as a linear network's, is computed on
   * the triangular factor of the data: the same loss to rounding, at a cost free of the number of samples. Default true.
   */
  readonly reduceSamples?: boolean;
  /** Called where the function does not use a parameter, or assigns to a model's moving averages; default `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

interface TracedProblemParts {
  readonly who: string;
  readonly symmetric: boolean;
  readonly blocks: readonly ParameterBlock[];
  /** Variables that stand for the parameters, one for each block; absent: the function takes them as arguments. */
  readonly variables?: readonly Tensor[];
  /** Variables that are constants, though they may be trainable or assigned to. */
  readonly constants?: readonly Tensor[];
  readonly call: Traceable;
  readonly outputsOf: (result: unknown, complain: Complain) => readonly Tensor[];
  /** F in the outputs; default: the gradient of the first where the problem is symmetric, else the outputs themselves. */
  readonly fieldOf?: (traced: TracedFunction, symmetric: boolean) => TracedField;
  readonly options: TracedProblemOptions;
}

/** A field in a traced function's graph. */
export interface TracedField {
  /** F(z): for each parameter a tensor of its shape. */
  readonly field: readonly Node[];
  /** Further members of the problem on the given data. */
  readonly extend?: (data: ReadonlyMap<string, Float64Array>) => Partial<Problem>;
}

/** Traces, differentiates and compiles: the common part of `objective`, `vectorField`, `modelObjective` and games. */
export function tracedProblem(parts: TracedProblemParts): TracedProblem {
  const { who, call, options, blocks } = parts;
  if (typeof call !== "function") {
    throw failure("ERR_OPTION_TYPE", `${who}: expected a function as second argument, got ${typeof call}`);
  }
  const first = compile(parts, new Map());
  warn(parts, first.traced);
  const sizes = new Map([[sizesKey(first.traced), first]]);
  const family: Family = {
    ...parts,
    name: options.name ?? (call.name || who),
    dimension: blocks.reduce((sum, block) => sum + block.size, 0),
    ofSizes(shapes) {
      const key = JSON.stringify([...shapes]);
      const known = sizes.get(key) ?? compile(parts, shapes);
      sizes.set(key, known);
      return known;
    },
  };
  return problemOf(family, first, new Map([...first.traced.data].map(([key, { values }]) => [key, values])));
}

/** One trace, for one size of each data input. */
interface Compiled {
  readonly traced: TracedFunction;
  readonly program: FieldProgram;
  readonly extend: TracedField["extend"];
  /** Sums over samples that were replaced by shorter ones of the same value. */
  readonly reductions: readonly SampleReduction[];
}

/** What problems on different data have in common. */
interface Family extends TracedProblemParts {
  readonly name: string;
  readonly dimension: number;
  /** Traced when a size is met for the first time. */
  readonly ofSizes: (shapes: ReadonlyMap<string, readonly number[]>) => Compiled;
}

function compile(
  {
    who,
    symmetric,
    blocks,
    variables,
    constants = [],
    call,
    outputsOf,
    fieldOf = defaultField,
    options,
  }: TracedProblemParts,
  dataShapes: ReadonlyMap<string, readonly number[]>,
): Compiled {
  const named = blocks.map(({ name, shape }, i) => {
    const variable = variables?.[i];
    return variable === undefined ? { name, shape } : { name, shape, variable };
  });
  const asWritten = trace({ who, parameters: named, call, outputsOf, constants, dataShapes });
  const { output, reductions } =
    symmetric && options.reduceSamples !== false
      ? reduceSamples(asWritten.builder, asWritten.outputs[0]!)
      : { output: asWritten.outputs[0]!, reductions: [] };
  const traced = { ...asWritten, outputs: [output, ...asWritten.outputs.slice(1)] };
  const { builder, parameters, data, outputs } = traced;
  const { field, extend } = fieldOf(traced, symmetric);
  const program = compileField({
    builder,
    parameters,
    data: [...data].map(([, { node }]) => node),
    ...(symmetric ? { value: outputs[0]! } : {}),
    field,
    symmetric,
  });
  return { traced, program, extend, reductions };
}

function defaultField({ builder, outputs, parameters }: TracedFunction, symmetric: boolean): TracedField {
  return { field: symmetric ? gradient(builder, outputs[0]!, parameters) : outputs };
}

function sizesKey({ data }: TracedFunction): string {
  return JSON.stringify([...data].map(([name, { node }]) => [name, node.shape]));
}

function problemOf(family: Family, compiled: Compiled, data: ReadonlyMap<string, Float64Array>): TracedProblem {
  const { name, dimension, symmetric, blocks, options } = family;
  const { evaluate, linearize } = compiled.program.instance(Object.fromEntries(data));
  return {
    name,
    dimension,
    symmetric,
    evaluate,
    linearize,
    blocks,
    ...compiled.extend?.(data),
    ...(options.constraint === undefined ? {} : { constraint: options.constraint }),
    /** Computed when it is read: hashing the data of every minibatch would cost as much as using them. */
    get description() {
      return options.description ?? descriptionOf(family, compiled, data);
    },
    with(given) {
      const { values, shapes } = exchanged(family.name, compiled.traced, data, given);
      return problemOf(family, shapes === undefined ? compiled : ofSizes(family, shapes), values);
    },
  };
}

/** The function for other sizes; where it fails, which these are. */
function ofSizes({ name, ofSizes }: Family, shapes: ReadonlyMap<string, Shape>): Compiled {
  try {
    return ofSizes(shapes);
  } catch (cause) {
    if (isFluxionError(cause)) throw cause;
    const sizes = [...shapes].map(([input, shape]) => `${input} [${shape.join(", ")}]`).join(", ");
    const message = cause instanceof Error ? cause.message : String(cause);
    throw failure(
      "ERR_SHAPE",
      `${name}.with: the function fails with data of the shapes ${sizes}: ${message}; exchange all that belong together`,
      { cause },
    );
  }
}

function descriptionOf(
  { name, blocks }: Family,
  { traced, reductions }: Compiled,
  data: ReadonlyMap<string, Float64Array>,
): JsonValue {
  return {
    problem: name,
    blocks: blocks.map((block) => ({ name: block.name, shape: [...block.shape] })),
    data: Object.fromEntries(
      [...data].map(([key, values]) => [key, dataHash(traced.data.get(key)!.node.shape, values)]),
    ),
    ...(reductions.length === 0 ? {} : { reducedSamples: reductions.map((reduction) => ({ ...reduction })) }),
  };
}

function warn({ who, blocks, options: { onWarning } }: TracedProblemParts, traced: TracedFunction): void {
  const used = new Set<Node>(reachable(traced.outputs));
  const unused = traced.parameters.flatMap((parameter, i) => (used.has(parameter) ? [] : [blocks[i]!.name]));
  const messages = [
    unused.length > 0 &&
      `${who}: the function does not use ${unused.join(", ")}; their derivatives are 0. ` +
        "Remove them from the shapes, or check the function",
    traced.assigned.length > 0 &&
      `${who}: the function assigns to ${traced.assigned.join(", ")}, which is left out: they stay as they are. ` +
        "Moving averages follow when the model is applied in training mode after the run",
  ];
  for (const message of messages) {
    if (message === false) continue;
    if (onWarning !== undefined) onWarning(message);
    else report(message);
  }
}

/** What a function returned, in a few words. */
export function describeResult(result: unknown): string {
  if (result === undefined || result === null) return String(result);
  if (isTensor(result)) return `a tensor of shape [${result.shape.join(", ")}]`;
  if (Array.isArray(result)) return `[${result.map(describeResult).join(", ")}]`;
  return `a ${typeof result}`;
}
