import { dot, largestEntry } from "../../linalg/vector.ts";
import { OrthonormalFactor } from "./orthonormalFactor.ts";

/** The set {u : <a_j, u> <= b_j} with all a_j of length 1, within a subspace in which the points to project lie. */
interface UnitInequalities {
  readonly dimension: number;
  /** Normals a_j. */
  readonly normals: readonly Float64Array[];
  /** Bounds b_j. */
  readonly bounds: ArrayLike<number>;
  /** Function that gives <a_j, u> - b_j. It may use other rows that agree with a_j on the subspace. */
  readonly excess: (j: number, u: Float64Array) => number;
}

/** A normal depends on the active ones if less than this length of it lies across them. */
const dependent = 1e-10;

/**
 * The dual active-set method of Goldfarb and Idnani [1] for the projection on a polyhedron. It starts from the active
 * set with which the last projection ended.
 *
 * The method begins with the projection on the active face and keeps all multipliers non-negative. In each step the
 * most violated constraint enters, and constraints whose multiplier would change sign leave. It ends after finitely
 * many steps. The end point is then computed anew from the active normals in the order of their numbers, so that it
 * does not depend on the way there.
 *
 * Cost: O(m n) per step to find the constraint, and O(n k) for k active ones.
 *
 * @see [1] Goldfarb and Idnani, "A numerically stable dual method for solving strictly convex quadratic programs",
 *   1983, doi:10.1007/BF02591962
 */
export class ActiveSet {
  readonly #set: UnitInequalities;
  /** Largest |b_j|. */
  readonly #size: number;
  #factor: OrthonormalFactor;
  #active: number[] = [];
  #multipliers: number[] = [];
  /** Whether normals entered or left since the factor was last computed in order. */
  #changed = false;

  constructor(set: UnitInequalities) {
    this.#set = set;
    this.#size = largestEntry(Float64Array.from(set.bounds));
    this.#factor = new OrthonormalFactor(set.dimension);
  }

  /** Orthonormal normals of the face on which the last projection ended. */
  get face(): readonly Float64Array[] {
    return this.#factor.basis;
  }

  /** Computes out <- the projection. Returns false if the set is empty. */
  project(point: Float64Array, out: Float64Array): boolean {
    const p = point === out ? point.slice() : point;
    if (!p.every(Number.isFinite)) {
      out.fill(Number.NaN);
      return true;
    }
    this.#onFace(p, out);
    this.#dropNegative(p, out);
    const limit = 100 * (this.#set.normals.length + this.#set.dimension + 1);
    const settled = new Set<number>();
    for (let step = 0; ; step++) {
      if (step > limit) throw new Error("internal: the active-set method does not end");
      const entering = this.#mostViolated(out, settled);
      if (entering === undefined) break;
      const outcome = this.#enter(entering, out);
      if (outcome === "infeasible") return false;
      if (outcome === "dependent") settled.add(entering);
    }
    this.#canonical(p, out);
    return true;
  }

  /** Computes x <- the projection of p on {<a_j, x> = b_j, j active}, and its multipliers. */
  #onFace(p: Float64Array, x: Float64Array): void {
    const factor = this.#factor;
    const heights = factor.solveTranspose(Float64Array.from(this.#active, (j) => this.#set.bounds[j]!));
    const along = factor.split(p, x);
    for (let k = 0; k < along.length; k++) {
      const height = heights[k]!;
      const q = factor.basis[k]!;
      for (let i = 0; i < x.length; i++) x[i] = x[i]! + height * q[i]!;
      along[k] = along[k]! - height;
    }
    this.#multipliers = [...factor.solve(along)];
  }

  #dropNegative(p: Float64Array, x: Float64Array): void {
    for (;;) {
      let worst = -1;
      for (const [k, u] of this.#multipliers.entries()) {
        if (u < 0 && (worst < 0 || u < this.#multipliers[worst]!)) worst = k;
      }
      if (worst < 0) return;
      this.#leave(worst);
      this.#onFace(p, x);
    }
  }

  #leave(place: number): void {
    this.#changed = true;
    this.#factor.remove(place);
    this.#active.splice(place, 1);
    this.#multipliers.splice(place, 1);
  }

  #mostViolated(x: Float64Array, settled: ReadonlySet<number>): number | undefined {
    const { normals, bounds, excess } = this.#set;
    const rounding = 1e-13 * this.#sizeOf(x);
    let worst: number | undefined;
    let most = 0;
    for (let j = 0; j < normals.length; j++) {
      const beyond = excess(j, x);
      if (beyond <= rounding + 1e-14 * Math.abs(bounds[j]!) || beyond <= most) continue;
      if (settled.has(j) || this.#active.includes(j)) continue;
      most = beyond;
      worst = j;
    }
    return worst;
  }

  /** Raises the multiplier of constraint j until the constraint is met; others may leave on the way. */
  #enter(j: number, x: Float64Array): "entered" | "dependent" | "infeasible" {
    const normal = this.#set.normals[j]!;
    const across = new Float64Array(x.length);
    let own = 0;
    let violation = this.#set.excess(j, x);
    for (;;) {
      const change = this.#factor.solve(this.#factor.split(normal, across));
      const square = dot(across, across);
      const full = square > dependent * dependent ? violation / square : Number.POSITIVE_INFINITY;
      let partial = Number.POSITIVE_INFINITY;
      let leaving = -1;
      for (const [k, r] of change.entries()) {
        if (!(r > 1e-14)) continue;
        const ratio = this.#multipliers[k]! / r;
        if (ratio < partial) {
          partial = ratio;
          leaving = k;
        }
      }
      const length = Math.min(full, partial);
      if (length === Number.POSITIVE_INFINITY) {
        return violation <= 1e-9 * this.#sizeOf(x) ? "dependent" : "infeasible";
      }
      for (const [k, r] of change.entries()) this.#multipliers[k] = Math.max(0, this.#multipliers[k]! - length * r);
      own += length;
      if (full < Number.POSITIVE_INFINITY) {
        for (let i = 0; i < x.length; i++) x[i] = x[i]! - length * across[i]!;
      }
      if (length === full) {
        this.#changed = true;
        this.#factor.add(normal, 0);
        this.#active.push(j);
        this.#multipliers.push(own);
        return "entered";
      }
      this.#leave(leaving);
      violation = this.#set.excess(j, x);
    }
  }

  /** Computes the end point from the active normals in ascending order, without those whose multiplier is 0. */
  #canonical(p: Float64Array, out: Float64Array): void {
    const rounding = 1e-14 * this.#sizeOf(p);
    if (this.#changed || this.#multipliers.some((u) => u <= rounding)) {
      const factor = new OrthonormalFactor(this.#set.dimension);
      const sorted = this.#active.filter((_, k) => this.#multipliers[k]! > rounding).sort((a, b) => a - b);
      this.#active = sorted.filter((j) => factor.add(this.#set.normals[j]!, dependent / 10));
      this.#factor = factor;
      this.#changed = false;
    }
    this.#onFace(p, out);
  }

  /** The size of the numbers from which a result is computed. */
  #sizeOf(x: Float64Array): number {
    return Math.max(this.#size, largestEntry(x));
  }
}
