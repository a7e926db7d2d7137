import { environment } from "../../host.ts";
import { type InputData, numbersOf } from "../chosenRows.ts";
import { precisionOf } from "../devices/precision.ts";
import type { Precision } from "../executorNames.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { sameBits } from "../float64/sameBits.ts";
import { isOp, type Node } from "../graph/graph.ts";
import { dependents, reachable } from "../graph/walk.ts";
import { linearize, linearizeGraph } from "../passes/linearize.ts";
import { convolvedWindows } from "./hlo/convolutions.ts";
import { moduleOf } from "./hlo/module.ts";
import { DeviceMemory, type DeviceProgram, totalOf } from "./memory.ts";
import type { PjrtClient } from "./pjrt/client.ts";
import type { Handle } from "./pjrt/library.ts";
import { DeviceProducts, type PointInputs } from "./products.ts";

/** Names of the Jacobian and its transpose among the linear maps. */
const [jacobian, transposedJacobian] = ["J", "J^T"];

/**
 * Runs the graphs of a field through XLA. Data, what depends on them alone, the point and residuals stay on the device;
 * only points, vectors and results cross.
 */
export class XlaEngine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #memory: DeviceMemory;
  readonly #data: readonly Node<"input">[];
  /** Nodes that depend on the data alone, which are computed once for them. */
  readonly #prepared: readonly Node[];
  readonly #inputs: PointInputs;
  readonly #prepareProgram: DeviceProgram | undefined;
  readonly #evaluateProgram: DeviceProgram;
  readonly #maps = new Map<string, DeviceProducts>();
  /** The owner whose residuals a map has. */
  readonly #owners = new Map<DeviceProducts, ResidualOwner>();
  /** The move after which the residuals of a map were computed. */
  readonly #ages = new Map<DeviceProducts, number>();
  /** Field and value, one after the other, at the point that lies on the device. */
  readonly #results: Float64Array;
  readonly #now: Float64Array;
  #held: readonly Handle[] = [];
  #point: Handle | undefined;
  #evaluated = false;
  /** Counts points and data that came to the device. */
  #age = 0;
  #loaded: readonly InputData[] | undefined;

  constructor(parts: FieldParts & { readonly precision?: Precision | undefined }, client: PjrtClient) {
    const { parameters, data = [], value, field } = parts;
    const memory = new DeviceMemory(client, precisionOf(parts.precision));
    const { element } = memory;
    const results = value === undefined ? field : [...field, value];
    this.#parts = parts;
    this.#memory = memory;
    this.#data = data;
    this.#prepared = dataResults(results, parameters);
    this.#inputs = { parameters, given: [...data, ...this.#prepared] };
    this.#prepareProgram =
      this.#prepared.length === 0
        ? undefined
        : memory.compile(moduleOf({ element, flat: [], given: data, results: [], kept: this.#prepared }));
    this.#evaluateProgram = memory.compile(moduleOf({ element, flat: parameters, given: this.#inputs.given, results }));
    this.dimension = totalOf(parameters);
    this.#results = new Float64Array(totalOf(results));
    this.#now = new Float64Array(this.dimension);
  }

  /** Number of buffers on the device. */
  get buffers(): number {
    return this.#memory.count;
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    this.#move(data, point);
    if (!this.#evaluated) {
      const made = this.#memory.run(this.#evaluateProgram, [this.#point!, ...this.#held], 1);
      try {
        this.#memory.download(made[0]!, this.#results);
      } finally {
        this.#memory.release(made);
      }
      this.counts.evaluations++;
      this.#evaluated = true;
    }
    const length = this.#results.length - (this.#parts.value === undefined ? 0 : 1);
    field.set(length === this.#results.length ? this.#results : this.#results.subarray(0, length));
    return this.#parts.value === undefined ? Number.NaN : this.#results[length]!;
  }

  linearize(owner: ResidualOwner): void {
    this.#prepare(this.#map(jacobian), owner);
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    this.#multiply(transpose ? transposedJacobian : jacobian, owner, vectors, count, out);
  }

  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    this.#multiply(`map ${name}`, owner, vectors, count, out);
  }

  #multiply(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    const map = this.#map(name);
    const before = this.counts.linearizations;
    this.#prepare(map, owner);
    this.counts.relinearizations += this.counts.linearizations - before;
    map.multiply(vectors, count, out);
  }

  /** Computes the residuals of a map for an owner, unless it has those of the same point. */
  #prepare(map: DeviceProducts, owner: ResidualOwner): void {
    if (this.#owners.get(map) === owner) return;
    this.#move(owner.data, owner.point);
    this.#owners.delete(map);
    if (this.#ages.get(map) !== this.#age) {
      this.#ages.delete(map);
      map.prepare(this.#point!, this.#held);
      this.#ages.set(map, this.#age);
      if (map === this.#maps.get(jacobian)) {
        this.counts.linearizations++;
        if (!this.#evaluated) this.counts.evaluations++;
      }
    }
    this.#owners.set(map, owner);
  }

  /** Brings data and point to the device, unless they are there. */
  #move(data: readonly InputData[], point: Float64Array): void {
    if (this.#loaded !== data) this.#load(data);
    if (this.#point !== undefined && sameBits(point, this.#now)) return;
    this.#forgetPoint();
    this.#age++;
    this.#point = this.#memory.upload(point, [this.dimension]);
    this.#now.set(point);
  }

  #load(data: readonly InputData[]): void {
    const memory = this.#memory;
    this.#forgetPoint();
    this.#loaded = undefined;
    // The residuals of a map may be the data themselves.
    this.#owners.clear();
    this.#ages.clear();
    memory.release(this.#held);
    this.#held = [];
    const held = this.#data.map(({ shape }, i) => memory.upload(numbersOf(data[i]!), shape));
    this.#held = held;
    if (this.#prepareProgram !== undefined) {
      const empty = memory.upload(new Float64Array(0), [0]);
      this.#held = [...held, ...memory.run(this.#prepareProgram, [empty, ...held], this.#prepared.length)];
      memory.release([empty]);
    }
    this.#loaded = data;
  }

  #forgetPoint(): void {
    if (this.#point !== undefined) this.#memory.release([this.#point]);
    this.#point = undefined;
    this.#evaluated = false;
  }

  /** Compiles a linear map when it is first needed. */
  #map(name: string): DeviceProducts {
    let map = this.#maps.get(name);
    if (map === undefined) {
      map = new DeviceProducts(this.#memory, this.#linearization(name), this.#inputs);
      this.#maps.set(name, map);
    }
    return map;
  }

  #linearization(name: string): ReturnType<typeof linearize> {
    const { builder, field, parameters, maps = {} } = this.#parts;
    const rewrite = environment("FLUXION_REGROUP") === "off" ? "normalForm" : "regroup";
    if (name === jacobian || name === transposedJacobian) {
      return linearize(builder, field, parameters, {
        rewrite,
        transpose: name === transposedJacobian,
        repeated: convolvedWindows,
      });
    }
    const graph = maps[name.slice("map ".length)]?.();
    if (graph === undefined) throw new Error(`internal: xla: no map is named ${name}`);
    return linearizeGraph(builder, graph, { rewrite, repeated: convolvedWindows });
  }
}

/** The nodes that depend on the data alone and that others need, except those that cost nothing. */
function dataResults(results: readonly Node[], parameters: readonly Node[]): readonly Node[] {
  const nodes = reachable(results);
  const moving = dependents(nodes, parameters);
  const varying = dependents(
    nodes,
    nodes.filter((node) => isOp(node, "input")),
  );
  const windows = convolvedWindows(nodes, results);
  const isFree = (node: Node): boolean => isOp(node, "reshape") || isOp(node, "broadcast") || windows.has(node);
  const isStill = (node: Node): boolean => varying.has(node) && !moving.has(node);
  const found = new Set<Node>();
  const search = (node: Node): void => {
    if (!isStill(node) || found.has(node)) return;
    if (isOp(node, "input")) return;
    if (isFree(node)) for (const input of node.inputs) search(input);
    else found.add(node);
  };
  for (const node of nodes) if (moving.has(node)) for (const input of node.inputs) search(input);
  for (const node of results) search(node);
  return [...found];
}
