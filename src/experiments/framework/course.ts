/** What a search went through, kept while its rows pass. */
import type { Row } from "../../arrow/row.ts";

/** The first row at or below a cutoff. */
export interface Crossing {
  readonly step: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  /** Where it was measured. */
  readonly morseIndex: number | undefined;
}

export interface Course {
  /** By cutoff on ||F||^2; without one that was never reached. */
  readonly crossings: ReadonlyMap<number, Crossing>;
  /** Largest r = ||J p + F|| / (||J|| ||p|| + ||F||) of the rows that solved a Newton system; undefined: none did. */
  readonly largestResidual: number | undefined;
  /** Rows with r > 0.9. */
  readonly largeResiduals: number;
  /** Rows that `detectFlatness` found flat: r > 0.9 and r_H < 5e-4. */
  readonly flatRows: number;
}

/** Follows one search; `take` each row, then read it. */
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
