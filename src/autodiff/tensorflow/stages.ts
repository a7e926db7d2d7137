import type { Node } from "../graph/graph.ts";
import { needed, type Program, planProgram } from "./program.ts";
import type { Tensor } from "./session.ts";
import type { Workshop } from "./workshop.ts";

/** The point and the data, tensor by tensor. */
interface Sources {
  readonly parameters: readonly Node<"input">[];
  readonly data: readonly Node<"input">[];
}

/**
 * What is computed once for the data, once for each point, and once for each point whose products are needed. Results of
 * a stage that later ones read stay on the device.
 */
export class Stages {
  readonly #workshop: Workshop;
  readonly #prepare: Program;
  readonly #evaluate: Program;
  readonly #residuals: readonly Program[];
  readonly #outputs: number;
  #data: readonly Tensor[] = [];
  #prepared: readonly Tensor[] = [];
  #point: readonly Tensor[] = [];
  #kept: readonly Tensor[] = [];

  /** @param residuals for each product the nodes whose numbers it reads */
  constructor(
    workshop: Workshop,
    { parameters, data }: Sources,
    outputs: readonly Node[],
    residuals: readonly (readonly Node[])[],
  ) {
    this.#workshop = workshop;
    this.#outputs = outputs.length;
    const { recipes } = workshop;
    const sources = new Set<Node>([...parameters, ...data]);
    const results = [...outputs, ...residuals.flat()];
    const all = needed(results, sources, recipes);
    const moving = new Set<Node>(parameters);
    for (const node of all) if (recipes(node).operands.some((operand) => moving.has(operand))) moving.add(node);
    const early = new Set(needed(outputs, sources, recipes));
    const read = new Set(results);
    const readLate = new Set(residuals.flat());
    for (const node of all) {
      if (!moving.has(node)) continue;
      for (const operand of recipes(node).operands) {
        read.add(operand);
        if (!early.has(node)) readLate.add(operand);
      }
    }
    const fixed = all.filter((node) => !moving.has(node) && read.has(node));
    const kept = all.filter((node) => moving.has(node) && early.has(node) && readLate.has(node));
    const given = [...parameters, ...data, ...fixed];
    this.#prepare = planProgram(fixed, data, recipes, workshop);
    this.#evaluate = planProgram([...outputs, ...kept], given, recipes, workshop);
    this.#residuals = residuals.map((nodes) => planProgram(nodes, [...given, ...kept], recipes, workshop));
  }

  /** Computes what depends on the data alone. The tensors must stay while they are used. */
  load(data: readonly Tensor[]): void {
    this.#workshop.freeAll(this.#prepared);
    this.#prepared = [];
    this.#data = data;
    this.#prepared = this.#workshop.keepAll(this.#prepare.run(data));
  }

  /** Computes the outputs at a point, whose tensors become its own. The caller owns the outputs. */
  evaluate(point: readonly Tensor[]): readonly Tensor[] {
    this.forget();
    this.#point = this.#workshop.keepAll(point);
    const made = this.#evaluate.run([...point, ...this.#data, ...this.#prepared]);
    this.#kept = this.#workshop.keepAll(made.slice(this.#outputs));
    return made.slice(0, this.#outputs);
  }

  /** Computes the residuals of a product at the point. The caller owns them. */
  residuals(product: number): readonly Tensor[] {
    return this.#residuals[product]!.run([...this.#point, ...this.#data, ...this.#prepared, ...this.#kept]);
  }

  /** Frees what belongs to the point. */
  forget(): void {
    this.#workshop.freeAll([...this.#point, ...this.#kept]);
    this.#point = [];
    this.#kept = [];
  }

  /** Frees everything but the data. */
  close(): void {
    this.forget();
    this.#workshop.freeAll(this.#prepared);
    this.#prepared = [];
  }
}
