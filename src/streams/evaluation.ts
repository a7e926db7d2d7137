import type { LinearMap } from "../linalg/linearMap.ts";
import type { Problem } from "../problems/problem.ts";
import type { Evaluation } from "./types.ts";

/** How often the field and its Jacobian were used since a run began. */
export interface WorkCount {
  evaluations: number;
  products: number;
}

/** F at a point, with ||F||^2 and J when they are asked for. */
export class EvaluatedPoint implements Evaluation {
  #squaredNorm = -1;
  #jacobian: LinearMap | undefined;

  constructor(
    readonly problem: Problem,
    readonly point: Float64Array,
    readonly field: Float64Array,
    readonly value: number,
    private readonly count: WorkCount | undefined,
  ) {}

  get squaredNorm(): number {
    if (this.#squaredNorm < 0) {
      let sum = 0;
      for (let i = 0; i < this.field.length; i++) sum += this.field[i]! * this.field[i]!;
      this.#squaredNorm = sum;
    }
    return this.#squaredNorm;
  }

  linearize(): LinearMap {
    if (this.#jacobian === undefined) {
      const jacobian = this.problem.linearize(this.point);
      this.#jacobian = this.count === undefined ? jacobian : new CountedMap(jacobian, this.count);
    }
    return this.#jacobian;
  }
}

/** Counts every vector that goes through a map. */
class CountedMap implements LinearMap {
  readonly rows: number;
  readonly columns: number;
  readonly symmetric: boolean;

  constructor(
    private readonly map: LinearMap,
    private readonly count: WorkCount,
  ) {
    this.rows = map.rows;
    this.columns = map.columns;
    this.symmetric = map.symmetric;
  }

  apply(v: Float64Array, out: Float64Array): void {
    this.count.products++;
    this.map.apply(v, out);
  }

  applyTranspose(u: Float64Array, out: Float64Array): void {
    this.count.products++;
    this.map.applyTranspose(u, out);
  }

  applyMany(vectors: Float64Array, count: number, out: Float64Array): void {
    this.count.products += count;
    this.map.applyMany(vectors, count, out);
  }
}

/**
 * Evaluates a problem at a copy of the point; for measures and programs of one's own, not counted in any run.
 *
 * @example const { value, squaredNorm } = evaluate(quartic(), Float64Array.of(-3, 0));
 */
export function evaluate(problem: Problem, point: Float64Array): Evaluation {
  return evaluateAt(problem, point, undefined);
}

/** Evaluates at a copy of the point; point and field lie in one buffer, since small typed arrays are costly to make. */
export function evaluateAt(problem: Problem, point: Float64Array, count: WorkCount | undefined): EvaluatedPoint {
  const n = problem.dimension;
  const buffer = new ArrayBuffer(16 * n);
  const own = new Float64Array(buffer, 0, n);
  own.set(point);
  const field = new Float64Array(buffer, 8 * n, n);
  if (count !== undefined) count.evaluations++;
  const value = problem.evaluate(own, field);
  return new EvaluatedPoint(problem, own, field, value, count);
}
