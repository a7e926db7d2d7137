import type { ResidualOwner } from "../fieldEngine.ts";
import type { Node } from "../graph/graph.ts";
import type { Linearization } from "../passes/linearize.ts";
import { type Packing, packingOf } from "./packing.ts";
import { needed, type Program, planProgram } from "./program.ts";
import type { Tensor } from "./session.ts";
import type { Workshop } from "./workshop.ts";

/** A linear map at a point: J, J^T or another one. Its residuals stay on the device from one product to the next. */
export class Product {
  readonly residualNodes: readonly Node[];
  /** The owner of the point to which the residuals belong. */
  owner: ResidualOwner | undefined;
  readonly #workshop: Workshop;
  readonly #program: Program;
  readonly #input: Packing;
  readonly #output: Packing;
  /** What depends on neither point nor direction. */
  readonly #fixed: readonly Tensor[];
  #residuals: readonly Tensor[] = [];

  constructor(workshop: Workshop, { directions, residuals, linear }: Linearization) {
    this.#workshop = workshop;
    this.residualNodes = residuals;
    const { recipes } = workshop;
    const inputs = linear.inputs;
    const all = needed(linear.outputs, new Set<Node>(inputs), recipes);
    const varying = new Set<Node>(inputs);
    for (const node of all) if (recipes(node).operands.some((operand) => varying.has(operand))) varying.add(node);
    const read = new Set<Node>(linear.outputs);
    for (const node of all) if (varying.has(node)) for (const operand of recipes(node).operands) read.add(operand);
    const fixed = all.filter((node) => !varying.has(node) && read.has(node));
    this.#fixed = workshop.keepAll(planProgram(fixed, [], recipes, workshop).run([]));
    this.#program = planProgram(linear.outputs, [...inputs, ...fixed], recipes, workshop);
    this.#input = packingOf(directions);
    this.#output = packingOf(linear.outputs);
  }

  /** Takes the residuals of a point. They become its own. */
  prepare(owner: ResidualOwner, residuals: readonly Tensor[]): void {
    this.#residuals = this.#workshop.keepAll(residuals);
    this.owner = owner;
  }

  /** Frees the residuals. */
  forget(): void {
    this.owner = undefined;
    this.#workshop.freeAll(this.#residuals);
    this.#residuals = [];
  }

  /** Multiplies vectors that lie one after the other. */
  multiply(vectors: Float64Array, count: number, out: Float64Array): void {
    const { session } = this.#workshop;
    const [from, to] = [this.#input, this.#output];
    for (let k = 0; k < count; k++) {
      session.attempt(() => {
        const directions = from.put(session, vectors, k * from.length);
        const made = this.#program.run([...directions, ...this.#residuals, ...this.#fixed]);
        to.get(session, made, out, k * to.length);
        for (const tensor of [...directions, ...made]) session.free(tensor);
      });
    }
  }
}
