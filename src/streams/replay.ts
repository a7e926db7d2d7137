import { Observable } from "rxjs";
import { path as pathRule } from "../arguments.ts";
import { type ReadRunOptions, readRun, readRunRules } from "../arrow/readRun.ts";
import type { Row } from "../arrow/row.ts";
import { cancelTurn, nextTurn, type Turn } from "../host.ts";
import { checkOption, readOptions } from "../options.ts";

/** Options of {@link replay}. */
export interface ReplayOptions extends ReadRunOptions {
  /**
   * Milliseconds of work between two yields to the event loop; Infinity: everything happens inside `subscribe`.
   * Default 2.
   */
  readonly slice?: number;
}

const rules = { ...readRunRules, slice: { default: 2, above: 0, infinite: true } } as const;

/**
 * Replays the rows of a recorded run as they were: row measures and sinks take them like those of a live run.
 *
 * The rows are those of {@link readRun}: of a resumed run, the newest attempt wins from its first step on. The stream is
 * cold: each subscription reads the files anew, one batch at a time. What a killed writer left torn at the end is
 * dropped. Of a run that still goes on, the rows written so far are replayed. The stream completes after the last row.
 *
 * Cost: about 2 us per row (`npm run bench -- stream`).
 *
 * @example replay("runs/a").pipe(filter((row) => row.columns.flat === 1)).subscribe((row) => console.log(row.step));
 * @param path path of a run directory, or of one `.arrows` file
 * @param options {@link ReplayOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws ERR_OPTION_RANGE at once; in the stream ERR_READ, ERR_RUN_FILE for a directory without rows, ERR_ARROW_EMPTY,
 *   ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN, ERR_COLUMN_CONFLICT, and ERR_ARROW_CORRUPT (after the rows before the damage)
 *   unless there is an `onDamage`
 */
export function replay(path: string, options: ReplayOptions = {}): Observable<Row> {
  const { slice, ...wanted } = readOptions("replay", options, rules);
  checkOption("replay", "path", path, pathRule);
  return new Observable((subscriber) => {
    const batches = readRun(path, wanted).batches();
    let waiting: Turn | undefined;
    const work = (): void => {
      const until = performance.now() + slice;
      try {
        do {
          const next = batches.next();
          if (next.done === true) {
            subscriber.complete();
            return;
          }
          for (const row of next.value) {
            if (subscriber.closed) return;
            subscriber.next(row);
          }
        } while (performance.now() < until && !subscriber.closed);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      if (!subscriber.closed) waiting = nextTurn(work);
    };
    subscriber.add(() => {
      cancelTurn(waiting);
      batches.return();
    });
    if (slice === Number.POSITIVE_INFINITY) work();
    else waiting = nextTurn(work);
  });
}
