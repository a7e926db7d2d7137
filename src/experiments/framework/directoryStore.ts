import { existsSync } from "node:fs";
import { join } from "node:path";
import { defer, finalize, type Observable, tap } from "rxjs";
import type { RecordMessage } from "../../arrow/recorder.ts";
import type { Row, Run } from "../../arrow/row.ts";
import { readRunFile, runFileName, runState } from "../../arrow/runFile.ts";
import { describeExecutor } from "../../autodiff/executor.ts";
import { checkpointFileName, loadCheckpoint, saveCheckpoint } from "../../sinks/checkpointFile.ts";
import { runDirectory } from "../../sinks/runDirectory.ts";
import { replay } from "../../streams/replay.ts";
import type { RunStore } from "./context.ts";

/** Options of {@link directoryStore}. */
export interface DirectoryStoreOptions {
  /** Directory of the experiment. Each run has a directory of its own name in it. */
  readonly directory: string;
  /** Tells whether to look for runs that an earlier session or another thread has left. */
  readonly resume: () => boolean;
  /** Called with each row before it is written. */
  readonly onRow?: (row: Row) => void;
  /** Called with each part of a run's file after it was written: header, batch or end. */
  readonly onMessage?: (message: RecordMessage, run: Run, directory: string) => void;
  /** Called when a finished run has been read back. */
  readonly onReplayed?: (last: Row, directory: string) => void;
}

/**
 * Keeps each run of an experiment in a directory of its own, as `runDirectory` writes it, with its newest checkpoint.
 * The experiment of the example writes `runs/mine/gda`, `runs/mine/extragradient` and so on.
 *
 * @example
 * const store = directoryStore({ directory: "runs/mine", resume: () => false });
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal, store });
 * const options = bilinearExperiment.options.parse({ iterations: 10 });
 * context.complete(bilinearExperiment.run(options, context)).subscribe();
 */
export function directoryStore(options: DirectoryStoreOptions): RunStore {
  const { directory, resume, onRow, onMessage, onReplayed } = options;
  return {
    earlier(name) {
      const path = join(directory, name);
      if (!resume() || !existsSync(join(path, runFileName))) return undefined;
      const finished = runState(readRunFile(path)) === "completed";
      const restart = finished || !existsSync(join(path, checkpointFileName));
      return {
        finished,
        rows: () => (finished ? replay(path).pipe(lastSeen((row) => onReplayed?.(row, path))) : replay(path)),
        checkpoint: restart ? undefined : loadCheckpoint(path),
      };
    },
    keep(name, { points = "all" }) {
      const path = join(directory, name);
      const write = runDirectory(path, {
        environment: describeExecutor(),
        points,
        // A run that was killed before its first checkpoint begins again, and gives the same rows.
        overwrite: resume(),
        onMessage: (message, run) => onMessage?.(message, run, path),
      });
      return {
        save: saveCheckpoint(path),
        record: (rows) => (onRow === undefined ? rows : rows.pipe(tap(onRow))).pipe(write),
      };
    },
  };
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
