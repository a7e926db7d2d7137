import { reflection, symOrtho } from "./reflection.ts";

/**
 * The reflections P that make R_k lower triangular: R_k P_{1,2} P_{1,3} P_{2,3} ... = L_k. A trailing `Before` is of row k - 1, a `Before2`
 * of row k - 2, as they stand after column k.
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
  /** P_{k-1,k}. */
  c1 = -1;
  s1 = 0;
  /** P_{k-2,k}. */
  c2 = -1;
  s2 = 0;
  /** The last two columns of L_{k-1} before column k was turned in: what takes MINRES directions to those of QLP. */
  turn = { gammaBefore: 0, vartheta: 0, gamma: 0 };
  /** gamma_{k-1} before P_{k-1,k+1}. */
  #gammaUnturned = 0;

  /** Row k: P_{k-2,k}, which is known, and P_{k-1,k}. */
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

  /** P_{k-1,k+1}, which takes out what column k + 1 of R has in row k - 1. */
  ahead(k: number, epsilonNext: number): void {
    this.#gammaUnturned = this.gammaBefore;
    if (k === 1) return;
    symOrtho(this.gammaBefore, epsilonNext);
    this.c2 = reflection.c;
    this.s2 = reflection.s;
    this.gammaBefore = reflection.r;
  }
}
