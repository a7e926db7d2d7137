import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { type Node, sizeOf } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { Machine } from "../kernels/machine.ts";
import { type Linearization, linearize } from "../passes/linearize.ts";
import { compileLinear, type LinearProgram } from "./linearProgram.ts";
import { Packing } from "./packing.ts";

/** What is valid in memory: the numbers of this stage and earlier ones. */
const stages = { none: -1, prepare: 0, evaluate: 1, linearize: 2 } as const;
type Stage = (typeof stages)[keyof typeof stages];

/** Directions that `applyMany` takes through the linear graph at once. */
const width = 8;
/** No more memory than this, in bytes, for several directions at once. */
const widest = 1 << 28;

/**
 * A field's graphs in memory that is allocated once: a forward machine in three stages (what depends on data alone;
 * value and field; residuals) and the linear machines that read its residuals.
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
  /** Whose numbers lie in memory, as far as `#reached` says. */
  #loaded: readonly Float64Array[] | undefined;
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

  /** Returns L, writes F into `field`. */
  evaluate(data: readonly Float64Array[], point: Float64Array, field: Float64Array): number {
    this.#reach(stages.evaluate, data, point);
    this.#field.gather(field);
    return this.#value[0]!;
  }

  /** Computes the residuals of a point. */
  linearize(owner: ResidualOwner): void {
    if (this.#owner === owner) return;
    this.#reach(stages.linearize, owner.data, owner.point);
    this.#owner = owner;
  }

  /** out = J v or J^T u of the owner's point, for `count` vectors one after the other. */
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

  /** Runs the stages that are missing up to `wanted`. */
  #reach(wanted: Stage, data: readonly Float64Array[], point: Float64Array): void {
    if (this.#loaded !== data) {
      for (const [i, values] of this.#data.entries()) values.set(data[i]!);
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

  /** Compiled when it is first asked for; undefined where several directions at once are not worth their memory. */
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

/** What depends on data alone; what outputs need further; what residuals need further. */
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

/** 0 and -0 differ: their reciprocals do. */
function sameBits(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < b.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
