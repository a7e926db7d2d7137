import type { QLPStep, Turn } from "./minresLoops.ts";

/**
 * What an iteration of MINRES-QLP does with vectors. The recurrences of its numbers stand above this interface, once
 * for vectors of our own (`vectorPasses.ts`) and for vectors in the memory of the map's program
 * (`programPasses.ts`), with the same bits.
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
