import { Tensor } from "@tensorflow/tfjs-core";
import { failure } from "../../errors.ts";
import { GraphBuilder } from "../build/builder.ts";
import type { Node, Shape } from "../graph/graph.ts";
import { Float32Sources } from "./float32Sources.ts";
import { withHooks } from "./hooks.ts";
import { sameNodes } from "./sameNodes.ts";
import { type DataInput, type Literal, Session } from "./session.ts";

/** A function of tensors, written in primitives. */
export interface TracedFunction {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  /** In the order of their first use. */
  readonly data: ReadonlyMap<string, DataInput>;
  readonly outputs: readonly Node[];
  /** Names of the constants to which it assigns: that is left out. */
  readonly assigned: readonly string[];
}

/** A function to trace. Written as a method, so that parameters of known rank fit. */
export type Traceable = { of(...parameters: Tensor[]): unknown }["of"];

interface TracedParameter {
  readonly name: string;
  readonly shape: Shape;
  /** A variable that stands for it wherever the function uses it; absent: it is an argument of the call. */
  readonly variable?: Tensor;
}

export interface TraceOptions {
  /** In messages: `objective`. */
  readonly who: string;
  readonly parameters: readonly TracedParameter[];
  readonly call: Traceable;
  /**
   * Variables that are constants: a model's frozen layers and moving averages. Default none: trainable ones and
   * assignments are refused.
   */
  readonly constants?: readonly Tensor[];
  /** Shapes of data inputs that differ from those the function gives: minibatches of another size. Default none. */
  readonly dataShapes?: ReadonlyMap<string, Shape>;
  /** The tensors of a result; throws by `complain` if it is not what was wanted. */
  readonly outputsOf: (result: unknown, complain: Complain) => readonly Tensor[];
}

/** The error of a wrong result: `complain("returned 3", "return a scalar")`. */
export type Complain = (what: string, remedy: string) => Error;

interface Pass {
  readonly outputs: readonly Node[];
  readonly literals: readonly Literal[];
  readonly assigned: readonly string[];
}

/**
 * Calls a TensorFlow.js function while recording what it does, in float64.
 *
 * It is called twice, and refused if the two graphs differ: what a counter or a clock gives would otherwise be frozen
 * into it. Unseeded random numbers are refused where they are drawn.
 */
export function trace(options: TraceOptions): TracedFunction {
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
          // The first refusal counts, also where the function caught it and went on to fail otherwise.
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
    // The third call throws where the number that changes is made, so that the message can name the line.
    if (changed >= 0) pass(changed);
    throw failure(
      "ERR_TRACE_RANDOM",
      `${options.who}: the function does something else each time it is called; let it depend on its parameters alone`,
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
    throw session.refuse("ERR_TRACE_PROMISE", "returns a promise", "make it synchronous; await data before the trace");
  }
  const found = outputsOf(result, (what, remedy) => session.refuse("ERR_LOSS", what, remedy));
  const outputs = found.map((tensor) => session.resolve(tensor).node);
  const assigned = session.leftOut(outputs);
  if (session.refusal !== undefined) throw session.refusal;
  return { outputs, literals: session.literals, assigned };
}

/** Whether a value is a tensor, of whichever copy of TensorFlow.js. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
