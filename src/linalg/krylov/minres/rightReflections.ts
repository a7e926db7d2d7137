import { reflection, symOrtho } from "./reflection.ts";

/**
 * The reflections P from the right that make R_k lower triangular: R_k P_{1,2} P_{1,3} P_{2,3} ... = L_k. Names that
 * end in `Before` belong to row k - 1, those in `Before2` to row k - 2, all after column k.
 *
 *     row k of L:  eta_k  vartheta_k  gamma_k
 */
export class RightReflections {
  gamma = 0;
  gammaBefore = 0;
  gammaBefore2 = 0;
  vartheta = 0;
  varthetaBefore = 0;
  varthetaBefore2 = 0;
  eta = 0;
  etaBefore = 0;
  etaBefore2 = 0;
  /** Reflection P_{k-1,k}. */
  c1 = -1;
  s1 = 0;
  /** Reflection P_{k-2,k}. */
  c2 = -1;
  s2 = 0;
  /**
   * The last two columns of L_{k-1} before column k is reflected, which turn directions of MINRES into those of QLP.
   */
  turn = { gammaBefore: 0, vartheta: 0, gamma: 0 };
  /** gamma_{k-1} before the reflection P_{k-1,k+1}. */
  #gammaUnturned = 0;

  /** Applies P_{k-2,k}, which is known, to row k, and makes and applies P_{k-1,k}. */
  step(k: number, delta: number, gamma: number): void {
    const { turn } = this;
    turn.gammaBefore = this.#gammaUnturned;
    turn.vartheta = this.vartheta;
    turn.gamma = this.gamma;
    this.gammaBefore2 = this.gammaBefore;
    this.gammaBefore = this.gamma;
    this.gamma = gamma;
    this.varthetaBefore2 = this.varthetaBefore;
    this.etaBefore2 = this.etaBefore;
    let turned = delta;
    if (k > 2) {
      this.etaBefore = this.eta;
      this.varthetaBefore = this.c2 * this.vartheta + this.s2 * delta;
      turned = this.s2 * this.vartheta - this.c2 * delta;
      this.eta = this.s2 * this.gamma;
      this.gamma = -this.c2 * this.gamma;
    }
    if (k > 1) {
      symOrtho(this.gammaBefore, turned);
      this.c1 = reflection.c;
      this.s1 = reflection.s;
      this.gammaBefore = reflection.r;
      this.vartheta = this.s1 * this.gamma;
      this.gamma = -this.c1 * this.gamma;
    }
  }

  /** Makes P_{k-1,k+1}, which removes the entry that column k + 1 of R has in row k - 1. */
  ahead(k: number, epsilonNext: number): void {
    this.#gammaUnturned = this.gammaBefore;
    if (k === 1) return;
    symOrtho(this.gammaBefore, epsilonNext);
    this.c2 = reflection.c;
    this.s2 = reflection.s;
    this.gammaBefore = reflection.r;
  }
}
