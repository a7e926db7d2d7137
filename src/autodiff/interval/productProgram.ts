import type { Enclosure } from "../../linalg/verified/enclosure.ts";
import type { Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import type { Linearization } from "../passes/linearize.ts";
import { type GivenBall, IntervalMachine } from "./machine.ts";

/** A linear graph, which reads residuals where a forward program left them. */
export class ProductProgram {
  readonly #machine: IntervalMachine;
  readonly #outputs: readonly Node[];

  constructor(
    { directions: inputs, residuals, linear }: Linearization,
    readonly forward: IntervalMachine,
    readonly directions: readonly GivenBall[],
  ) {
    const given = new Map<Node, GivenBall>();
    for (const [i, node] of inputs.entries()) given.set(node, directions[i]!);
    for (const [i, node] of linear.inputs.slice(inputs.length).entries()) {
      given.set(node, forward.ball(residuals[i]!));
    }
    const nodes = reachable(linear.outputs).filter((node) => !given.has(node));
    const varying = dependents(nodes, given.keys());
    const stages = [nodes.filter((node) => !varying.has(node)), nodes.filter((node) => varying.has(node))];
    // What residuals decide was counted when they were computed.
    this.#machine = new IntervalMachine(stages, given, linear.outputs, { undecided: 0 });
    this.#machine.run(0);
    this.#outputs = linear.outputs;
  }

  run(): readonly Enclosure[] {
    this.#machine.run(1);
    return this.#outputs.map((node) => this.#machine.ball(node));
  }
}

/** Program of the columns that belong to one parameter. */
export interface ColumnProgram {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
  readonly direction: Float64Array;
  readonly program: ProductProgram;
}
