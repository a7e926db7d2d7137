import type { LanczosProcess } from "./lanczosProcess.ts";
import type { LastEntries } from "./lastEntries.ts";
import type { LeftReflections } from "./leftReflections.ts";
import { minresStep, qlpStep } from "./minresLoops.ts";
import type { RightReflections } from "./rightReflections.ts";

/**
 * The update of x_{k-1} to x_k: as in MINRES, which is cheaper, while the system is well conditioned, then as in QLP.
 */
export class SolutionUpdate {
  readonly x: Float64Array;
  /** Directions d_{k-1} and d_{k-2} of MINRES, or w_{k-1} and w_{k-2} of QLP. */
  #w: Float64Array;
  #wBefore: Float64Array;
  /** Part of x_k that no later reflection of QLP changes; undefined in MINRES. */
  #final: Float64Array | undefined;

  constructor(private readonly zeros: () => Float64Array) {
    this.x = zeros();
    this.#w = zeros();
    this.#wBefore = zeros();
  }

  /** Whether x is still updated as in MINRES. */
  get byMinres(): boolean {
    return this.#final === undefined;
  }

  /**
   * Updates as in MINRES: d_k = (v_k - delta_k d_{k-1} - epsilon_k d_{k-2}) / gamma_k and x_k = x_{k-1} + tau_k d_k.
   */
  minres({ v }: LanczosProcess, { gamma, delta, epsilon, tau }: LeftReflections): void {
    minresStep(v, this.#w, this.#wBefore, this.x, 1 / gamma, -delta / gamma, -epsilon / gamma, tau);
    const older = this.#wBefore;
    this.#wBefore = this.#w;
    this.#w = older;
  }

  /** Updates as in QLP: x_k = W_k u with W_k = V_k P_k, of which the last two columns still change. */
  qlp(k: number, { v }: LanczosProcess, right: RightReflections, entries: LastEntries): void {
    this.#final ??= this.#turned(k, right, entries);
    const { c1: cr1, s1: sr1, c2: cr2, s2: sr2 } = right;
    const { uBefore2: ul2, uBefore: ul, u } = entries;
    qlpStep(v, this.#w, this.#wBefore, this.#final, this.x, { cr1, sr1, cr2, sr2, ul2, ul, u });
  }

  /** Turns directions of MINRES into those of QLP by W = D L. Gives the final part of x, which is zero up to k = 3. */
  #turned(k: number, { turn }: RightReflections, { old }: LastEntries): Float64Array {
    const final = this.zeros();
    const { x } = this;
    const w = this.#w;
    const wBefore = this.#wBefore;
    for (let i = 0; i < x.length; i++) {
      const before = turn.gammaBefore * wBefore[i]! + turn.vartheta * w[i]!;
      const now = turn.gamma * w[i]!;
      wBefore[i] = before;
      w[i] = now;
      if (k > 3) final[i] = x[i]! - before * old.uBefore - now * old.u;
    }
    return final;
  }
}
