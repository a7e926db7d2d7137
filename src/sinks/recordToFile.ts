import { dirname, resolve } from "node:path";
import { withOrdinal } from "../arrow/checks/seal.ts";
import { type RecordingOptions, type RecordMessage, recordRun } from "../arrow/recorder.ts";
import type { Row, Run } from "../arrow/row.ts";
import { type FluxionError, isFluxionError } from "../errors.ts";
import { warn } from "../host.ts";
import { AppendFile, nameBeside } from "./files.ts";

/** Options of every sink that writes rows to files. */
export interface FileOptions extends RecordingOptions {
  /** Whether to replace what is there. Default false: it is refused with ERR_RUN_EXISTS. */
  readonly overwrite?: boolean;
  /**
   * Whether to wait until each batch is on the disk (`fdatasync`), so that it survives a power cut too. Default false.
   */
  readonly sync?: boolean;
  /**
   * What happens when the file, or a directory above it, is removed or moved during the run. It is noticed at the next
   * batch or checkpoint. `end`: the stream ends with ERR_WRITE. `beside`: the run goes on in a fresh place beside the
   * old one, `a-2.arrows` for the file `a.arrows` and `runs/a-2` for the directory `runs/a`, and a warning says so. That
   * holds the rows from there on; those before are where the file is now. Default `end`: who removes a run rarely wants
   * it back, and a program that reads the old place would miss the rest.
   */
  readonly moved?: "end" | "beside";
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

/** An open file, as those see it who write beside it. */
interface OpenFile {
  readonly flush: () => void;
  readonly checkPlace: () => void;
}

/** The open files of this process, by directory. */
const openIn = new Map<string, Set<OpenFile>>();

/** Directories beside which their runs have gone on, with the fresh ones. */
const goneBeside = new Map<string, string>();

/**
 * Looks whether the files that are open in a directory are in their place.
 *
 * @returns the directory, or the fresh one beside it in which the run goes on
 * @throws ERR_WRITE if one of the files was removed or moved, and its run does not go on beside
 */
export function placeOf(directory: string): string {
  for (const { checkPlace } of [...(openIn.get(resolve(directory)) ?? [])]) checkPlace();
  const fresh = goneBeside.get(resolve(directory));
  return fresh === undefined ? directory : placeOf(fresh);
}

/** Notes that a run goes on in another directory; undefined: a run begins in this one. */
export function noteBeside(directory: string, fresh: string | undefined): void {
  if (fresh === undefined) goneBeside.delete(resolve(directory));
  else goneBeside.set(resolve(directory), fresh);
}

/**
 * Writes the rows of all open files in a directory that still wait for their batch.
 *
 * A checkpoint without the rows before it would leave a gap in the record of a resumed run.
 *
 * @throws ERR_WRITE also if one of the files was removed or moved
 */
export function flushRowsIn(directory: string): void {
  for (const { flush } of [...(openIn.get(resolve(directory)) ?? [])]) flush();
}

/** What a recording needs besides its options. */
interface Surroundings {
  /** Called before each write; what it throws ends the recording, and nothing more is written. */
  readonly guard?: () => void;
  /**
   * Makes the place in which the recording goes on after its file was moved, and returns the path of the file there.
   * Default: a file beside the old one.
   */
  readonly goBeside?: () => string;
  /** Called when the fresh file has its header. */
  readonly wentBeside?: () => void;
}

/**
 * Records rows into a new file.
 *
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_WRITE
 */
export function recordToFile(
  who: string,
  path: string,
  run: Run,
  options: FileOptions,
  fail: (error: unknown) => void,
  { guard, goBeside, wentBeside }: Surroundings = {},
): FileRecording {
  const { overwrite = false, sync = false, moved = "end", onMessage, ...recording } = options;
  let file = new AppendFile(who, path, { overwrite, sync });
  let broken = false;
  let rows = 0;
  let header: Uint8Array | undefined;
  /** Number of the next batch in a fresh file; undefined while the file is the first one. */
  let ordinal: number | undefined;
  let number = 2;
  const fileBeside = (): AppendFile => {
    for (;;) {
      try {
        return new AppendFile(who, nameBeside(path, number++), { sync });
      } catch (error) {
        if (!isFluxionError(error) || (error.code !== "ERR_RUN_EXISTS" && error.code !== "ERR_RUN_BUSY")) throw error;
      }
    }
  };
  const goOn = (lost: FluxionError): void => {
    closeLost(file);
    const fresh = goBeside?.();
    file = fresh === undefined ? fileBeside() : new AppendFile(who, fresh, { sync });
    warn(`${lost.message}. The run goes on in ${file.path}`);
    rows = 0;
    if (header !== undefined) {
      ordinal = 0;
      file.write(header);
    }
    enter(dirname(resolve(file.path)));
    wentBeside?.();
  };
  const checkPlace = (): void => {
    const lost = file.lost();
    if (lost === undefined) return;
    if (moved === "end") throw lost;
    try {
      goOn(lost);
    } catch (error) {
      broken = true;
      throw error;
    }
  };
  const recorder = recordRun(run, {
    ...recording,
    onError: fail,
    sink(message) {
      try {
        checkPlace();
        guard?.();
        if (message.kind === "header") header = message.bytes;
        file.write(
          message.kind === "batch" && ordinal !== undefined ? withOrdinal(message.bytes, ordinal++) : message.bytes,
        );
      } catch (error) {
        broken = true;
        throw error;
      }
      if (message.kind === "batch") rows += message.rows;
      onMessage?.(message, run);
    },
  });
  const flush = (): void => {
    recorder.flush();
    checkPlace();
  };
  const entry: OpenFile = { flush, checkPlace };
  let directory: string | undefined;
  function leave(): void {
    if (directory === undefined) return;
    const siblings = openIn.get(directory);
    if (siblings?.delete(entry) === true && siblings.size === 0) openIn.delete(directory);
  }
  function enter(now: string): void {
    leave();
    directory = now;
    openIn.set(now, (openIn.get(now) ?? new Set<OpenFile>()).add(entry));
  }
  enter(dirname(resolve(path)));
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
        leave();
        file.close();
      }
    },
  };
}

function closeLost(file: AppendFile): void {
  try {
    file.close();
  } catch {
    // Nothing more is written to it.
  }
}
