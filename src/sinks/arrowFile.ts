import { path as pathRule } from "../arguments.ts";
import { checkLimits } from "../arrow/recorder.ts";
import type { Run } from "../arrow/row.ts";
import { sameColumns } from "../arrow/schema.ts";
import { failure } from "../errors.ts";
import { checkOption, readOptions } from "../options.ts";
import { defineSink, type RowSink } from "./defineSink.ts";
import { type FileOptions, type FileRecording, recordToFile } from "./recordToFile.ts";
import { fileRules, flag } from "./rules.ts";

/** Options of {@link arrowFile}. */
export interface ArrowFileOptions extends FileOptions {
  /**
   * Whether rows of further runs go into the same file, such as the end points of a campaign. All runs must have the
   * same columns. The columns `run` and `attempt` tell their rows apart; the file keeps settings and description of the
   * first run only. Default false: a second run is refused with ERR_RUN_CHANGED.
   */
  readonly merged?: boolean;
}

const rules = { ...fileRules, merged: flag } as const;

/**
 * Writes each row into one Arrow IPC stream file and passes it on.
 *
 * Each subscription creates the file at its first row and closes it when the stream ends in any way: with its last row,
 * by an error, by unsubscribing or by `process.exit`. A batch is written after 256 rows, after 4 MB or one second after
 * the batch before. Writing is synchronous, so nothing queues up; a run that is killed loses at most its last second of
 * rows or its last step. Put stop conditions before the sink, so that it sees the verdict.
 *
 * Cost: that of `RunEncoder` per row; writing a batch of 256 rows takes 0.1 ms to 1 ms.
 *
 * @example
 * iterate(bilinear(), [1, 1], gradientStep(0.1)).pipe(untilStep(100), arrowFile("bilinear.arrows")).subscribe();
 * @param path path of the file, usually `*.arrows`; missing directories above it are created
 * @param options {@link ArrowFileOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws {RangeError} ERR_OPTION_RANGE at once
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_RUN_CHANGED, ERR_WRITE in the stream; everything written so far stays
 */
export function arrowFile(path: string, options: ArrowFileOptions = {}): RowSink {
  const { merged } = readOptions("arrowFile", options, rules);
  checkOption("arrowFile", "path", path, pathRule);
  checkLimits(options.batch, "arrowFile");
  const { merged: _, ...fileOptions } = options;
  return defineSink({
    name: "arrowFile",
    begin: () => {
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
          // A merged file stays open for further runs; `end` closes it.
          return { append, close: merged ? () => {} : close };
        },
        end: () => file?.close(),
      };
    },
  });
}

function checkSecond(path: string, first: Run, run: Run, merged: boolean): void {
  const both = `rows of the run "${run.name}" (attempt ${run.attempt}) came after those of "${first.name}" (attempt ${first.attempt})`;
  if (!merged) {
    throw failure(
      "ERR_RUN_CHANGED",
      `arrowFile: ${both}, but ${path} holds one run; use runDirectory((run) => path) for one directory per run, or { merged: true } for one file`,
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
