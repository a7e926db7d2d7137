import { checkLimits } from "../arrow/recorder.ts";
import type { Run } from "../arrow/row.ts";
import { sameColumns } from "../arrow/schema.ts";
import { failure } from "../errors.ts";
import { type RowSink, recordRows } from "./recordRows.ts";
import { type FileOptions, type FileRecording, recordToFile } from "./recordToFile.ts";

/** Options of {@link arrowFile}. */
export interface ArrowFileOptions extends FileOptions {
  /**
   * Let the rows of further runs into the same file, as long as their columns are equal: the end points of a campaign. Their
   * names and attempts stand in the columns `run` and `attempt`; settings and description are kept of the first run only.
   * Default false: a second run is ERR_RUN_CHANGED.
   */
  readonly merged?: boolean;
}

/**
 * Writes each row into one Arrow IPC stream file and passes it on.
 *
 * The file is made at the first row of each subscription, and closed when the stream ends in any way: by its last row, an
 * error, unsubscribing, `process.exit`. Batches are written at 256 rows, 4 MB or one second after the one before, synchronously,
 * so nothing queues up; killed, a run loses at most its last second of rows or its last step. Put stop conditions before the
 * sink, so that it sees the verdict. Cost: see {@link RunEncoder}; a batch of 256 rows takes 0.1 ms to 1 ms.
 *
 * @example iterate(bilinear(), [1, 1], gradientStep(0.1)).pipe(untilStep(100), arrowFile("bilinear.arrows")).subscribe();
 * @param path of the file, usually `*.arrows`; directories above it are made
 * @throws ERR_OPTION_RANGE at once; in the stream ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_RUN_CHANGED, ERR_WRITE (everything
 *   written so far stays)
 */
export function arrowFile(path: string, options: ArrowFileOptions = {}): RowSink {
  checkLimits(options.batch);
  const { merged = false, ...fileOptions } = options;
  return recordRows("arrowFile", () => {
    let file: FileRecording | undefined;
    let first: Run | undefined;
    return {
      open({ run }, fail) {
        if (first === undefined || file === undefined) {
          first = run;
          file = recordToFile("arrowFile", path, run, fileOptions, fail);
        } else {
          checkSecond(path, first, run, merged);
        }
        const { append, close } = file;
        // A merged file stays open for the runs to come.
        return { append, close: merged ? () => {} : close };
      },
      end: () => file?.close(),
    };
  });
}

function checkSecond(path: string, first: Run, run: Run, merged: boolean): void {
  const both = `rows of the run "${run.name}" (attempt ${run.attempt}) came after those of "${first.name}" (attempt ${first.attempt})`;
  if (!merged) {
    throw failure(
      "ERR_RUN_CHANGED",
      `arrowFile: ${both}, but ${path} holds one run; use runDirectory((run) => path) for a directory each, or { merged: true } for one file`,
    );
  }
  if (!sameColumns(first, run)) {
    const names = (of: Run): string => Object.keys(of.columns).join(", ") || "none";
    throw failure(
      "ERR_RUN_CHANGED",
      `arrowFile: ${both} with other columns (${names(run)}; before: ${names(first)}), and an Arrow file has one schema; write them to two files`,
    );
  }
}
