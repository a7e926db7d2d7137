import type { LinearMap } from "../../linearMap.ts";
import { normFromSquare, norm as normOf } from "../../vector.ts";
import {
  lanczosProduct,
  lanczosRemainder,
  minresStep,
  normalise,
  type QLPStep,
  qlpStep,
  type Turn,
  turnStep,
} from "./minresLoops.ts";
import type { MinresPasses } from "./minresPasses.ts";
import { weightedNorm } from "./minresResiduals.ts";

/** Greatest number of vectors that {@link VectorPasses} takes. */
export const mostVectors = 9;

/** Passes over vectors of our own, for any map. */
export class VectorPasses implements MinresPasses {
  readonly x: Float64Array;
  alpha = 0;
  /** v_k, A v_k, r_k and r_{k-1}. */
  readonly #v: Float64Array;
  readonly #product: Float64Array;
  #now: Float64Array;
  #before: Float64Array;
  /** P r_k. */
  readonly #preconditioned: Float64Array | undefined;
  /** Directions d_{k-1} and d_{k-2} of MINRES, or w_{k-1} and w_{k-2} of QLP. */
  #w: Float64Array;
  #wBefore: Float64Array;
  /** Part of x_k that no later reflection of QLP changes. */
  #final: Float64Array | undefined;

  constructor(
    private readonly map: LinearMap,
    private readonly preconditioner: LinearMap | undefined,
    private readonly zeros: () => Float64Array = () => new Float64Array(map.columns),
  ) {
    this.x = zeros();
    this.#w = zeros();
    this.#wBefore = zeros();
    this.#v = zeros();
    this.#product = zeros();
    this.#now = zeros();
    this.#before = zeros();
    this.#preconditioned = preconditioner === undefined ? undefined : zeros();
  }

  start(b: Float64Array): number {
    this.#now.set(b);
    return this.#preconditioned === undefined ? normOf(b) : weightedNorm(this.preconditioner!, b, this.#preconditioned);
  }

  lanczos(beta: number, back: number, shift: number): number {
    const now = this.#now;
    const next = this.#before;
    const preconditioned = this.#preconditioned;
    normalise(preconditioned ?? now, beta, this.#v);
    this.map.apply(this.#v, this.#product);
    this.alpha = lanczosProduct(this.#product, this.#v, shift, next, back);
    const square = lanczosRemainder(next, this.alpha / beta, now);
    this.#before = now;
    this.#now = next;
    return preconditioned === undefined
      ? normFromSquare(square, next)
      : weightedNorm(this.preconditioner!, next, preconditioned);
  }

  minres(a: number, al: number, al2: number, tau: number): void {
    minresStep(this.#v, this.#w, this.#wBefore, this.x, a, al, al2, tau);
    const older = this.#wBefore;
    this.#wBefore = this.#w;
    this.#w = older;
  }

  turn(step: Turn, anyFinal: boolean): void {
    this.#final = this.zeros();
    turnStep(this.#w, this.#wBefore, this.#final, this.x, step, anyFinal);
  }

  qlp(step: QLPStep): void {
    qlpStep(this.#v, this.#w, this.#wBefore, this.#final!, this.x, step);
  }

  spare(): readonly [Float64Array, Float64Array] {
    return [this.#now, this.#before];
  }
}
