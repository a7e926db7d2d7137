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
    private readonly buffer: ArrayBuffer | undefined,
    private readonly count: WorkCount | undefined,
  ) {}

  /** -F, the direction of a step until an operator chooses another; ||F||^2 on the way, which saves a pass over the field. */
  negativeField(): Float64Array {
    const { field } = this;
    const n = field.length;
    const negative = partOf(this.buffer, 2, n);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const f = field[i]!;
      sum += f * f;
      negative[i] = -f;
    }
    this.#squaredNorm = sum;
    return negative;
  }

  get squaredNorm(): number {
    if (this.#squaredNorm < 0) {
      const { field } = this;
      let sum = 0;
      for (let i = 0; i < field.length; i++) sum += field[i]! * field[i]!;
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

/** Evaluates at a copy of the point. */
export function evaluateAt(problem: Problem, point: ArrayLike<number>, count: WorkCount | undefined): EvaluatedPoint {
  const buffer = bufferFor(problem.dimension);
  const own = partOf(buffer, 0, problem.dimension);
  own.set(point);
  return evaluateIn(problem, buffer, own, count);
}

/** Evaluates where a step leads: at the projection on C of point + stepSize * direction. */
export function evaluateStep(
  problem: Problem,
  point: Float64Array,
  direction: Float64Array,
  stepSize: number,
  count: WorkCount,
): EvaluatedPoint {
  const n = problem.dimension;
  const buffer = bufferFor(n);
  const own = partOf(buffer, 0, n);
  for (let i = 0; i < n; i++) own[i] = point[i]! + stepSize * direction[i]!;
  problem.constraint?.project(own, own);
  return evaluateIn(problem, buffer, own, count);
}

/**
 * Where point, field and -field lie: together, since a typed array with a buffer of its own is costly to make (0.3 us), but for the
 * few numbers that V8 keeps in the array object itself (64 bytes), where a view costs more than that.
 */
function bufferFor(n: number): ArrayBuffer | undefined {
  return n > 8 ? new ArrayBuffer(24 * n) : undefined;
}

function partOf(buffer: ArrayBuffer | undefined, part: number, n: number): Float64Array {
  return buffer === undefined ? new Float64Array(n) : new Float64Array(buffer, 8 * n * part, n);
}

function evaluateIn(
  problem: Problem,
  buffer: ArrayBuffer | undefined,
  point: Float64Array,
  count: WorkCount | undefined,
): EvaluatedPoint {
  const n = point.length;
  const field = partOf(buffer, 1, n);
  if (count !== undefined) count.evaluations++;
  const value = problem.evaluate(point, field);
  return new EvaluatedPoint(problem, point, field, value, buffer, count);
}
