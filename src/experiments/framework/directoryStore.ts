import { existsSync } from "node:fs";
import { join } from "node:path";
import { catchError, defer, EMPTY, finalize, type Observable, tap, throwError } from "rxjs";
import { thing } from "../../arguments.ts";
import { type Damage, describeDamage } from "../../arrow/checks/damage.ts";
import { refuseLink } from "../../arrow/checks/ownFiles.ts";
import type { RecordMessage } from "../../arrow/recorder.ts";
import type { Row, Run } from "../../arrow/row.ts";
import { type RunFile, readRunFile, runFileName, runState } from "../../arrow/runFile.ts";
import { describeExecutor } from "../../autodiff/executor.ts";
import { isFluxionError } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import { checkpointFileName, checkpointWriter, loadCheckpoint } from "../../sinks/checkpointFile.ts";
import type { LeaseClaim } from "../../sinks/lease.ts";
import { recordRuns } from "../../sinks/runDirectory.ts";
import { replay } from "../../streams/replay.ts";
import type { Checkpoint } from "../../streams/types.ts";
import type { RunStore } from "./context.ts";
import { lostRows } from "./lostRows.ts";

/** Options of {@link directoryStore}. */
export interface DirectoryStoreOptions {
  /** Directory of the experiment. Each run has a directory of its own name in it. */
  readonly directory: string;
  /** Tells whether to look for runs that an earlier session or another thread has left. */
  readonly resume: () => boolean;
  /**
   * Lease on the directory, which is looked at before anything is written. Default: each run's directory gets a lease of
   * its own.
   */
  readonly lease?: LeaseClaim | undefined;
  /** Rules that watch each run: an operator on its rows, after the loop and before they are written. */
  readonly rules?: (rows: Observable<Row>) => Observable<Row>;
  /** Called with each row that an earlier session has left, as it is read back. */
  readonly onEarlier?: (row: Row) => void;
  /** Called with each row before it is written. */
  readonly onRow?: (row: Row) => void;
  /** Called with each part of a run's file after it was written: header, batch or end. */
  readonly onMessage?: (message: RecordMessage, run: Run, directory: string) => void;
  /** Called when a finished run has been read back. */
  readonly onReplayed?: (last: Row, directory: string) => void;
  /** Called with a line for the user where a run cannot go on from its checkpoint. */
  readonly onNote?: (line: string) => void;
}

/**
 * Keeps each run of an experiment in a directory of its own, as `runDirectory` writes it, with its newest checkpoint.
 * What an earlier session has left is never removed: a run that cannot go on from a checkpoint begins again as a new
 * attempt, which adds the rows that are not there yet. So does a finished run of which rows are damaged or missing. An
 * unfinished run with damaged rows before its checkpoint goes on from the checkpoint.
 *
 * The experiment of the example writes `runs/mine/gda`, `runs/mine/extragradient` and so on.
 *
 * @example
 * const store = directoryStore({ directory: "runs/mine", resume: () => false });
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal, store });
 * const options = bilinearExperiment.options.parse({ iterations: 10 });
 * context.complete(bilinearExperiment.run(options, context)).subscribe();
 */
export function directoryStore(options: DirectoryStoreOptions): RunStore {
  checkOption("directoryStore", "options", options, optionsRule);
  const { directory, resume, lease, onRow, onMessage, onReplayed, onNote, onEarlier, rules } = options;
  const seenBefore = (rows: Observable<Row>): Observable<Row> =>
    onEarlier === undefined ? rows : rows.pipe(tap(onEarlier));
  const checkpointIn = (path: string): Checkpoint | undefined => {
    if (!existsSync(join(path, checkpointFileName))) return undefined;
    try {
      return loadCheckpoint(path);
    } catch (error) {
      if (!(isFluxionError(error) && error.code === "ERR_CHECKPOINT")) throw error;
      onNote?.(`${error.message}: the run begins again from its start, and all rows that are there stay`);
      return undefined;
    }
  };
  const runFileIn = (path: string): RunFile | undefined => {
    try {
      return readRunFile(path);
    } catch (error) {
      if (!(isFluxionError(error) && error.code === "ERR_RUN_FILE")) throw error;
      onNote?.(`${error.message}. The run goes on with a new ${runFileName}; the damaged one is kept beside it`);
      return undefined;
    }
  };
  /** The rows of an unfinished run before its checkpoint. What is damaged is passed over, with a note. */
  const rowsBefore = (path: string, step: number): Observable<Row> => {
    const goesOn = `the run goes on from its checkpoint at step ${step} without these rows`;
    const onDamage = (damage: Damage): void => onNote?.(`${describeDamage(damage)}; ${goesOn}`);
    return replay(path, { toStep: step - 1, onDamage }).pipe(
      catchError((error: unknown) => {
        if (!isFluxionError(error) || !error.code.startsWith("ERR_ARROW_")) return noneIfEmpty(error);
        if (error.code !== "ERR_ARROW_EMPTY") onNote?.(`${error.message}; ${goesOn}`);
        return EMPTY;
      }),
    );
  };
  return {
    earlier(name) {
      const path = join(directory, name);
      refuseLink(path);
      if (!resume() || !existsSync(join(path, runFileName))) return undefined;
      const file = runFileIn(path);
      const described = file?.description === undefined ? {} : { description: file.description };
      const completed = file !== undefined && runState(file) === "completed";
      const lost = completed ? lostRows(path, file.attempts.at(-1)) : undefined;
      if (completed && lost === undefined) {
        // Damage to rows that a later attempt has again costs nothing.
        const rows = replay(path, { onDamage: () => {} }).pipe(catchError(noneIfEmpty));
        const tell = lastSeen((row) => onReplayed?.(row, path));
        return { ...described, finished: true, rows: () => rows.pipe(seenBefore, tell), checkpoint: undefined };
      }
      let checkpoint = checkpointIn(path);
      // A checkpoint behind rows that are lost would leave the finished run without them.
      if (lost !== undefined && checkpoint !== undefined && checkpoint.step > lost.firstStep) checkpoint = undefined;
      if (lost !== undefined) {
        const from = checkpoint === undefined ? "its start" : `its checkpoint at step ${checkpoint.step}`;
        onNote?.(
          `${path}: steps ${lost.steps} of the finished run are lost (${lost.reasons.join("; ")}): ` +
            `the run begins again from ${from} as a new attempt, and all rows that are there stay`,
        );
      }
      const rows = (): Observable<Row> => rowsBefore(path, checkpoint?.step ?? 0).pipe(seenBefore);
      return { ...described, finished: false, rows, checkpoint };
    },
    keep(name, { points = "all" }) {
      const path = join(directory, name);
      refuseLink(path);
      const write = recordRuns(
        path,
        { environment: describeExecutor(), points, onMessage: (message, run) => onMessage?.(message, run, path) },
        { lease, continues: resume() },
      );
      return {
        save: checkpointWriter(path, false, lease),
        record(rows) {
          const watched = rules === undefined ? rows : rows.pipe(rules);
          return (onRow === undefined ? watched : watched.pipe(tap(onRow))).pipe(write);
        },
      };
    },
  };
}

/** A run that was killed before its first rows were written has none. */
function noneIfEmpty(error: unknown): Observable<never> {
  const empty = isFluxionError(error) && (error.code === "ERR_ARROW_EMPTY" || error.code === "ERR_RUN_FILE");
  return empty ? EMPTY : throwError(() => error);
}

function lastSeen(tell: (row: Row) => void): (rows: Observable<Row>) => Observable<Row> {
  return (rows) =>
    defer(() => {
      let last: Row | undefined;
      return rows.pipe(
        tap((row) => {
          last = row;
        }),
        finalize(() => {
          if (last !== undefined) tell(last);
        }),
      );
    });
}

const optionsRule = thing("an object with a directory and a function resume", {
  directory: "string",
  resume: "function",
});
