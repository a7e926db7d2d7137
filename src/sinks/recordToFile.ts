import { dirname, resolve } from "node:path";
import { type RecordingOptions, type RecordMessage, recordRun } from "../arrow/recorder.ts";
import type { Row, Run } from "../arrow/row.ts";
import { AppendFile } from "./files.ts";

/** Options of every sink that writes rows to files. */
export interface FileOptions extends RecordingOptions {
  /** Whether to replace what is there. Default false: it is refused with ERR_RUN_EXISTS. */
  readonly overwrite?: boolean;
  /**
   * Whether to wait until each batch is on the disk (`fdatasync`), so that it survives a power cut too. Default false.
   */
  readonly sync?: boolean;
  /**
   * Called with each message after it was written, synchronously, so that the same bytes may go to another thread or to
   * sockets. Nothing writes to these bytes again, so they may be transferred. What the function throws becomes the
   * error of the stream.
   */
  readonly onMessage?: (message: RecordMessage, run: Run) => void;
}

/** The open file of one run. */
export interface FileRecording {
  /** Number of rows in the file; after `close` all that came, unless a write failed. */
  readonly rows: number;
  readonly append: (row: Row) => void;
  /** Writes the rows that still wait, unless a write failed before, and closes the file. A second call does nothing. */
  readonly close: () => void;
}

/** Functions that flush the open files of this process and look whether they are still in their place, by directory. */
const openIn = new Map<string, Set<() => void>>();

/**
 * Writes the rows of all open files in a directory that still wait for their batch.
 *
 * A checkpoint without the rows before it would leave a gap in the record of a resumed run.
 *
 * @throws ERR_WRITE also if one of the files was removed or moved
 */
export function flushRowsIn(directory: string): void {
  for (const flush of openIn.get(resolve(directory)) ?? []) flush();
}

/**
 * Records rows into a new file.
 *
 * @param guard called before each write; what it throws ends the recording, and nothing more is written
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_WRITE
 */
export function recordToFile(
  who: string,
  path: string,
  run: Run,
  options: FileOptions,
  fail: (error: unknown) => void,
  guard?: () => void,
): FileRecording {
  const { overwrite = false, sync = false, onMessage, ...recording } = options;
  const file = new AppendFile(who, path, { overwrite, sync });
  let broken = false;
  let rows = 0;
  const recorder = recordRun(run, {
    ...recording,
    onError: fail,
    sink(message) {
      try {
        guard?.();
        file.checkPlace();
        file.write(message.bytes);
      } catch (error) {
        broken = true;
        throw error;
      }
      if (message.kind === "batch") rows += message.rows;
      onMessage?.(message, run);
    },
  });
  const directory = dirname(resolve(path));
  const siblings = openIn.get(directory) ?? new Set();
  const flush = (): void => {
    recorder.flush();
    file.checkPlace();
  };
  openIn.set(directory, siblings.add(flush));
  return {
    get rows() {
      return rows;
    },
    append: recorder.append,
    close() {
      try {
        // After a failed write, writing the rest would put a batch behind a gap.
        if (broken) recorder.abandon();
        else recorder.close();
      } finally {
        if (siblings.delete(flush) && siblings.size === 0) openIn.delete(directory);
        file.close();
      }
    },
  };
}
