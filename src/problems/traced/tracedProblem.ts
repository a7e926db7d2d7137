import type { Tensor } from "@tensorflow/tfjs-core";
import { type InputData, numbersOf } from "../../autodiff/chosenRows.ts";
import { gradient } from "../../autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../../autodiff/fieldParts.ts";
import type { Node, Shape } from "../../autodiff/graph/graph.ts";
import { reachable } from "../../autodiff/graph/walk.ts";
import { firstNotFinite, type NamedOutputs } from "../../autodiff/interpret/firstNotFinite.ts";
import { reduceSamples, type SampleReduction } from "../../autodiff/passes/reduceSamples.ts";
import { compileField, type FieldInstance, type FieldProgram } from "../../autodiff/program.ts";
import { type Complain, type Traceable, type TracedFunction, trace } from "../../autodiff/trace/trace.ts";
import { failure, isFluxionError } from "../../errors.ts";
import { warn as report } from "../../host.ts";
import type { JsonValue } from "../../json.ts";
import { type VectorLender, vectorsOfProgram } from "../../linalg/programMemory.ts";
import { dataHash } from "../data/dataHash.ts";
import type { DataValues, ParameterBlock, TracedProblem } from "../problem.ts";
import { exchanged, rowChooser } from "./exchangedData.ts";
import { firstSourceRows, SourceRows } from "./sourceRows.ts";
import type { ReadTracedOptions } from "./tracedOptions.ts";

export interface TracedProblemParts {
  readonly who: string;
  readonly symmetric: boolean;
  readonly blocks: readonly ParameterBlock[];
  /** Variables that stand for the parameters, one for each block. Absent: the function takes them as arguments. */
  readonly variables?: readonly Tensor[];
  /** Variables to be treated as constants, even if they are trainable or assigned to. */
  readonly constants?: readonly Tensor[];
  readonly call: Traceable;
  readonly outputsOf: (result: unknown, complain: Complain) => readonly Tensor[];
  /**
   * Field F as a function of the outputs. Default: the gradient of the first output if the problem is symmetric, else
   * the outputs themselves.
   */
  readonly fieldOf?: (traced: TracedFunction, symmetric: boolean) => TracedField;
  /** Makes the first output the loss, if the function returns something else. Default: nothing. */
  readonly arrange?: (traced: TracedFunction) => TracedFunction;
  /** Checks data that take the place of the function's own, beyond their type. Default: nothing. */
  readonly checkData?: (who: string, data: DataValues) => void;
  readonly options: ReadTracedOptions;
}

/** A field in a traced function's graph. */
export interface TracedField {
  /** Field F(z): for each parameter one tensor of its shape. */
  readonly field: readonly Node[];
  /** Further linear maps, which the field's program computes. */
  readonly maps?: NonNullable<FieldParts["maps"]>;
  /** Further members of the problem on the given data. */
  readonly extend?: (data: ReadonlyMap<string, InputData>, instance: FieldInstance) => object;
}

/**
 * Traces, differentiates and compiles a function of tensors: the common part of `objective`, `vectorField`,
 * `modelObjective` and the games.
 */
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

/** A compiled trace for one size of each data input. */
interface Compiled {
  readonly traced: TracedFunction;
  readonly program: FieldProgram;
  readonly extend: TracedField["extend"];
  /** Field F: for each parameter one tensor. */
  readonly field: readonly Node[];
  /** Sums over samples that were replaced by shorter sums of the same value. */
  readonly reductions: readonly SampleReduction[];
  /** Says which operation is the first that is not finite, on the given data. */
  readonly explain: (numbers: ReadonlyMap<string, Float64Array>, point: Float64Array) => string | undefined;
}

/** The parts that problems on different data share. */
interface Family extends TracedProblemParts {
  readonly name: string;
  readonly dimension: number;
  /** Gives the program for the sizes; traces the function when sizes are met for the first time. */
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
    arrange = (traced) => traced,
    options,
  }: TracedProblemParts,
  dataShapes: ReadonlyMap<string, readonly number[]>,
): Compiled {
  const named = blocks.map(({ name, shape }, i) => {
    const variable = variables?.[i];
    return variable === undefined ? { name, shape } : { name, shape, variable };
  });
  const asWritten = arrange(trace({ who, parameters: named, call, outputsOf, constants, dataShapes }));
  const { output, reductions } =
    symmetric && options.reduceSamples !== false
      ? reduceSamples(asWritten.builder, asWritten.outputs[0]!)
      : { output: asWritten.outputs[0]!, reductions: [] };
  const traced = { ...asWritten, outputs: [output, ...asWritten.outputs.slice(1)] };
  // Of the loss as it is written, so that its operations are those of the function.
  const parts = (slopes: readonly Node[]): readonly NamedOutputs[] =>
    symmetric
      ? [
          { words: "in the loss", outputs: asWritten.outputs.slice(0, 1) },
          { words: "in the gradient of the loss", outputs: slopes },
        ]
      : [{ words: "in the field", outputs: slopes }];
  const { builder, parameters, data, outputs } = traced;
  const { field, maps, extend } = fieldOf(traced, symmetric);
  const program = compileField({
    builder,
    parameters,
    data: [...data].map(([, { node }]) => node),
    ...(symmetric ? { value: outputs[0]! } : {}),
    field,
    symmetric,
    executor: options.executor,
    precision: options.precision,
    ...(maps === undefined ? {} : { maps }),
  });
  const explain = (numbers: ReadonlyMap<string, Float64Array>, point: Float64Array): string | undefined => {
    const given = new Map<Node, Float64Array>();
    for (const [key, { node }] of data) given.set(node, numbers.get(key)!);
    for (const [i, { offset, size }] of blocks.entries()) given.set(parameters[i]!, point.slice(offset, offset + size));
    return firstNotFinite(parts(field), given);
  };
  return { traced, program, extend, field, reductions, explain };
}

function defaultField({ builder, outputs, parameters }: TracedFunction, symmetric: boolean): TracedField {
  return { field: symmetric ? gradient(builder, outputs[0]!, parameters) : outputs };
}

function sizesKey({ data }: TracedFunction): string {
  return JSON.stringify([...data].map(([name, { node }]) => [name, node.shape]));
}

function problemOf(family: Family, compiled: Compiled, data: ReadonlyMap<string, InputData>): TracedProblem {
  const { name, dimension, symmetric, blocks, options } = family;
  // The trace and `with` have copied them.
  const instance = compiled.program.instance(Object.fromEntries(data), false);
  // Without spreads, since each minibatch makes one.
  const problem: Made = {
    name,
    dimension,
    symmetric,
    evaluate: instance.evaluate,
    linearize: instance.linearize,
    [vectorsOfProgram]: instance[vectorsOfProgram],
    blocks,
    explainNotFinite: (point) => explain(family, compiled, data, point),
    // Made when it is read, since few problems are certified.
    get graph() {
      const { parameters, outputs, data: inputs } = compiled.traced;
      return {
        parameters,
        data: [...inputs].map(([key, { node }]) => ({ node, values: data.get(key)! })),
        ...(symmetric ? { value: outputs[0]! } : {}),
        field: compiled.field,
      };
    },
    // Computed when it is read: hashing the data of every minibatch would cost as much as using them.
    get description() {
      return options.description ?? descriptionOf(family, compiled, data);
    },
    with(given) {
      family.checkData?.(`${name}.with`, given);
      const { values, shapes } = exchanged(family.name, compiled.traced, data, given);
      return problemOf(family, shapes === undefined ? compiled : ofSizes(family, shapes), values);
    },
    rowsOf(given) {
      family.checkData?.(`${name}.rowsOf`, given);
      const { count, choose } = rowChooser(family.name, compiled.traced, data, given);
      const onRows = (rows: ArrayLike<number>): TracedProblem => {
        const { values, shapes } = choose(rows);
        return problemOf(family, shapes === undefined ? compiled : ofSizes(family, shapes), values);
      };
      return Object.assign(onRows, { count });
    },
  };
  if (symmetric) problem.hasPotential = true;
  if (compiled.extend !== undefined) Object.assign(problem, compiled.extend(data, instance));
  if (options.constraint !== undefined) problem.constraint = options.constraint;
  return problem;
}

/** A problem that is being made. */
type Made = { -readonly [K in keyof TracedProblem]: TracedProblem[K] } & VectorLender;

function explain(
  family: Family,
  compiled: Compiled,
  data: ReadonlyMap<string, InputData>,
  point: Float64Array,
): string | undefined {
  const some = firstSourceRows(compiled.traced, data);
  if (some === undefined) return compiled.explain(allNumbers(data), point);
  try {
    return family.ofSizes(some.shapes).explain(some.numbers, point);
  } catch {
    // A function of this number of samples alone is not explained.
    return undefined;
  }
}

function allNumbers(data: ReadonlyMap<string, InputData>): ReadonlyMap<string, Float64Array> {
  return new Map([...data].map(([name, input]) => [name, numbersOf(input)]));
}

/** Compiles the function for other sizes; if it fails, the error names the sizes. */
function ofSizes({ name, ofSizes }: Family, shapes: ReadonlyMap<string, Shape>): Compiled {
  try {
    return ofSizes(shapes);
  } catch (cause) {
    if (isFluxionError(cause)) throw cause;
    const sizes = [...shapes].map(([input, shape]) => `${input} [${shape.join(", ")}]`).join(", ");
    const message = cause instanceof Error ? cause.message : String(cause);
    throw failure(
      "ERR_SHAPE",
      `${name}.with: the function fails with data of the shapes ${sizes}: ${message}; ` +
        "exchange all data that belong together",
      { cause },
    );
  }
}

function descriptionOf(
  { name, blocks }: Family,
  { traced, reductions }: Compiled,
  data: ReadonlyMap<string, InputData>,
): JsonValue {
  return {
    problem: name,
    blocks: blocks.map((block) => ({ name: block.name, shape: [...block.shape] })),
    data: Object.fromEntries(
      [...data].map(([key, input]) => {
        const { shape } = traced.data.get(key)!.node;
        if (!(input instanceof Float64Array) && input.whole !== undefined) return [key, { rowsOf: input.whole() }];
        return [key, input instanceof SourceRows ? input.hash(shape) : dataHash(shape, numbersOf(input))];
      }),
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
      `${who}: the function assigns to ${traced.assigned.join(", ")}; the assignments are left out, so that these ` +
        "variables keep their values. Apply the model in training mode after the run to update moving averages",
  ];
  for (const message of messages) {
    if (message === false) continue;
    if (onWarning !== undefined) onWarning(message);
    else report(message);
  }
}
