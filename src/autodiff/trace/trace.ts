import { Tensor } from "@tensorflow/tfjs-core";
import { thing } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { GraphBuilder } from "../build/builder.ts";
import type { Node, Shape } from "../graph/graph.ts";
import type { DataInput } from "./dataInputs.ts";
import { Float32Sources } from "./float32Sources.ts";
import { withHooks } from "./hooks.ts";
import { sameNodes } from "./sameNodes.ts";
import { type Literal, Session } from "./session.ts";

/** A function of tensors, written in primitives. */
export interface TracedFunction {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  /** Data inputs by name, in the order of their first use. */
  readonly data: ReadonlyMap<string, DataInput>;
  readonly outputs: readonly Node[];
  /** Names of the constants to which the function assigns, which is left out. */
  readonly assigned: readonly string[];
}

/** A function to trace. It is written as a method, so that functions of tensors of known rank fit. */
export type Traceable = {
  /** Computes a tensor, or several, from the parameters. */
  of(...parameters: Tensor[]): unknown;
}["of"];

/** A parameter of a function to trace. */
export interface TracedParameter {
  readonly name: string;
  readonly shape: Shape;
  /**
   * Variable that stands for the parameter wherever the function uses it. Default: the parameter is an argument of the
   * call.
   */
  readonly variable?: Tensor;
}

/** Options of {@link trace}. */
export interface TraceOptions {
  /** Name of the caller in messages, such as `objective`. */
  readonly who: string;
  readonly parameters: readonly TracedParameter[];
  /** Function to trace. */
  readonly call: Traceable;
  /**
   * Variables that are constants, such as frozen layers and moving averages of a model. Default: none, so that
   * trainable variables and assignments are refused.
   */
  readonly constants?: readonly Tensor[];
  /**
   * Shapes of data inputs that differ from those the function gives, as for minibatches of another size. Default: none.
   */
  readonly dataShapes?: ReadonlyMap<string, Shape>;
  /** Function that returns the tensors of a result. It throws what `complain` returns if the result is wrong. */
  readonly outputsOf: (result: unknown, complain: Complain) => readonly Tensor[];
}

/** Makes the error for a wrong result, as in `complain("returned 3", "return a scalar")`. */
export type Complain = (what: string, remedy: string) => Error;

const optionsRule = thing("an object with who, parameters, call and outputsOf", {
  who: "string",
  parameters: "list",
  call: "function",
  outputsOf: "function",
});

interface Pass {
  readonly outputs: readonly Node[];
  readonly literals: readonly Literal[];
  readonly assigned: readonly string[];
}

/**
 * Calls a TensorFlow.js function and records what it does, in float64.
 *
 * The function is called twice and refused if the two graphs differ; otherwise the value of a counter or a clock would
 * be frozen into the graph. Unseeded random numbers are refused where they are drawn.
 *
 * @example
 * trace({
 *   who: "mine",
 *   parameters: [{ name: "x", shape: [2] }],
 *   call: (x) => tf.sum(tf.square(x)),
 *   outputsOf: (result) => [result as tf.Tensor],
 * }).outputs;
 * @throws {TypeError} ERR_TRACE_RANDOM, ERR_TRACE_READ, ERR_TRACE_STATE, ERR_TRACE_NESTED, ERR_TRACE_PROMISE,
 *   ERR_VARIABLE, ERR_UNSUPPORTED_OP, ERR_CUSTOM_GRADIENT, ERR_LOSS for a function that cannot be traced
 * @throws {RangeError} ERR_SHAPE, ERR_LENGTH, ERR_NOT_FINITE, ERR_DATA_NAME for tensors that do not fit
 */
export function trace(options: TraceOptions): TracedFunction {
  checkOption("trace", "options", options, optionsRule);
  const builder = new GraphBuilder();
  const parameters = options.parameters.map(({ name, shape }) => builder.input(name, "parameter", shape));
  const data = new Map<string, DataInput>();
  const sources = new Float32Sources();

  const pass = (suspect?: number): Pass =>
    withHooks(
      options.who,
      (access) => new Session(options.who, builder, data, access, sources, options.dataShapes, suspect),
      (session) => {
        try {
          return onePass(options, session, parameters);
        } catch (error) {
          // The first refusal counts, even if the function caught it and then failed in another way.
          throw session.refusal ?? error;
        }
      },
    );

  const first = pass();
  const second = pass();
  if (first.outputs.some((output, i) => !sameNodes(output, second.outputs[i]!))) {
    const changed = first.literals.findIndex(({ node }, i) => {
      const other = second.literals[i];
      return other === undefined || !sameNodes(node, other.node);
    });
    // This third call throws where the changing number is made, so that the message can name the line.
    if (changed >= 0) pass(changed);
    throw failure(
      "ERR_TRACE_RANDOM",
      `${options.who}: the function does something different at each call; let it depend on its parameters alone`,
    );
  }
  return { builder, parameters, data, outputs: first.outputs, assigned: first.assigned };
}

function onePass({ call, outputsOf, ...options }: TraceOptions, session: Session, nodes: readonly Node[]): Pass {
  const given: Tensor[] = [];
  for (const [i, { variable }] of options.parameters.entries()) {
    const traced = { node: nodes[i]!, dtype: "float32" } as const;
    if (variable === undefined) given.push(session.tensor(traced));
    else session.standFor(variable, traced);
  }
  for (const variable of options.constants ?? []) session.freeze(variable);
  const result = call(...given);
  if (isThenable(result)) {
    // A rejection that comes later must not end the process.
    Promise.resolve(result).catch(() => {});
    throw session.refuse(
      "ERR_TRACE_PROMISE",
      "returns a promise",
      "make it synchronous, and await data before the trace",
    );
  }
  const found = outputsOf(result, (what, remedy) => session.refuse("ERR_LOSS", what, remedy));
  const outputs = found.map((tensor) => session.resolve(tensor).node);
  const assigned = session.leftOut(outputs);
  if (session.refusal !== undefined) throw session.refusal;
  return { outputs, literals: session.literals, assigned };
}

/** Whether a value is a tensor of any copy of TensorFlow.js. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
