import type { LinearMap } from "../../linalg/linearMap.ts";
import { borrowMemory, memoryOfProgram, type ProgramMemory, type VectorLender } from "../../linalg/programMemory.ts";
import { isFiniteVector, negate, squaredNorm } from "../../linalg/vector.ts";
import { checkWritten } from "../../problems/checkWritten.ts";
import type { Problem } from "../../problems/problem.ts";
import { stepInside } from "../../problems/sets/convexSet.ts";
import type { Evaluation } from "../types.ts";
import { bufferFor, large, partOf } from "./memory.ts";
import type { Workspace } from "./workspace.ts";

/** Work since a run began. */
export interface WorkCount {
  /** Number of evaluations of the field. */
  evaluations: number;
  /** Number of products with the Jacobian, and with the maps of operators. */
  products: number;
  /** Whether a point of the run had a value, so that NaN at another means that the potential is lost there. */
  valued?: boolean;
}

/** F at a point, with ||F||^2 and J computed when they are asked for. */
export class EvaluatedPoint implements Evaluation {
  #squaredFieldNorm = -1;
  #negative: Float64Array | undefined;
  #jacobian: LinearMap | undefined;

  constructor(
    readonly problem: Problem,
    readonly point: Float64Array,
    readonly field: Float64Array,
    readonly value: number,
    private buffer: ArrayBuffer | undefined,
    readonly count: WorkCount | undefined,
    /** Whether the potential is not finite, so that F, which may have finite numbers there, is not its gradient. */
    readonly lost: boolean,
  ) {}

  /** -F, the direction of a step until an operator chooses another. One array, made at the first access. */
  negativeField(workspace?: Workspace): Float64Array {
    if (this.#negative === undefined) {
      this.#negative = workspace?.take(this.field.length) ?? this.beside();
      negate(this.field, this.#negative);
    }
    return this.#negative;
  }

  /** Forgets -F, whose memory the workspace is about to lend to others. */
  forgetNegative(): void {
    this.#negative = undefined;
  }

  /**
   * Gives a vector of arbitrary numbers for a row's further vectors; the first one lies in the memory of point and
   * field.
   */
  beside(): Float64Array {
    const vector = partOf(this.buffer, 2, this.field.length);
    this.buffer = undefined;
    return vector;
  }

  /** NaN where the potential is lost, so that no search accepts the point. */
  get squaredFieldNorm(): number {
    if (this.#squaredFieldNorm < 0) this.#squaredFieldNorm = this.lost ? Number.NaN : squaredNorm(this.field);
    return this.#squaredFieldNorm;
  }

  /** Whether F consists of finite numbers and the potential is not lost. The square of F may overflow even so. */
  get finite(): boolean {
    const square = this.squaredFieldNorm;
    if (Number.isFinite(square)) return true;
    return !Number.isNaN(square) && isFiniteVector(this.field);
  }

  linearize(): LinearMap {
    if (this.#jacobian === undefined) {
      const jacobian = this.problem.linearize(this.point);
      this.#jacobian = this.count === undefined ? jacobian : new CountedMap(jacobian, this.count);
    }
    return this.#jacobian;
  }
}

/** A map that counts every vector that goes through it. */
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

  [memoryOfProgram](numbers: number, onProduct?: () => void): ProgramMemory | undefined {
    return borrowMemory(this.map, numbers, () => {
      this.count.products++;
      onProduct?.();
    });
  }
}

/**
 * Evaluates a problem at a copy of the point. It serves measures and programs of your own; no run counts the
 * evaluation.
 *
 * @example const { value, squaredFieldNorm } = evaluate(quartic(), Float64Array.of(-3, 0));
 */
export function evaluate(problem: Problem, point: Float64Array): Evaluation {
  return evaluateAt(problem, point, undefined);
}

/**
 * Evaluates at a copy of the point.
 *
 * @param options `careful`: check that the problem writes every entry of its field, which is done once per run;
 *   `workspace`: gives the vectors
 * @throws ERR_LOSS, with `careful`, if it does not
 */
export function evaluateAt(
  problem: Problem,
  point: ArrayLike<number>,
  count: WorkCount | undefined,
  { careful = false, workspace }: { readonly careful?: boolean; readonly workspace?: Workspace | undefined } = {},
): EvaluatedPoint {
  if (workspace !== undefined && problem.dimension >= large) {
    const lent = workspace.take(problem.dimension, problem as VectorLender);
    return evaluateCopy(problem, point, lent, workspace.take(problem.dimension), undefined, count, careful);
  }
  const buffer = bufferFor(problem.dimension);
  const own = partOf(buffer, 0, problem.dimension);
  return evaluateCopy(problem, point, own, partOf(buffer, 1, own.length), buffer, count, careful);
}

function evaluateCopy(
  problem: Problem,
  point: ArrayLike<number>,
  own: Float64Array,
  field: Float64Array,
  buffer: ArrayBuffer | undefined,
  count: WorkCount | undefined,
  careful: boolean,
): EvaluatedPoint {
  // The missing entries of a point that is too short are 0.
  if (point.length < own.length) own.fill(0, point.length);
  own.set(point);
  if (careful) field.fill(Number.NaN);
  const at = evaluateInto(problem, own, field, buffer, count);
  if (careful) checkWritten(problem.name, field, (again) => problem.evaluate(own, again));
  return at;
}

/**
 * Evaluates the point to which a step leads, the projection on C of point + stepSize * direction.
 *
 * @param workspace gives the new point and its field; vectors that it lent before may be overwritten once the point is
 *   known
 */
export function evaluateStep(
  problem: Problem,
  point: Float64Array,
  direction: Float64Array,
  stepSize: number,
  count: WorkCount,
  workspace?: Workspace,
): EvaluatedPoint {
  const n = problem.dimension;
  if (workspace !== undefined && n >= large) {
    // The row before is over. Memory that is not touched costs nothing, so the point moves where it lies.
    const own = workspace.mayOverwrite(point) ? point : workspace.take(n);
    stepInside(problem.constraint, point, stepSize, direction, own);
    workspace.reclaim(own);
    return evaluateInto(problem, own, workspace.take(n), undefined, count);
  }
  const buffer = bufferFor(n);
  const own = partOf(buffer, 0, n);
  stepInside(problem.constraint, point, stepSize, direction, own);
  return evaluateInto(problem, own, partOf(buffer, 1, n), buffer, count);
}

function evaluateInto(
  problem: Problem,
  point: Float64Array,
  field: Float64Array,
  buffer: ArrayBuffer | undefined,
  count: WorkCount | undefined,
): EvaluatedPoint {
  if (count !== undefined) count.evaluations++;
  const value = problem.evaluate(point, field);
  if (Number.isFinite(value)) {
    if (count !== undefined && problem.symmetric) count.valued = true;
    return new EvaluatedPoint(problem, point, field, value, buffer, count, false);
  }
  return new EvaluatedPoint(problem, point, field, value, buffer, count, losesPotential(problem, value, count));
}

/** Whether a value that is not finite means that the potential is lost; NaN may also mean that there is none. */
export function losesPotential(problem: Problem, value: number, count: WorkCount | undefined): boolean {
  return !Number.isNaN(value) || (problem.hasPotential ?? (problem.symmetric && count?.valued === true));
}
