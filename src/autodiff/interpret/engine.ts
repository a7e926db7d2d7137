import { type InputData, numbersOf } from "../chosenRows.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { Machine } from "../kernels/machine.ts";
import { type Linearization, linearize } from "../passes/linearize.ts";
import { compileLinear, type LinearProgram } from "./linearProgram.ts";
import { MapMachine } from "./mapMachine.ts";
import { Packing } from "./packing.ts";

/** Stages of computation. In memory the results of the stage reached and of all earlier ones are valid. */
const stages = { none: -1, prepare: 0, evaluate: 1, linearize: 2 } as const;
type Stage = (typeof stages)[keyof typeof stages];

/** Number of directions that `applyMany` takes through the linear graph at once. */
const width = 8;
/** Greatest number of bytes of memory for several directions at once. */
const widest = 1 << 28;

/**
 * Runs the graphs of a field in memory that is allocated once.
 *
 * A forward machine has three stages: what depends on data alone, then value and field, then residuals. Linear machines
 * read its residuals.
 */
export class Engine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #point: Float64Array;
  readonly #data: readonly Float64Array[];
  readonly #forward: Machine;
  readonly #field: Packing;
  readonly #value: Float64Array;
  readonly #jacobian: Linearization;
  readonly #programs = new Map<string, LinearProgram | undefined>();
  readonly #maps = new Map<string, MapMachine>();
  /** Data and owner to which the numbers in memory belong, as far as `#reached` says. */
  #loaded: readonly InputData[] | undefined;
  #owner: ResidualOwner | undefined;
  #reached: Stage = stages.none;

  constructor(parts: FieldParts) {
    const { builder, parameters, data = [], value, field } = parts;
    this.#parts = parts;
    this.dimension = parameters.reduce((sum, node) => sum + sizeOf(node.shape), 0);
    this.#point = new Float64Array(this.dimension);
    this.#data = data.map((node) => new Float64Array(sizeOf(node.shape)));
    const given = new Map<Node, Float64Array>(data.map((node, i) => [node, this.#data[i]!]));
    let offset = 0;
    for (const node of parameters) {
      const end = offset + sizeOf(node.shape);
      given.set(node, this.#point.subarray(offset, end));
      offset = end;
    }

    this.#jacobian = linearize(builder, field, parameters);
    const outputs = value === undefined ? field : [value, ...field];
    const results = [...outputs, ...this.#jacobian.residuals];
    this.#forward = new Machine(stagesOf(outputs, results, parameters, given), { given, results });
    this.#field = new Packing(field.map((node) => this.#forward.values(node)));
    this.#value = value === undefined ? Float64Array.of(Number.NaN) : this.#forward.values(value);
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    this.#reach(stages.evaluate, data, point);
    this.#field.gather(field);
    return this.#value[0]!;
  }

  linearize(owner: ResidualOwner): void {
    if (this.#owner === owner) return;
    this.#reach(stages.linearize, owner.data, owner.point);
    this.#owner = owner;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    const before = this.counts.linearizations;
    this.linearize(owner);
    this.counts.relinearizations += this.counts.linearizations - before;
    let done = 0;
    const wide = count >= width ? this.#program(width, transpose) : undefined;
    while (done < count) {
      const program = wide !== undefined && count - done >= width ? wide : this.#program(1, transpose);
      if (program === undefined) throw new Error("internal: engine: a residual is not stored");
      program.input.scatter(vectors, done * this.dimension);
      program.run();
      program.output.gather(out, done * this.dimension);
      done += program.input.count;
    }
  }

  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    let machine = this.#maps.get(name);
    if (machine === undefined) {
      const graph = this.#parts.maps?.[name]?.();
      if (graph === undefined) throw new Error(`internal: engine: no map is named ${name}`);
      machine = new MapMachine(this.#parts, graph);
      this.#maps.set(name, machine);
    }
    machine.multiply(owner, vectors, count, out);
  }

  /** Runs the stages that are missing up to `wanted`. */
  #reach(wanted: Stage, data: readonly InputData[], point: Float64Array): void {
    if (this.#loaded !== data) {
      for (const [i, values] of this.#data.entries()) values.set(numbersOf(data[i]!));
      this.#loaded = data;
      this.#forward.run(stages.prepare);
      this.#forget(stages.prepare);
    }
    if (this.#reached > stages.prepare && !sameBits(point, this.#point)) this.#forget(stages.prepare);
    if (this.#reached < stages.evaluate && wanted >= stages.evaluate) {
      this.#point.set(point);
      this.#forward.run(stages.evaluate);
      this.counts.evaluations++;
      this.#reached = stages.evaluate;
    }
    if (this.#reached < stages.linearize && wanted >= stages.linearize) {
      this.#forward.run(stages.linearize);
      this.counts.linearizations++;
      this.#reached = stages.linearize;
    }
  }

  #forget(reached: Stage): void {
    this.#reached = reached;
    this.#owner = undefined;
  }

  /**
   * Returns the program for `count` directions at once, compiled when first needed; undefined if it would take too much
   * memory.
   */
  #program(count: number, transpose: boolean): LinearProgram | undefined {
    const key = `${count}${transpose ? " transposed" : ""}`;
    if (!this.#programs.has(key)) this.#programs.set(key, this.#compile(count, transpose));
    return this.#programs.get(key);
  }

  #compile(count: number, transpose: boolean): LinearProgram | undefined {
    const { builder, field, parameters } = this.#parts;
    if (count === 1 && !transpose) return compileLinear(this.#jacobian, this.#forward, 1);
    const one = count === 1 ? undefined : this.#program(1, transpose);
    if (one !== undefined && one.bytes * count > widest) return undefined;
    const linearization = linearize(builder, field, parameters, { transpose, ...(count === 1 ? {} : { count }) });
    return compileLinear(linearization, this.#forward, count);
  }
}

/** Cuts a graph into what depends on data alone, what outputs need beyond it, and what residuals need beyond both. */
function stagesOf(
  outputs: readonly Node[],
  results: readonly Node[],
  parameters: readonly Node[],
  given: ReadonlyMap<Node, Float64Array>,
): readonly (readonly Node[])[] {
  const nodes = reachable(results);
  const moving = dependents(nodes, parameters);
  const early = new Set(reachable(outputs));
  const computed = nodes.filter((node) => !given.has(node));
  return [
    computed.filter((node) => !moving.has(node)),
    computed.filter((node) => moving.has(node) && early.has(node)),
    computed.filter((node) => moving.has(node) && !early.has(node)),
  ];
}

/** Whether two points are equal. 0 and -0 differ, since their reciprocals do. */
function sameBits(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < b.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
