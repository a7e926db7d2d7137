import { environment } from "../../host.ts";
import { type InputData, numbersOf } from "../chosenRows.ts";
import { precisionOf } from "../devices/precision.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { sameBits } from "../float64/sameBits.ts";
import { type Linearization, linearize, linearizeGraph } from "../passes/linearize.ts";
import { type Packing, packingOf } from "./packing.ts";
import { Product } from "./product.ts";
import { type Session, sessionOf, type Tensor } from "./session.ts";
import { Stages } from "./stages.ts";
import { Workshop } from "./workshop.ts";

/**
 * Runs the graphs of a field node by node on TensorFlow's kernels. Tensors stay on the device between nodes and between
 * products; points, vectors and results cross.
 */
export class TensorFlowEngine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #session: Session;
  readonly #workshop: Workshop;
  readonly #parameters: Packing;
  readonly #field: Packing;
  /** The products that were needed so far, by name. */
  readonly #products = new Map<string, Product>();
  #stages: Stages;
  #dataTensors: readonly Tensor[] = [];
  #loaded: readonly InputData[] | undefined;
  /** Point of the tensors on the device, with value and field there; undefined if none is there. */
  #point: Float64Array | undefined;
  /** A point whose value and field were there until the stages were planned anew. */
  #again: Float64Array | undefined;
  readonly #number = Float64Array.of(Number.NaN);
  readonly #result: Float64Array;

  constructor(parts: FieldParts) {
    const { parameters, field } = parts;
    this.#parts = parts;
    this.#session = sessionOf(precisionOf(parts.precision));
    this.#workshop = new Workshop(this.#session, this);
    this.#parameters = packingOf(parameters);
    this.#field = packingOf(field);
    this.#result = new Float64Array(this.#field.length);
    this.dimension = this.#parameters.length;
    this.#stages = this.#plan();
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    this.#reach(data, point);
    field.set(this.#result);
    return this.#number[0]!;
  }

  linearize(owner: ResidualOwner): void {
    if (this.#prepare("forward", owner)) this.counts.linearizations++;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    const name = transpose ? "transposed" : "forward";
    if (this.#prepare(name, owner)) {
      this.counts.linearizations++;
      if (!transpose) this.counts.relinearizations++;
    }
    this.#products.get(name)!.multiply(vectors, count, out);
  }

  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    const own = `map ${name}`;
    this.#prepare(own, owner);
    this.#products.get(own)!.multiply(vectors, count, out);
  }

  /** Computes the residuals of a product at a point; false if they are there. */
  #prepare(name: string, owner: ResidualOwner): boolean {
    const product = this.#product(name);
    if (product.owner === owner) return false;
    if (product.owner?.data === owner.data && sameBits(product.owner.point, owner.point)) {
      product.owner = owner;
      return false;
    }
    product.forget();
    this.#reach(owner.data, owner.point);
    const place = [...this.#products.keys()].indexOf(name);
    product.prepare(owner, this.#stages.residuals(place));
    return true;
  }

  #product(name: string): Product {
    let found = this.#products.get(name);
    if (found === undefined) {
      found = new Product(this.#workshop, this.#linearization(name));
      this.#products.set(name, found);
      // From now on evaluations keep what the product's residuals come from. That of this point is done again.
      this.#stages.close();
      this.#stages = this.#plan();
      this.#again = this.#point;
      this.#point = undefined;
      if (this.#loaded !== undefined) this.#stages.load(this.#dataTensors);
    }
    return found;
  }

  #linearization(name: string): Linearization {
    const { builder, field, parameters, maps } = this.#parts;
    const rewrite = environment("FLUXION_REGROUP") === "off" ? "normalForm" : "regroup";
    if (!name.startsWith("map ")) {
      return linearize(builder, field, parameters, { rewrite, transpose: name === "transposed" });
    }
    const graph = maps?.[name.slice(4)]?.();
    if (graph === undefined) throw new Error(`internal: engine: no map is named ${name.slice(4)}`);
    return linearizeGraph(builder, graph, { rewrite });
  }

  #plan(): Stages {
    const { parameters, data = [], value, field } = this.#parts;
    const outputs = value === undefined ? field : [value, ...field];
    const residuals = [...this.#products.values()].map(({ residualNodes }) => residualNodes);
    return new Stages(this.#workshop, { parameters, data }, outputs, residuals);
  }

  /** Computes value and field at a point, unless they are there. */
  #reach(data: readonly InputData[], point: Float64Array): void {
    if (this.#loaded !== data) this.#load(data);
    if (this.#point !== undefined && sameBits(point, this.#point)) return;
    const isAgain = this.#again !== undefined && sameBits(point, this.#again);
    this.#point = undefined;
    this.#again = undefined;
    const session = this.#session;
    session.attempt(() => {
      const outputs = this.#stages.evaluate(this.#parameters.put(session, point));
      const hasValue = this.#parts.value !== undefined;
      if (hasValue) session.get(outputs[0]!, this.#number, 0);
      this.#field.get(session, outputs.slice(hasValue ? 1 : 0), this.#result);
      for (const tensor of outputs) session.free(tensor);
    });
    if (!isAgain) this.counts.evaluations++;
    this.#point = point.slice();
  }

  #load(data: readonly InputData[]): void {
    this.#loaded = undefined;
    this.#point = undefined;
    this.#again = undefined;
    this.#stages.close();
    this.#workshop.freeAll(this.#dataTensors);
    const session = this.#session;
    const tensors: Tensor[] = [];
    this.#dataTensors = tensors;
    session.attempt(() => {
      for (const [i, { shape }] of (this.#parts.data ?? []).entries()) {
        tensors.push(this.#workshop.keep(session.put(numbersOf(data[i]!), shape)));
      }
      this.#stages.load(tensors);
    });
    this.#loaded = data;
  }
}
