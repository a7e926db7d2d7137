import type { LanczosProcess } from "./lanczosProcess.ts";
import type { LastEntries } from "./lastEntries.ts";
import type { LeftReflections } from "./leftReflections.ts";
import { minresStep, qlpStep } from "./minresLoops.ts";
import type { RightReflections } from "./rightReflections.ts";

/** x_k from x_{k-1}: as in MINRES while the system is well conditioned, which is cheaper, then as in QLP for good. */
export class SolutionUpdate {
  readonly x: Float64Array;
  /** MINRES: d_{k-1}, d_{k-2}; QLP: w_{k-1}, w_{k-2}. */
  #w: Float64Array;
  #wBefore: Float64Array;
  /** QLP: the part of x_k that no later reflection changes. */
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

  /** d_k = (v_k - delta_k d_{k-1} - epsilon_k d_{k-2}) / gamma_k;  x_k = x_{k-1} + tau_k d_k */
  minres({ v }: LanczosProcess, { gamma, delta, epsilon, tau }: LeftReflections): void {
    minresStep(v, this.#w, this.#wBefore, this.x, 1 / gamma, -delta / gamma, -epsilon / gamma, tau);
    const older = this.#wBefore;
    this.#wBefore = this.#w;
    this.#w = older;
  }

  /** x_k = W_k u with W_k = V_k P_k, of which the last two columns still change. */
  qlp(k: number, { v }: LanczosProcess, right: RightReflections, entries: LastEntries): void {
    this.#final ??= this.#turned(k, right, entries);
    const { c1: cr1, s1: sr1, c2: cr2, s2: sr2 } = right;
    const { uBefore2: ul2, uBefore: ul, u } = entries;
    qlpStep(v, this.#w, this.#wBefore, this.#final, this.x, { cr1, sr1, cr2, sr2, ul2, ul, u });
  }

  /** W = D L turns the MINRES directions into those of QLP; up to k = 3 no part of x is final yet. */
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
