import { hypotenuse } from "../../vector.ts";
import type { LeftReflections } from "./leftReflections.ts";
import type { RightReflections } from "./rightReflections.ts";

/**
 * Part of x_k that a solver takes: the whole; without its last component, for which the one before it makes up; the
 * same without making up for it, as the published code does at `maxNorm`; or none, so that x_{k-1} stays.
 */
export type Part = "whole" | "shorter" | "cut" | "none";

/**
 * The last three entries of u, where L_k u = t_k and x_k = V_k P_k u. They still change, while all others are final.
 */
export class LastEntries {
  u = 0;
  uBefore = 0;
  uBefore2 = 0;
  /** Values of u and uBefore in the iteration before. */
  old = { u: 0, uBefore: 0 };
  /** u_{k-1} if u_k is left out: the value that makes the residual of the last two rows smallest. */
  uBeforeWithout = 0;
  /** ||x_k||, with its last component and without. */
  length = 0;
  lengthWithout = 0;
  /** ||r|| without the last component. */
  residualWithout = 0;
  /** ||r|| of what {@link take} left. */
  residual = 0;
  #residualCut = 0;
  /** Length of the final part of x: up to the last iteration, and including this one. */
  #final = 0;
  #finalNow = 0;
  #uBefore3 = 0;

  /** Computes the entries after column k. */
  step(k: number, left: LeftReflections, right: RightReflections): void {
    const uBefore4 = this.#uBefore3;
    this.#uBefore3 = this.uBefore2;
    this.old.uBefore = this.uBefore;
    this.old.u = this.u;
    this.uBefore2 =
      k > 2
        ? (left.tauBefore2 - right.etaBefore2 * uBefore4 - right.varthetaBefore2 * this.#uBefore3) / right.gammaBefore2
        : 0;
    const rowBefore = left.tauBefore - right.etaBefore * this.#uBefore3 - right.varthetaBefore * this.uBefore2;
    const row = left.tau - right.eta * this.uBefore2;
    this.uBefore = k > 1 ? rowBefore / right.gammaBefore : 0;
    this.u = (row - right.vartheta * this.uBefore) / right.gamma;
    const slope = k > 1 ? right.vartheta / right.gammaBefore : 0;
    this.uBeforeWithout =
      k > 1 ? (rowBefore / right.gammaBefore + slope * (row / right.gammaBefore)) / (1 + slope * slope) : 0;
    this.#finalNow = hypotenuse(this.#final, this.uBefore2);
    this.length = hypotenuse(hypotenuse(this.#finalNow, this.uBefore), this.u);
    this.lengthWithout = hypotenuse(this.#finalNow, this.uBeforeWithout);
    const missing = k > 1 ? rowBefore - right.gammaBefore * this.uBeforeWithout : 0;
    this.residual = left.phi;
    this.#residualCut = hypotenuse(left.phi, row - right.vartheta * this.uBefore);
    this.residualWithout = hypotenuse(left.phi, hypotenuse(missing, row - right.vartheta * this.uBeforeWithout));
  }

  /** Makes the entries, with `length` and `residual`, those of the given part of x_k. */
  take(part: Exclude<Part, "none">): void {
    this.#final = this.#finalNow;
    if (part === "whole") return;
    this.u = 0;
    if (part === "shorter") {
      this.uBefore = this.uBeforeWithout;
      this.length = this.lengthWithout;
      this.residual = this.residualWithout;
    } else {
      this.length = hypotenuse(this.#finalNow, this.uBefore);
      this.residual = this.#residualCut;
    }
  }
}
