/** The course of a search, recorded while its rows pass. */
import type { Row } from "../../arrow/row.ts";

/** The first row whose ||F||^2 is at or below a cutoff. */
export interface Crossing {
  readonly step: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  /** Morse index; undefined if it was not measured at this row. */
  readonly morseIndex: number | undefined;
}

export interface Course {
  /** Crossings by cutoff on ||F||^2. A cutoff that was never reached has none. */
  readonly crossings: ReadonlyMap<number, Crossing>;
  /** Largest r = ||J p + F|| / (||J|| ||p|| + ||F||) of all rows that solved a Newton system; undefined if none did. */
  readonly largestResidual: number | undefined;
  /** Number of rows with r > 0.9. */
  readonly largeResiduals: number;
  /** Number of rows that `detectFlatness` found flat: r > 0.9 and r_H < 5e-4. */
  readonly flatRows: number;
}

/** Follows one search: `take` receives each row, and the result can be read at any time. */
export function followCourse(cutoffs: readonly number[]): Course & { take(row: Row): void } {
  const crossings = new Map<number, Crossing>();
  const course = {
    crossings,
    largestResidual: undefined as number | undefined,
    largeResiduals: 0,
    flatRows: 0,
    take({ step, value, squaredFieldNorm, columns }: Row): void {
      for (const cutoff of cutoffs) {
        if (squaredFieldNorm > cutoff || !Number.isFinite(squaredFieldNorm) || crossings.has(cutoff)) continue;
        crossings.set(cutoff, { step, value, squaredFieldNorm, morseIndex: columns.morseIndex });
      }
      const r = columns.relativeResidual;
      if (r !== undefined && !(r <= (course.largestResidual ?? -1))) course.largestResidual = r;
      if (r !== undefined && r > 0.9) course.largeResiduals++;
      if (columns.flat === 1) course.flatRows++;
    },
  };
  return course;
}
