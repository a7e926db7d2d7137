/** The course of a search, recorded while its rows pass. */

import type { Row } from "../../arrow/row.ts";
import { minresTerminations } from "../../linalg/krylov/minres/minresTypes.ts";
import { type Plateau, plateauOf } from "./plateau.ts";

/** Value of the column `termination` of `newtonDirection` where MINRES-QLP ended by its co-kernel test. */
const leastSquares = minresTerminations.indexOf("least-squares");

/** The first row whose ||F||^2 is at or below a cutoff. */
export interface Crossing {
  /** Step of the row, from 0. */
  readonly step: number;
  /** Value of the row. */
  readonly value: number;
  /** ||F||^2 of the row, at or below the cutoff. */
  readonly squaredFieldNorm: number;
  /** Morse index; undefined if it was not measured at this row. */
  readonly morseIndex: number | undefined;
}

/** The course of one search: where it crossed each cutoff, and how flat the gradient was. */
export interface Course {
  /** Crossings by cutoff on ||F||^2. The map has no entry for a cutoff that was never reached. */
  readonly crossings: ReadonlyMap<number, Crossing>;
  /** Largest r = ||J p + F|| / (||J|| ||p|| + ||F||) of all rows that solved a Newton system; undefined if none did. */
  readonly largestResidual: number | undefined;
  /** Largest r of the rows whose solve ended by the co-kernel test, as `least-squares`; undefined if none did. */
  readonly largestLeastSquaresResidual: number | undefined;
  /** Number of rows with r > 0.9. */
  readonly largeResiduals: number;
  /** Number of rows that `detectFlatness` found flat: r > 0.9 and r_H < 5e-4. */
  readonly flatRows: number;
  /** Finds the plateau, in which ||F||^2 moved by less than a factor of 2 in half of the steps; undefined without one. */
  plateau(): Plateau | undefined;
}

/** Follows one search: `take` receives each row, and the result can be read at any time. */
export function followCourse(cutoffs: readonly number[]): Course & { take(row: Row): void } {
  const crossings = new Map<number, Crossing>();
  const squares: number[] = [];
  const course = {
    crossings,
    largestResidual: undefined as number | undefined,
    largestLeastSquaresResidual: undefined as number | undefined,
    largeResiduals: 0,
    flatRows: 0,
    plateau: () => plateauOf(squares),
    take({ step, value, squaredFieldNorm, columns }: Row): void {
      squares.push(squaredFieldNorm);
      for (const cutoff of cutoffs) {
        if (squaredFieldNorm > cutoff || !Number.isFinite(squaredFieldNorm) || crossings.has(cutoff)) continue;
        crossings.set(cutoff, { step, value, squaredFieldNorm, morseIndex: columns.morseIndex });
      }
      const r = columns.relativeResidual;
      if (r !== undefined && !(r <= (course.largestResidual ?? -1))) course.largestResidual = r;
      if (
        r !== undefined &&
        columns.termination === leastSquares &&
        !(r <= (course.largestLeastSquaresResidual ?? -1))
      ) {
        course.largestLeastSquaresResidual = r;
      }
      if (r !== undefined && r > 0.9) course.largeResiduals++;
      if (columns.flat === 1) course.flatRows++;
    },
  };
  return course;
}
