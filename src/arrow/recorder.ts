import { failure } from "../errors.ts";
import { type EncoderOptions, type Points, RunEncoder } from "./encoder.ts";
import { endOfStream } from "./recordBatch.ts";
import type { Row, Run } from "./row.ts";

/** What a recorder hands on: a stream is one header, batches, one end. The bytes are never written to again. */
export type RecordMessage =
  | { readonly kind: "header"; readonly bytes: Uint8Array }
  | {
      readonly kind: "batch";
      readonly bytes: Uint8Array;
      readonly rows: number;
      readonly firstStep: number;
      readonly lastStep: number;
    }
  | { readonly kind: "end"; readonly bytes: Uint8Array };

/** When a batch is closed: at whichever comes first. */
export interface BatchLimits {
  /** Default 256. */
  readonly rows?: number;
  /** Default 4 MB (2^22 bytes); a batch has at most this and one row more. */
  readonly bytes?: number;
  /** Seconds since the last batch. Default 1. */
  readonly seconds?: number;
}

/** How rows become messages. */
export interface RecordingOptions {
  readonly batch?: BatchLimits;
  /** Where points are stored. Default `"budget"`. */
  readonly points?: Points;
  /** Bytes of points a row, on average. Default 8192: every point up to n = 1024. */
  readonly pointBudget?: number;
}

/** Options of {@link recordRun}. */
export interface RecordRunOptions extends RecordingOptions {
  /** Called with each message, synchronously, in order. What it throws comes out of the call that caused the message. */
  readonly sink: (message: RecordMessage) => void;
  /** Gets what `sink` throws when a batch is closed by the clock. Default: it is thrown there, which ends the process. */
  readonly onError?: (error: unknown) => void;
}

/** Rows in, messages out. */
export interface RunRecorder {
  readonly run: Run;
  /** Rows appended so far. */
  readonly rows: number;
  readonly append: (row: Row) => void;
  /** Closes the batch now. */
  readonly flush: () => void;
  /** Closes the batch and ends the stream; a second call does nothing. */
  readonly close: () => void;
  /** Like `close`, but drops what is not flushed: after an error of the sink. */
  readonly abandon: () => void;
}

/**
 * Records the rows of a run as the messages of one Arrow stream: for a file, another thread, sockets, or all of them.
 *
 * A batch is closed at 256 rows, at 4 MB, or one second after the one before, which is looked at whenever a row comes and by a
 * timer that does not keep the process alive. The header is sent with the first row. The last row's point is always stored,
 * unless the clock sent the row away before its stream ended without a verdict.
 *
 * @example
 * const recorder = recordRun(run, { sink: (message) => port.postMessage(message) });
 * rows.subscribe({ next: recorder.append, complete: recorder.close });
 * @throws {RangeError} ERR_OPTION_RANGE for a limit that is no positive number
 */
export function recordRun(run: Run, options: RecordRunOptions): RunRecorder {
  const limits = checkLimits(options.batch);
  return new Recorder(run, options, limits);
}

class Recorder implements RunRecorder {
  rows = 0;
  #encoder: RunEncoder | undefined;
  #firstStep = 0;
  #lastStep = 0;
  #flushed = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #open = true;

  constructor(
    readonly run: Run,
    private readonly options: RecordRunOptions,
    private readonly limits: Required<BatchLimits>,
  ) {}

  readonly append = (row: Row): void => {
    if (!this.#open) throw new Error(`internal: the recorder of "${this.run.name}" is closed`);
    const encoder = this.#encoder ?? this.#begin(row);
    const late = performance.now() - this.#flushed >= 1000 * this.limits.seconds;
    // A full batch, or a late one whose last point was left out, waits for the next row: should none come, its point is still added.
    const full = encoder.rows === encoder.capacity || encoder.bytes >= this.limits.bytes;
    if (full || (late && encoder.lastPointLeftOut)) this.flush();
    encoder.append(row);
    if (encoder.rows === 1) this.#firstStep = row.step;
    this.#lastStep = row.step;
    this.rows++;
    if (late && !encoder.lastPointLeftOut) this.flush();
    else this.#timer ??= this.#wait(1000 * this.limits.seconds);
  };

  readonly flush = (): void => {
    const encoder = this.#encoder;
    if (encoder === undefined || !this.#open) return;
    this.#flushed = performance.now();
    const rows = encoder.rows;
    const bytes = encoder.flush();
    if (bytes === undefined) return;
    this.options.sink({ kind: "batch", bytes, rows, firstStep: this.#firstStep, lastStep: this.#lastStep });
  };

  readonly close = (): void => {
    if (!this.#open) return;
    this.#encoder?.completeLast();
    try {
      this.flush();
      if (this.#encoder !== undefined) this.options.sink({ kind: "end", bytes: endOfStream.slice() });
    } finally {
      this.abandon();
    }
  };

  readonly abandon = (): void => {
    this.#open = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };

  #begin(row: Row): RunEncoder {
    const encoderOptions: EncoderOptions = {
      capacity: this.limits.rows,
      ...(this.options.points === undefined ? {} : { points: this.options.points }),
      ...(this.options.pointBudget === undefined ? {} : { pointBudget: this.options.pointBudget }),
    };
    const encoder = new RunEncoder(this.run, row.point?.length ?? 0, encoderOptions);
    this.options.sink({ kind: "header", bytes: encoder.header });
    this.#encoder = encoder;
    this.#flushed = performance.now();
    return encoder;
  }

  /** One timer, re-armed when it fires, instead of one per batch: fast runs close their batches long before. */
  #wait(milliseconds: number): NodeJS.Timeout {
    const timer = setTimeout(() => this.#tick(), Math.min(milliseconds, 2 ** 31 - 1));
    timer.unref();
    return timer;
  }

  #tick(): void {
    this.#timer = undefined;
    if (!this.#open || this.#encoder === undefined || this.#encoder.rows === 0) return;
    const left = 1000 * this.limits.seconds - (performance.now() - this.#flushed);
    if (left > 1) {
      this.#timer = this.#wait(left);
      return;
    }
    try {
      this.flush();
    } catch (error) {
      this.abandon();
      if (this.options.onError === undefined) throw error;
      this.options.onError(error);
    }
  }
}

/** Limits with their defaults, checked. */
export function checkLimits({ rows = 256, bytes = 2 ** 22, seconds = 1 }: BatchLimits = {}): Required<BatchLimits> {
  if (!(Number.isInteger(rows) && rows >= 1)) {
    throw failure("ERR_OPTION_RANGE", `batch.rows: expected a positive integer, got ${rows}`);
  }
  if (!(bytes > 0)) throw failure("ERR_OPTION_RANGE", `batch.bytes: expected a positive number, got ${bytes}`);
  if (!(seconds > 0)) throw failure("ERR_OPTION_RANGE", `batch.seconds: expected a positive number, got ${seconds}`);
  return { rows, bytes, seconds };
}
