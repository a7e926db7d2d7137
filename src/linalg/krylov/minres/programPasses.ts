import type { ProgramMemory } from "../../programMemory.ts";
import { isSafeSquare, norm as normOf } from "../../vector.ts";
import { type StepKernels, stepKernels } from "../../wasm/stepKernels.ts";
import { type QLPStep, type Turn, turnStep } from "./minresLoops.ts";
import type { MinresPasses } from "./minresPasses.ts";

/** Vectors r_k, r_{k-1}, w, w_before, final and x; v_k and A v_k are vectors of the program. */
const vectors = 6;

/** Numbers from one vector to the next: whole lines of the cache, and one more, as in `vectorMemory`. */
const strideOf = (n: number): number => 8 * (Math.ceil(n / 8) + 1);

/** Numbers that {@link ProgramPasses} needs in the memory of a program: its vectors, and alpha. */
export function vectorsInProgram(n: number): number {
  return vectors * strideOf(n) + 1;
}

/**
 * Passes over vectors that lie beside the program of the map. A Lanczos step is one call: normalising, the product and
 * both sums.
 */
export class ProgramPasses implements MinresPasses {
  readonly #memory: ProgramMemory;
  readonly #n: number;
  #kernels: StepKernels;
  /** View of all vectors and alpha, in the memory that was there last. */
  #own: Float64Array;
  /** Addresses. */
  #now: number;
  #before: number;
  #w: number;
  #wBefore: number;
  readonly #final: number;
  readonly #x: number;
  readonly #alpha: number;

  constructor(memory: ProgramMemory, n: number) {
    this.#memory = memory;
    this.#n = n;
    const { own } = memory;
    const stride = 8 * strideOf(n);
    this.#now = own;
    this.#before = own + stride;
    this.#w = own + 2 * stride;
    this.#wBefore = own + 3 * stride;
    this.#final = own + 4 * stride;
    this.#x = own + 5 * stride;
    this.#alpha = own + vectors * stride;
    this.#kernels = stepKernels(memory);
    this.#own = this.#view(memory.own, vectorsInProgram(n)).fill(0);
  }

  get x(): Float64Array {
    return this.#view(this.#x);
  }

  get alpha(): number {
    return this.#own[this.#own.length - 1]!;
  }

  start(b: Float64Array): number {
    this.#view(this.#now).set(b);
    return normOf(b);
  }

  lanczos(beta: number, back: number, shift: number): number {
    if (this.#memory.prepare()) {
      this.#kernels = stepKernels(this.#memory);
      this.#own = this.#view(this.#memory.own, this.#own.length);
    }
    const { input, output } = this.#memory;
    const now = this.#now;
    const next = this.#before;
    const square = this.#kernels.lanczosStep(now, input, output, next, this.#alpha, beta, back, shift, this.#n);
    this.#before = now;
    this.#now = next;
    return isSafeSquare(square) ? Math.sqrt(square) : normOf(this.#view(next));
  }

  minres(a: number, al: number, al2: number, tau: number): void {
    this.#kernels.minresStep(this.#memory.input, this.#w, this.#wBefore, this.#x, a, al, al2, tau, this.#n);
    const older = this.#wBefore;
    this.#wBefore = this.#w;
    this.#w = older;
  }

  turn(step: Turn, anyFinal: boolean): void {
    const [w, wBefore, final, x] = [this.#w, this.#wBefore, this.#final, this.#x].map((place) => this.#view(place));
    turnStep(w!, wBefore!, final!, x!, step, anyFinal);
  }

  qlp({ cr1, sr1, cr2, sr2, ul2, ul, u }: QLPStep): void {
    const { input } = this.#memory;
    const [w, wBefore, final, x] = [this.#w, this.#wBefore, this.#final, this.#x];
    this.#kernels.qlpStep(input, w, wBefore, final, x, cr1, sr1, cr2, sr2, ul2, ul, u, this.#n);
  }

  spare(): readonly [Float64Array, Float64Array] {
    return [this.#view(this.#now), this.#view(this.#before)];
  }

  #view(place: number, length = this.#n): Float64Array {
    return new Float64Array(this.#memory.memory.buffer, place, length);
  }
}
