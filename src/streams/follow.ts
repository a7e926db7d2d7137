import { Observable } from "rxjs";
import { path as pathRule } from "../arguments.ts";
import { attemptFilesIfAny } from "../arrow/attemptFiles.ts";
import type { Damage } from "../arrow/checks/damage.ts";
import { readRun } from "../arrow/readRun.ts";
import type { Row, Run } from "../arrow/row.ts";
import { type RunState, readRunFile, runState } from "../arrow/runFile.ts";
import { sameColumns } from "../arrow/schema.ts";
import { isFluxionError } from "../errors.ts";
import { builtin } from "../host.ts";
import { checkOption, readOptions } from "../options.ts";

/** Options of {@link follow}. */
export interface FollowOptions {
  /** Seconds between two looks at the files. Default 0.5. */
  readonly every?: number;
  /** Seconds without a row after which a run that has not ended is called silent. Default 60. */
  readonly silentAfter?: number;
  /**
   * Called when a run writes no longer: once after `silentAfter` seconds, and when its process is gone. It is called
   * again after the run has written meanwhile.
   */
  readonly onSilent?: (silence: Silence) => void;
  /** Function that gets each damaged part, which is then passed over. Default: damage is an error. */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
}

/** What is known of a run that writes no longer. */
export interface Silence {
  /** State of the run: `killed` if its process is gone, `running` if that lives, `unknown` if it cannot be seen. */
  readonly state: RunState;
  /** Seconds since the last row was found. */
  readonly seconds: number;
  /** Step of that row; undefined if there was none. */
  readonly step: number | undefined;
}

const rules = {
  every: { default: 0.5, above: 0, max: 86_400 },
  silentAfter: { default: 60, above: 0 },
  onSilent: { expected: "a function", is: (value: unknown) => typeof value === "function" },
  onDamage: { expected: "a function of the damage", is: (value: unknown) => typeof value === "function" },
} as const;

/**
 * Replays a run that another process writes, then emits its further rows as they come into the files.
 *
 * The rows are those of {@link replay}, each step once. The stream completes when the run has ended or its process is
 * gone. If the run is resumed meanwhile, steps that were emitted before are passed over; the new attempt has them again.
 * Each subscription reads the files for itself. The writer is asked for nothing, so any number of processes may follow.
 *
 * Cost: that of `replay`; a look at files that have not grown is some system calls.
 *
 * @example
 * follow("runs/a").pipe(stagnation(), alertCommand("./tell.sh")).subscribe();
 * @param path path of a run directory
 * @param options {@link FollowOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, {RangeError} ERR_OPTION_RANGE at once; in the stream
 *   ERR_RUN_FILE for another directory, and as {@link replay}
 */
export function follow(path: string, options: FollowOptions = {}): Observable<Row> {
  const { every, silentAfter, onSilent, onDamage } = readOptions("follow", options, rules);
  checkOption("follow", "path", path, pathRule);
  return new Observable((subscriber) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let run: Run | undefined;
    let last: number | undefined;
    let size = "";
    let grew = performance.now();
    let told = false;

    /** Gives rows of one run one `run`, whichever look found them, so that measures keep their states. */
    const same = (row: Row): Row => {
      if (row.run === run) return row;
      if (run === undefined || !sameColumns(run, row.run)) run = row.run;
      // As where a resumed run is read at once: all its rows say the newest attempt.
      else if (row.run.attempt > run.attempt) Object.assign(run, { attempt: row.run.attempt });
      return row.run === run ? row : { ...row, run };
    };
    const readFurther = (): void => {
      const now = sizesIn(path);
      if (now === size) return;
      size = now;
      try {
        for (const rows of readRun(path, { fromStep: last === undefined ? 0 : last + 1, onDamage }).batches()) {
          for (const row of rows) {
            if (subscriber.closed) return;
            last = row.step;
            grew = performance.now();
            told = false;
            subscriber.next(same(row));
          }
        }
      } catch (error) {
        // A run that has only begun has no rows yet.
        if (!isFluxionError(error) || (error.code !== "ERR_ARROW_EMPTY" && error.code !== "ERR_RUN_FILE")) throw error;
      }
    };
    const look = (): void => {
      const began = performance.now();
      try {
        // First the state, then the rows: what was written before the end is there once the end is known.
        const state = runState(readRunFile(path), path);
        readFurther();
        if (subscriber.closed) return;
        const seconds = (performance.now() - grew) / 1000;
        const gone = state === "killed";
        if ((gone || (seconds >= silentAfter && !told)) && (state === "running" || state === "unknown" || gone)) {
          told = true;
          onSilent?.({ state, seconds, step: last });
        }
        if (state !== "running" && state !== "unknown") {
          subscriber.complete();
          return;
        }
      } catch (error) {
        subscriber.error(error);
        return;
      }
      // Reading a long run again takes its time; it takes a tenth of one core at most.
      timer = setTimeout(look, Math.max(1000 * every, 9 * (performance.now() - began)));
    };
    timer = setTimeout(look, 0);
    return () => clearTimeout(timer);
  });
}

/** Names and sizes of the files of all attempts. */
function sizesIn(path: string): string {
  const { statSync } = builtin("node:fs", "follow");
  return attemptFilesIfAny(path)
    .map((file) => `${file.path} ${statSync(file.path).size}`)
    .join("\n");
}
