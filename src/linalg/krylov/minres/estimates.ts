import type { LanczosProcess } from "./lanczosProcess.ts";
import type { LeftReflections } from "./leftReflections.ts";
import type { RightReflections } from "./rightReflections.ts";

/** Running estimates of ||A|| and of its condition number, from the columns of T and the diagonal of L. */
export class Estimates {
  /** Lower bound of ||A||_2; `normNow` counts the last component of x_k, while it is open whether that is left out. */
  norm = 0;
  normNow = 0;
  /** Condition number of what x_k is made of; `conditionNow` counts the last component of x_k. */
  condition = 1;
  conditionNow = 1;
  /** ||A r_{k-1}|| / (||A|| ||r_{k-1}||). */
  cokernel = 0;
  /** ||A b|| / ||b||. */
  #firstProduct = 0;
  /** Smallest diagonal entry of L among the final rows, and among all rows but the last one. */
  #smallestFinal = Number.POSITIVE_INFINITY;
  #smallestWithout = Number.POSITIVE_INFINITY;

  /** Takes column k into account. */
  step(k: number, { columnNorm }: LanczosProcess, { cokernelRatio }: LeftReflections, right: RightReflections): void {
    if (k === 1) this.#firstProduct = columnNorm;
    if (k > 2) this.#smallestFinal = Math.min(this.#smallestFinal, right.gammaBefore2);
    this.normNow = Math.max(this.norm, columnNorm, right.gammaBefore, Math.abs(right.gamma));
    this.#smallestWithout = k > 1 ? Math.min(this.#smallestFinal, right.gammaBefore) : this.#smallestFinal;
    const smallest = Math.min(this.#smallestWithout, Math.abs(right.gamma));
    this.conditionNow = this.normNow === 0 ? 1 : this.normNow / smallest;
    this.cokernel = this.normNow === 0 ? 0 : cokernelRatio / this.normNow;
  }

  /** Whether b lies in the kernel up to rounding, which can be told once ||A|| is known. */
  kernelHoldsRightSide(n: number): boolean {
    return this.#firstProduct <= 2 * Math.sqrt(n) * Number.EPSILON * this.normNow;
  }

  /** Sets the condition number to that of x with its last component, or without. */
  take(withLast: boolean): void {
    const without = this.#smallestWithout === Number.POSITIVE_INFINITY ? 1 : this.normNow / this.#smallestWithout;
    this.condition = withLast ? this.conditionNow : without;
  }

  /** Takes the reflection P_{k-1,k+1} into account. */
  ahead(k: number, { gammaBefore }: RightReflections): void {
    if (k > 1) this.norm = Math.max(this.norm, gammaBefore);
  }
}
