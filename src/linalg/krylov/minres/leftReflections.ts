import { hypotenuse } from "../../vector.ts";
import { reflection, symOrtho } from "./reflection.ts";

/**
 * The reflections Q_k from the left that make T_k upper triangular, and what they make of the right side:
 *
 *     Q_k ... Q_1 T_k = R_k,    Q_k ... Q_1 (beta_1 e_1) = (t_k, phi_k)
 */
export class LeftReflections {
  /** Column k of R: gamma on the diagonal, delta above it, and epsilon above that. */
  gamma = 0;
  delta = 0;
  epsilon = 0;
  /** Entry of column k + 1 of R in row k - 1. */
  epsilonNext = 0;
  /** ||r_k|| of the smallest residual over k Lanczos vectors, and over k - 1 of them. */
  phi: number;
  phiBefore: number;
  /** The last entries of t, in rows k, k - 1 and k - 2. */
  tau = 0;
  tauBefore = 0;
  tauBefore2 = 0;
  /** ||A r_{k-1}|| / phi_{k-1} = ||(gammaBar_k, delta_{k+1})||. */
  cokernelRatio = 0;
  #c = -1;
  #s = 0;
  #deltaNext = 0;

  constructor(beta1: number) {
    this.phi = beta1;
    this.phiBefore = beta1;
  }

  /** Applies Q_{k-1}, which is known, to column k, and makes and applies Q_k. */
  step(alpha: number, betaNext: number): void {
    const c = this.#c;
    const s = this.#s;
    this.delta = c * this.#deltaNext + s * alpha;
    const gammaBar = s * this.#deltaNext - c * alpha;
    this.epsilon = this.epsilonNext;
    this.epsilonNext = s * betaNext;
    this.#deltaNext = -c * betaNext;
    this.cokernelRatio = hypotenuse(gammaBar, this.#deltaNext);
    this.phiBefore = this.phi;
    symOrtho(gammaBar, betaNext);
    this.#c = reflection.c;
    this.#s = reflection.s;
    this.gamma = reflection.r;
    this.tauBefore2 = this.tauBefore;
    this.tauBefore = this.tau;
    this.tau = reflection.c * this.phi;
    this.phi = reflection.s * this.phi;
  }
}
