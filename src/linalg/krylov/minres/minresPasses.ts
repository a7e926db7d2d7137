import type { LinearMap } from "../../linearMap.ts";
import { borrowMemory } from "../../programMemory.ts";
import { normFromSquare, norm as normOf } from "../../vector.ts";
import { withVectors } from "../../vectorMemory.ts";
import {
  lanczosProduct,
  lanczosRemainder,
  minresStep,
  normalise,
  type QLPStep,
  qlpStep,
  type Turn,
  turnStep,
} from "./minresLoops.ts";
import { weightedNorm } from "./minresResiduals.ts";
import { ProgramPasses, vectorsInProgram } from "./programPasses.ts";

/**
 * What an iteration of MINRES-QLP does with vectors. The recurrences of its numbers stand above this interface, once
 * for vectors of our own ({@link VectorPasses}) and for vectors in the memory of the map's program ({@link
 * ProgramPasses}), with the same bits.
 */
export interface MinresPasses {
  /** Solution x_k. Passes and outside code may make the array stale, so it is read again after them. */
  readonly x: Float64Array;
  /** alpha_k of the last Lanczos step. */
  readonly alpha: number;
  /** Begins with b. Returns ||b||, in the norm of P if there is a preconditioner P. */
  start(b: Float64Array): number;
  /**
   * Makes v_k = r_k / beta, where r_k is the rest of the step before, and its rest r_{k+1} = (A + shift I) v_k -
   * back r_{k-1} - (alpha_k / beta) r_k. Returns ||r_{k+1}||, in the norm of P if there is one.
   */
  lanczos(beta: number, back: number, shift: number): number;
  /** d_k <- a v_k + al d_{k-1} + al2 d_{k-2}, x <- x + tau d_k */
  minres(a: number, al: number, al2: number, tau: number): void;
  /** Turns d_k and d_{k-1} of MINRES into directions of QLP. */
  turn(step: Turn, anyFinal: boolean): void;
  /** Reflects v_k into the directions and updates x. */
  qlp(step: QLPStep): void;
  /** Gives two vectors that are needed no more after the last Lanczos step. */
  spare(): readonly [Float64Array, Float64Array];
}

/** Greatest number of vectors that {@link VectorPasses} takes. */
const mostVectors = 9;

/** Calls `use` with passes for a system of this map, in the memory of its program if it lends that. */
export function withPasses<T>(
  map: LinearMap,
  preconditioner: LinearMap | undefined,
  use: (passes: MinresPasses) => T,
): T {
  const n = map.columns;
  const borrowed = preconditioner === undefined ? borrowMemory(map, vectorsInProgram(n)) : undefined;
  if (borrowed === undefined) {
    return withVectors(n, mostVectors, (zeros) => use(new VectorPasses(map, preconditioner, zeros)));
  }
  try {
    return use(new ProgramPasses(borrowed, n));
  } finally {
    borrowed.release();
  }
}

/** Passes over vectors of our own, for any map. */
export class VectorPasses implements MinresPasses {
  readonly x: Float64Array;
  alpha = 0;
  /** v_k, A v_k, r_k and r_{k-1}. */
  readonly #v: Float64Array;
  readonly #product: Float64Array;
  #now: Float64Array;
  #before: Float64Array;
  /** P r_k. */
  readonly #preconditioned: Float64Array | undefined;
  /** Directions d_{k-1} and d_{k-2} of MINRES, or w_{k-1} and w_{k-2} of QLP. */
  #w: Float64Array;
  #wBefore: Float64Array;
  /** Part of x_k that no later reflection of QLP changes. */
  #final: Float64Array | undefined;

  constructor(
    private readonly map: LinearMap,
    private readonly preconditioner: LinearMap | undefined,
    private readonly zeros: () => Float64Array = () => new Float64Array(map.columns),
  ) {
    this.x = zeros();
    this.#w = zeros();
    this.#wBefore = zeros();
    this.#v = zeros();
    this.#product = zeros();
    this.#now = zeros();
    this.#before = zeros();
    this.#preconditioned = preconditioner === undefined ? undefined : zeros();
  }

  start(b: Float64Array): number {
    this.#now.set(b);
    return this.#preconditioned === undefined ? normOf(b) : weightedNorm(this.preconditioner!, b, this.#preconditioned);
  }

  lanczos(beta: number, back: number, shift: number): number {
    const now = this.#now;
    const next = this.#before;
    const preconditioned = this.#preconditioned;
    normalise(preconditioned ?? now, beta, this.#v);
    this.map.apply(this.#v, this.#product);
    this.alpha = lanczosProduct(this.#product, this.#v, shift, next, back);
    const square = lanczosRemainder(next, this.alpha / beta, now);
    this.#before = now;
    this.#now = next;
    return preconditioned === undefined
      ? normFromSquare(square, next)
      : weightedNorm(this.preconditioner!, next, preconditioned);
  }

  minres(a: number, al: number, al2: number, tau: number): void {
    minresStep(this.#v, this.#w, this.#wBefore, this.x, a, al, al2, tau);
    const older = this.#wBefore;
    this.#wBefore = this.#w;
    this.#w = older;
  }

  turn(step: Turn, anyFinal: boolean): void {
    this.#final = this.zeros();
    turnStep(this.#w, this.#wBefore, this.#final, this.x, step, anyFinal);
  }

  qlp(step: QLPStep): void {
    qlpStep(this.#v, this.#w, this.#wBefore, this.#final!, this.x, step);
  }

  spare(): readonly [Float64Array, Float64Array] {
    return [this.#now, this.#before];
  }
}
