import { hypotenuse } from "../../vector.ts";
import type { MinresPasses } from "./minresPasses.ts";

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
  /** alpha_k and beta_{k+1}. */
  alpha = 0;
  betaNext: number;
  /** Norm ||T e_k|| of column k. */
  columnNorm = 0;
  #beta = 0;

  constructor(
    private readonly passes: MinresPasses,
    private readonly shift: number,
    b: Float64Array,
  ) {
    this.beta1 = passes.start(b);
    this.betaNext = this.beta1;
  }

  /** Computes v_k and column k by one product. Returns whether its numbers are finite. */
  step(k: number): boolean {
    const { passes } = this;
    const betaBefore = this.#beta;
    const beta = this.betaNext;
    this.#beta = beta;
    const betaNext = passes.lanczos(beta, k > 1 ? beta / betaBefore : 0, this.shift);
    const { alpha } = passes;
    this.betaNext = betaNext;
    this.alpha = alpha;
    if (!Number.isFinite(alpha) || !Number.isFinite(betaNext)) return false;
    this.columnNorm = hypotenuse(hypotenuse(k > 1 ? beta : 0, alpha), betaNext);
    return true;
  }
}
