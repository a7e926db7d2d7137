import type { LinearMap } from "../../linearMap.ts";
import { hypotenuse, normFromSquare, norm as normOf } from "../../vector.ts";
import { lanczosProduct, lanczosRemainder, normalise } from "./minresLoops.ts";
import { weightedNorm } from "./minresResiduals.ts";

/**
 * The Lanczos vectors of A + shift I from b, one after the other, with column k of the tridiagonal matrix T:
 *
 *     beta_{k+1} v_{k+1} = (A + shift I) v_k - alpha_k v_k - beta_k v_{k-1}
 *
 * With a preconditioner P the v_k are orthonormal in P^-1.
 */
export class LanczosProcess {
  /** ||b||, in the norm of P if there is one. */
  readonly beta1: number;
  /** Lanczos vector v_k. */
  readonly v: Float64Array;
  /** alpha_k and beta_{k+1}. */
  alpha = 0;
  betaNext: number;
  /** Norm ||T e_k|| of column k. */
  columnNorm = 0;
  /** beta_{k-1} (P^-1) v_{k-1}, beta_k (P^-1) v_k, and memory for the next one. */
  #before: Float64Array;
  #now: Float64Array;
  #next: Float64Array;
  /** P times the newest of these vectors. */
  readonly #preconditioned: Float64Array | undefined;
  #beta = 0;

  constructor(
    private readonly map: LinearMap,
    private readonly shift: number,
    private readonly preconditioner: LinearMap | undefined,
    b: Float64Array,
    zeros: () => Float64Array,
  ) {
    this.#before = zeros();
    this.#now = zeros();
    this.#now.set(b);
    this.#next = zeros();
    this.#preconditioned = preconditioner === undefined ? undefined : zeros();
    this.v = zeros();
    this.beta1 =
      this.#preconditioned === undefined ? normOf(b) : weightedNorm(preconditioner!, b, this.#preconditioned);
    this.betaNext = this.beta1;
  }

  /** Computes v_k and column k by one product. Returns whether its numbers are finite. */
  step(k: number): boolean {
    const betaBefore = this.#beta;
    const beta = this.betaNext;
    this.#beta = beta;
    normalise(this.#preconditioned ?? this.#now, beta, this.v);
    this.map.apply(this.v, this.#next);
    const back = k > 1 ? beta / betaBefore : 0;
    const alpha = lanczosProduct(this.#next, this.v, this.shift, this.#before, back);
    const square = lanczosRemainder(this.#next, alpha / beta, this.#now);
    const spare = this.#before;
    this.#before = this.#now;
    this.#now = this.#next;
    this.#next = spare;
    this.alpha = alpha;
    this.betaNext =
      this.#preconditioned === undefined
        ? normFromSquare(square, this.#now)
        : weightedNorm(this.preconditioner!, this.#now, this.#preconditioned);
    if (!Number.isFinite(alpha) || !Number.isFinite(this.betaNext)) return false;
    this.columnNorm = hypotenuse(hypotenuse(k > 1 ? beta : 0, alpha), this.betaNext);
    return true;
  }
}
