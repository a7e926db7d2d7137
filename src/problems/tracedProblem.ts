import type { Tensor } from "@tensorflow/tfjs-core";
import { gradient } from "../autodiff/differentiate.ts";
import type { Node } from "../autodiff/graph.ts";
import { compileField, type FieldProgram } from "../autodiff/program.ts";
import { checkFinite } from "../autodiff/trace/constant.ts";
import { type Complain, isTensor, type Traceable, type TracedFunction, trace } from "../autodiff/trace/trace.ts";
import { reachable } from "../autodiff/walk.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { dataHash } from "./dataHash.ts";
import type { Shapes } from "./parametersOf.ts";
import type { ConvexSet, ParameterBlock, TracedProblem } from "./problem.ts";

export interface TracedProblemOptions {
  /** In messages, rows and files; default: the name of the function, else "objective" or "vectorField". */
  readonly name?: string;
  /** Of the parameter blocks, one for each shape; default `parameter1`, `parameter2`, ... */
  readonly names?: readonly string[];
  /** The player whose strategy each block is; default none. */
  readonly players?: readonly string[];
  /** C of the variational inequality; default all of R^n. */
  readonly constraint?: ConvexSet;
  /** What `run.json` keeps of the problem; default: name, shapes, hashes of the data inputs. */
  readonly description?: JsonValue;
  /** Called where the function does not use a parameter; default `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

export interface TracedProblemParts {
  readonly who: "objective" | "vectorField";
  readonly shapes: Shapes;
  readonly call: Traceable;
  readonly outputsOf: (result: unknown, complain: Complain) => readonly Tensor[];
  readonly options: TracedProblemOptions;
}

/** Traces, differentiates and compiles: the common part of `objective` and `vectorField`. */
export function tracedProblem({ who, shapes, call, outputsOf, options }: TracedProblemParts): TracedProblem {
  if (typeof call !== "function") {
    throw failure("ERR_OPTION_TYPE", `${who}: expected shapes and a function, got ${typeof call} as second argument`);
  }
  const blocks = blocksOf(who, shapes, options);
  const traced = trace({ who, parameters: blocks, call, outputsOf });
  warnOfUnused(who, traced, options);
  const { builder, parameters, outputs } = traced;
  const symmetric = who === "objective";
  const program = compileField({
    builder,
    parameters,
    data: [...traced.data].map(([, { node }]) => node),
    ...(symmetric ? { value: outputs[0]! } : {}),
    field: symmetric ? gradient(builder, outputs[0]!, parameters) : outputs,
    symmetric,
  });
  const inputs = new Map([...traced.data].map(([key, { values }]) => [key, values]));
  return problemOf(
    { who, name: options.name ?? (call.name || who), blocks, symmetric, program, traced, options },
    inputs,
  );
}

interface Compiled {
  readonly who: string;
  readonly name: string;
  readonly blocks: readonly ParameterBlock[];
  readonly symmetric: boolean;
  readonly program: FieldProgram;
  readonly traced: TracedFunction;
  readonly options: TracedProblemOptions;
}

function problemOf(compiled: Compiled, data: ReadonlyMap<string, Float64Array>): TracedProblem {
  const { name, blocks, symmetric, program, options } = compiled;
  const { evaluate, linearize } = program.instance(Object.fromEntries(data));
  return {
    name,
    dimension: blocks.reduce((sum, block) => sum + block.size, 0),
    symmetric,
    evaluate,
    linearize,
    blocks,
    ...(options.constraint === undefined ? {} : { constraint: options.constraint }),
    /** Computed when it is read: hashing the data of every minibatch would cost as much as using them. */
    get description() {
      return options.description ?? descriptionOf(compiled, data);
    },
    with: (given) => problemOf(compiled, exchanged(compiled, data, given)),
  };
}

function descriptionOf({ name, blocks, traced }: Compiled, data: ReadonlyMap<string, Float64Array>): JsonValue {
  return {
    problem: name,
    blocks: blocks.map((block) => ({ name: block.name, shape: [...block.shape] })),
    data: Object.fromEntries(
      [...data].map(([key, values]) => [key, dataHash(traced.data.get(key)!.node.shape, values)]),
    ),
  };
}

/** The data with some of them replaced by copies of those given. */
function exchanged(
  { name, traced }: Compiled,
  data: ReadonlyMap<string, Float64Array>,
  given: Readonly<Record<string, Float64Array>>,
): ReadonlyMap<string, Float64Array> {
  const result = new Map(data);
  for (const [key, values] of Object.entries(given)) {
    const input = traced.data.get(key);
    if (input === undefined) {
      const known = data.size === 0 ? "it has none" : `it has ${[...data.keys()].join(", ")}`;
      throw failure("ERR_DATA_NAME", `${name}.with: no data input is named "${key}"; ${known}`);
    }
    if (!(values instanceof Float64Array)) {
      throw failure("ERR_OPTION_TYPE", `${name}.with: expected "${key}" to be a Float64Array, got ${typeof values}`);
    }
    if (values.length !== input.values.length) {
      throw failure(
        "ERR_LENGTH",
        `${name}.with: expected ${input.values.length} numbers for "${key}" of shape ` +
          `[${input.node.shape.join(", ")}], got ${values.length}; build the problem anew for another shape`,
      );
    }
    checkFinite(`${name}.with: data "${key}"`, values, input.node.shape);
    result.set(key, values.slice());
  }
  return result;
}

function warnOfUnused(
  who: string,
  { parameters, outputs }: TracedFunction,
  { onWarning, names }: TracedProblemOptions,
): void {
  const used = new Set<Node>(reachable(outputs));
  const unused = parameters.flatMap((parameter, i) => (used.has(parameter) ? [] : [names?.[i] ?? `parameter${i + 1}`]));
  if (unused.length === 0) return;
  const message =
    `${who}: the function does not use ${unused.join(", ")}; their derivatives are 0. ` +
    "Remove them from the shapes, or check the function";
  if (onWarning !== undefined) onWarning(message);
  else process.emitWarning(message, "FluxionWarning");
}

/** What a function returned, in a few words. */
export function describeResult(result: unknown): string {
  if (result === undefined || result === null) return String(result);
  if (isTensor(result)) return `a tensor of shape [${result.shape.join(", ")}]`;
  if (Array.isArray(result)) return `[${result.map(describeResult).join(", ")}]`;
  return `a ${typeof result}`;
}

function blocksOf(who: string, shapes: Shapes, { names, players }: TracedProblemOptions): readonly ParameterBlock[] {
  if (!Array.isArray(shapes) || shapes.length === 0) {
    throw failure(
      "ERR_SHAPE",
      `${who}: expected a list of shapes such as [[3, 2], [2]], got ${JSON.stringify(shapes)}`,
    );
  }
  for (const [what, list] of Object.entries({ names, players })) {
    if (list !== undefined && list.length !== shapes.length) {
      throw failure("ERR_LENGTH", `${who}: expected ${shapes.length} ${what}, one for each shape, got ${list.length}`);
    }
  }
  if (names !== undefined && new Set(names).size !== names.length) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected different names, got ${names.join(", ")}`);
  }
  let offset = 0;
  return shapes.map((shape: unknown, i) => {
    if (!Array.isArray(shape) || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
      throw failure(
        "ERR_SHAPE",
        `${who}: expected shapes of positive integers such as [3, 2], or [] for a number; ` +
          `got ${JSON.stringify(shape)} as shape ${i}`,
      );
    }
    const size = shape.reduce((product: number, extent: number) => product * extent, 1);
    const block = { name: names?.[i] ?? `parameter${i + 1}`, shape: [...shape], offset, size };
    offset += size;
    const player = players?.[i];
    return player === undefined ? block : { ...block, player };
  });
}
