import { Observable } from "rxjs";
import type { Row } from "../../arrow/row.ts";

/** What is kept of the rows of each run, as `--every` and `--keep` say. */
export interface Keeping {
  /** Number k of "rows whose step is a multiple of k", at least 1. The first and the last row are kept in any case. */
  readonly every: number;
  /**
   * - `all`: the rows as they are
   * - `numbers`: points of the first row and of the one with the verdict only
   * - `ends`: the first and the last row only
   */
  readonly keep: "all" | "numbers" | "ends";
}

/**
 * Lets through the rows that are kept: those at every k-th step, the first and the last, and those at which a command
 * took effect. The rule looks at each row alone, so a resumed run keeps what an uninterrupted one keeps.
 *
 * It stands before the files, and the experiment sees the same rows. Otherwise what it finds would depend on which runs
 * are read back from files, hence on the number of threads and on interruptions.
 */
export function keptRows({ every, keep }: Keeping): (rows: Observable<Row>) => Observable<Row> {
  const stride = keep === "ends" ? Number.POSITIVE_INFINITY : every;
  return (rows) =>
    new Observable((subscriber) => {
      let left: Row | undefined;
      return rows.subscribe({
        next(row) {
          const end = row.step === 0 || row.status !== "running";
          const wanted = end || row.step % stride === 0 || (row.commands ?? []).length > 0;
          left = wanted ? undefined : row;
          if (wanted) subscriber.next(keep === "numbers" && !end ? withoutPoint(row) : row);
        },
        error: (error: unknown) => subscriber.error(error),
        complete() {
          // A stream may end without a verdict. Its last row is the last all the same.
          if (left !== undefined) subscriber.next(left);
          subscriber.complete();
        },
      });
    });
}

function withoutPoint({ point: _, ...row }: Row): Row {
  return row;
}
