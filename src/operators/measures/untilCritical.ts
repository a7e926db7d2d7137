import { defineRowMeasure, type Iterate, type Row, type RowMeasure, readOptions } from "../../authoring/index.ts";
import { criticality, criticalRelativeField } from "../support/ends/criticality.ts";
import { nearestZero } from "../support/ends/nearestZero.ts";
import { growLengths, relativeField } from "../support/ends/relativeField.ts";
import { fieldNorm } from "../support/fieldNorm.ts";

/** Options of {@link untilCritical}; without one `relativeField` is 1e-6. */
export interface UntilCriticalOptions {
  /**
   * Bound on the largest |F_i| / R_i, where R_i is the change of F_i when every parameter moves by its length: what
   * `classifyEnd` calls critical, in no units. Default 1e-6 if no other bound is given.
   */
  readonly relativeField?: number;
  /** Bound epsilon on the square, in the units of the problem: a row is critical where ||F||^2 <= epsilon. */
  readonly squaredFieldNorm?: number;
  /** Bound on ||F|| relative to the largest ||F|| of the rows so far, in [0, 1). */
  readonly relativeTolerance?: number;
}

const rules = {
  relativeField: { min: 0 },
  squaredFieldNorm: { min: 0 },
  relativeTolerance: { min: 0, below: 1 },
} as const;

interface State {
  /** Largest ||F|| so far. */
  largest: number;
  /** Largest ||F|| at which `relativeField` is measured again. */
  next: number;
  /** Largest |z_j| so far of each parameter; undefined if rows have no points. */
  readonly lengths: Float64Array | undefined;
}

/**
 * Ends the run with the first critical row; its status is "converged".
 *
 * Without options it is critical where `classifyEnd` says so: F is small beside what it changes by when the parameters
 * move by their lengths, and Newton's steps lead to a zero near by. That is the same in all units, and not met where F
 * merely fades. It is measured whenever ||F|| has halved, and needs rows that come from a loop. With `squaredFieldNorm` a
 * row is critical where ||F||^2 <= epsilon, as in [1]. To trust a Morse index, epsilon must be strict: 1e-10 at most on
 * the networks of [1].
 *
 * With `relativeTolerance` it ends the run where ||F|| is at most that share of the largest ||F|| so far. F may merely have
 * decayed there, so the status is "converged" where `classifyEnd` calls the point critical, and "stopped" where it does
 * not. On replays, which have no J, it is "converged".
 *
 * Placed first inside the update it saves the last update's cost; it also works after the loop and, with the other
 * bounds than `relativeField`, on replays.
 *
 * Use {@link naturalResidual} with a tolerance when there is a constraint, {@link untilStep} to limit the number of
 * steps.
 *
 * Cost: negligible with `squaredFieldNorm`. A measurement takes 20 products; where F is small in addition Newton's step:
 * n products and 9 n^3 operations for n <= 100, up to 400 products above. State: the largest ||F||, and a vector.
 *
 * @example
 * iterate(quartic(), [-3.1, 0.1], chain(untilCritical(), gradientStep(0.03)))
 *   .pipe(takeLast(2))
 *   .subscribe((it) => console.log(it.step, it.status, it.squaredFieldNorm.toExponential(1)));
 * // 38 running 1.7e-12
 * // 39 converged 8.2e-13
 * @param options {@link UntilCriticalOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a bound out of range
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @see [1] Frye et al., "Numerically recovering the critical points of a deep linear autoencoder", 2019,
 *   arXiv:1901.10603
 */
export function untilCritical(options: UntilCriticalOptions = {}): RowMeasure {
  const { squaredFieldNorm, relativeTolerance, relativeField: given } = readOptions("untilCritical", options, rules);
  const other = squaredFieldNorm !== undefined || relativeTolerance !== undefined;
  const bound = given ?? (other ? undefined : criticalRelativeField);
  return defineRowMeasure({
    name: "untilCritical",
    init: (first, previous?: State): State =>
      previous ?? {
        largest: 0,
        next: Number.POSITIVE_INFINITY,
        lengths: first.point === undefined ? undefined : new Float64Array(first.point.length),
      },
    step(row, state) {
      if (squaredFieldNorm !== undefined && row.squaredFieldNorm <= squaredFieldNorm) return { status: "converged" };
      const { lengths } = state;
      if (lengths !== undefined && row.point !== undefined) growLengths(lengths, row.point);
      const norm = fieldNorm(row);
      if (norm > state.largest && Number.isFinite(norm)) state.largest = norm;
      if (relativeTolerance !== undefined && norm <= relativeTolerance * state.largest) {
        return { status: isCritical(row, lengths, criticalRelativeField) === false ? "stopped" : "converged" };
      }
      if (bound === undefined || !(norm <= state.next)) return undefined;
      state.next = norm / 2;
      return isCritical(row, lengths, bound) === true ? { status: "converged" } : undefined;
    },
  });
}

/** Whether the point of a row is critical; undefined on replays, where J is not known. */
function isCritical(row: Row, lengths: Float64Array | undefined, bound: number): boolean | undefined {
  const { at } = row as Row & Partial<Pick<Iterate, "at">>;
  if (at === undefined || lengths === undefined) return undefined;
  const relative = relativeField(at, lengths);
  if (!(relative <= bound)) return false;
  const { relativeDistance, stepContraction } = nearestZero(at, lengths, relative);
  const columns = { relativeField: relative, relativeDistance, stepContraction };
  return criticality({ squaredFieldNorm: row.squaredFieldNorm, columns }, undefined, bound).critical === true;
}
