import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import type { Operand } from "./kernel.ts";
import { kernelOf } from "./kernels.ts";
import { type Storage, storageOf } from "./storage.ts";

interface MachineOptions {
  /** Arrays from outside: inputs, and results of another machine. */
  readonly given?: ReadonlyMap<Node, Float64Array>;
  /** Nodes whose numbers must be kept until after the last stage. */
  readonly results: readonly Node[];
}

/**
 * Runs a graph in stages over arrays that are allocated once.
 *
 * Each stage lists nodes in topological order, and no node twice. They depend on nodes of their own and earlier stages.
 * Running a stage again invalidates the results of later ones, since they may share memory.
 */
export class Machine {
  readonly #stages: (() => void)[][] = [];
  readonly #arrays = new Map<Node, Float64Array>();
  /** Arrays whose numbers are no longer needed, by their length. */
  readonly #free = new Map<number, Float64Array[]>();
  #numbers = 0;

  constructor(stages: readonly (readonly Node[])[], { given = new Map(), results }: MachineOptions) {
    const storage = storageOf(stages, results, given);
    for (const [node, values] of given) this.#arrays.set(node, values);
    let time = 0;
    for (const nodes of stages) {
      const steps: (() => void)[] = [];
      for (const node of nodes) {
        const step = this.#step(node, storage);
        if (step !== undefined) steps.push(step);
        for (const ending of storage.endings.get(time) ?? []) this.#release(ending);
        time++;
      }
      this.#stages.push(steps);
    }
  }

  /** Bytes of its own arrays. */
  get bytes(): number {
    return 8 * this.#numbers;
  }

  run(stage: number): void {
    const steps = this.#stages[stage]!;
    for (let i = 0; i < steps.length; i++) steps[i]!();
  }

  /** Returns the array in which a result, an input or a constant lies. */
  values(node: Node): Float64Array {
    const values = this.#arrays.get(node);
    if (values === undefined) throw new Error(`internal: machine: ${node.op} has no array`);
    return values;
  }

  /** Returns the function that computes a node; undefined if its numbers are there already. */
  #step(node: Node, storage: Storage): (() => void) | undefined {
    switch (storage.kind(node)) {
      case "given":
      case "repeated":
        return undefined;
      case "alias":
        this.#arrays.set(node, this.values(node.inputs[0]!));
        return undefined;
      case "fixed": {
        if (isOp(node, "constant")) {
          this.#arrays.set(node, node.attributes.values);
          return undefined;
        }
        const values = new Float64Array(sizeOf(node.shape));
        this.#numbers += values.length;
        kernelOf(node, [], values)();
        this.#arrays.set(node, values);
        return undefined;
      }
      case "own": {
        const operands = node.inputs.map((input) => this.#operand(input, storage));
        const values = this.#allocate(sizeOf(node.shape));
        this.#arrays.set(node, values);
        return kernelOf(node, operands, values);
      }
    }
  }

  #operand(node: Node, storage: Storage): Operand {
    if (storage.kind(node) !== "repeated") return { values: this.values(node), source: node.shape };
    if (isOp(node, "fill")) return { values: Float64Array.of(node.attributes.value), source: [] };
    const inner = node.inputs[0]!;
    return { values: this.values(inner), source: inner.shape };
  }

  #allocate(length: number): Float64Array {
    const free = this.#free.get(length)?.pop();
    if (free !== undefined) return free;
    this.#numbers += length;
    return new Float64Array(length);
  }

  #release(node: Node): void {
    const values = this.values(node);
    const free = this.#free.get(values.length);
    if (free === undefined) this.#free.set(values.length, [values]);
    else free.push(values);
  }
}
