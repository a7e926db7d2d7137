import { type Checked, readOptions } from "../options.ts";
import { RunEncoder } from "./encoder.ts";
import { type Points, pointRules } from "./points.ts";
import { endOfStream } from "./recordBatch.ts";
import type { Row, Run } from "./row.ts";

/** Message of a recorder. A stream is one header, any number of batches and one end. The bytes never change. */
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

/** Limits at which a batch is closed, at whichever is reached first. */
export interface BatchLimits {
  /** Number of rows. Default 256. */
  readonly rows?: number;
  /** Number of bytes, which the last row may exceed; Infinity allowed. Default 2^22 (4 MB). */
  readonly bytes?: number;
  /** Number of seconds since the batch before; Infinity allowed. Default 1. */
  readonly seconds?: number;
}

/** Options of everything that records rows. */
export interface RecordingOptions {
  /** Limits at which a batch is closed. */
  readonly batch?: BatchLimits;
  /** Rows whose points are stored. Default `budget`. */
  readonly points?: Points;
  /** Number of bytes of points per row, on average, for `budget`. Default 8192: every point up to n = 1024. */
  readonly pointBudget?: number;
}

/** Options of {@link recordRun}. */
export interface RecordRunOptions extends RecordingOptions {
  /** Function that gets each message, synchronously and in order. Its errors come out of the call that caused them. */
  readonly sink: (message: RecordMessage) => void;
  /**
   * Function that gets errors of `sink` when the clock closes a batch. Default: they are thrown and end the process.
   */
  readonly onError?: (error: unknown) => void;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const isFunction = (value: unknown): boolean => typeof value === "function";

const rules = {
  batch: { expected: "an object of limits, such as { rows: 256 }", is: isObject },
  ...pointRules,
  sink: { required: true, expected: "a function of the message", is: isFunction },
  onError: { expected: "a function of the error", is: isFunction },
} as const;
const limitRules = {
  rows: { default: 256, integer: true, min: 1 },
  bytes: { default: 2 ** 22, above: 0, infinite: true },
  seconds: { default: 1, above: 0, infinite: true },
} as const;

/** What {@link recordRun} returns: it takes rows and gives messages to the sink. */
export interface RunRecorder {
  readonly run: Run;
  /** Number of rows appended so far. */
  readonly rows: number;
  /** Adds a row. */
  readonly append: (row: Row) => void;
  /** Closes the batch now. */
  readonly flush: () => void;
  /** Closes the batch and ends the stream. A second call does nothing. */
  readonly close: () => void;
  /** Ends without a message and drops the rows that are not flushed. It serves after an error of the sink. */
  readonly abandon: () => void;
}

/**
 * Records the rows of a run as the messages of one Arrow stream, for a file, another thread, sockets, or all of them.
 *
 * A batch is closed at 256 rows, at 4 MB, or one second after the batch before. The time is checked whenever a row
 * comes, and by a timer that does not keep the process alive. The header is sent with the first row. The point of the
 * last row is always stored, unless the clock closed the batch of this row before the stream ended without a verdict.
 *
 * Cost per row: see {@link RunEncoder}.
 *
 * @example
 * const rows = firstRows(quartic(), [-3.5, 1], newtonMR(), 20);
 * const recorder = recordRun(rows[0]!.run, { sink: (message) => console.log(message.kind) });
 * for (const row of rows) recorder.append(row);
 * recorder.close();
 * // header
 * // batch
 * // end
 * @param options {@link RecordRunOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options or limits out of range
 */
export function recordRun(run: Run, options: RecordRunOptions): RunRecorder {
  const settings = readOptions("recordRun", options, rules);
  return new Recorder(run, settings, checkLimits(settings.batch));
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
    private readonly settings: Checked<RecordRunOptions, typeof rules>,
    private readonly limits: Required<BatchLimits>,
  ) {}

  readonly append = (row: Row): void => {
    if (!this.#open) throw new Error(`internal: the recorder of "${this.run.name}" is closed`);
    const encoder = this.#encoder ?? this.#begin(row);
    const late = performance.now() - this.#flushed >= 1000 * this.limits.seconds;
    // A full batch, or a late one without its last point, waits for the next row. If none comes, the point is added.
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
    this.settings.sink({ kind: "batch", bytes, rows, firstStep: this.#firstStep, lastStep: this.#lastStep });
  };

  readonly close = (): void => {
    if (!this.#open) return;
    this.#encoder?.completeLast();
    try {
      this.flush();
      if (this.#encoder !== undefined) this.settings.sink({ kind: "end", bytes: endOfStream.slice() });
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
    const { points, pointBudget, sink } = this.settings;
    const encoder = new RunEncoder(this.run, row.point?.length ?? 0, {
      capacity: this.limits.rows,
      points,
      pointBudget,
    });
    sink({ kind: "header", bytes: encoder.header });
    this.#encoder = encoder;
    this.#flushed = performance.now();
    return encoder;
  }

  /**
   * Starts the timer. It starts again when it fires, not with each batch, since fast runs close batches long before.
   */
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
      if (this.settings.onError === undefined) throw error;
      this.settings.onError(error);
    }
  }
}

/**
 * Checks limits and fills in their defaults.
 *
 * @param who name of the function that has the option `batch`, with which every message begins
 * @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, ERR_OPTION_RANGE
 */
export function checkLimits(limits: BatchLimits = {}, who = "recordRun"): Required<BatchLimits> {
  return readOptions(who, limits, limitRules, "batch");
}
