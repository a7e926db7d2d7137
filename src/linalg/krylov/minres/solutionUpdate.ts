import type { LastEntries } from "./lastEntries.ts";
import type { LeftReflections } from "./leftReflections.ts";
import type { MinresPasses } from "./minresPasses.ts";
import type { RightReflections } from "./rightReflections.ts";

/**
 * The update of x_{k-1} to x_k: as in MINRES, which is cheaper, while the system is well conditioned, then as in QLP.
 */
export class SolutionUpdate {
  /** Whether x is still updated as in MINRES. */
  byMinres = true;

  constructor(private readonly passes: MinresPasses) {}

  /**
   * Updates as in MINRES: d_k = (v_k - delta_k d_{k-1} - epsilon_k d_{k-2}) / gamma_k and x_k = x_{k-1} + tau_k d_k.
   */
  minres({ gamma, delta, epsilon, tau }: LeftReflections): void {
    this.passes.minres(1 / gamma, -delta / gamma, -epsilon / gamma, tau);
  }

  /** Updates as in QLP: x_k = W_k u with W_k = V_k P_k, of which the last two columns still change. */
  qlp(k: number, { turn, c1: cr1, s1: sr1, c2: cr2, s2: sr2 }: RightReflections, entries: LastEntries): void {
    if (this.byMinres) {
      this.byMinres = false;
      // No part of x is final up to k = 3.
      this.passes.turn({ ...turn, ...entries.old }, k > 3);
    }
    const { uBefore2: ul2, uBefore: ul, u } = entries;
    this.passes.qlp({ cr1, sr1, cr2, sr2, ul2, ul, u });
  }
}
