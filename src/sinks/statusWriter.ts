/**
 * Shows a person at a terminal how runs go: one line that changes, or a plain line now and then where lines cannot
 * change.
 */
import type { Row } from "../arrow/row.ts";
import { shortNumber } from "../shortNumber.ts";

/** A stream to which a status is written: `process.stderr` or one that behaves like it. */
export interface StatusStream {
  /** Writes a text. */
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the line shows of a run's newest row. */
interface RunStatus extends Pick<Row, "step" | "seconds" | "status" | "value" | "squaredFieldNorm"> {
  /** Name of the run. */
  readonly run: string;
  /** Number of steps that the run takes at most, where that is known. */
  readonly stepsMost?: number;
}

interface StatusWriter {
  /** Takes the newest row of a running run. Most rows are not shown. */
  show(status: RunStatus): void;
  /** Takes a line in the place of the one that changes. Most lines are not shown. */
  tell(line: string): void;
  /** Writes a line that stays: a run's last row, or a note. */
  keep(line: string): void;
  /** Removes the line that changes. */
  end(): void;
}

/** Milliseconds between two plain lines. */
const plainEvery = 10_000;
/** Milliseconds between two changes of the line. */
const redrawEvery = 100;

export function makeStatusWriter(stream: StatusStream): StatusWriter {
  const changes = stream.isTTY === true && process.env.TERM !== "dumb";
  let drawn = changes ? Number.NEGATIVE_INFINITY : performance.now();
  let shown = false;
  const end = (): void => {
    if (shown) stream.write("\r\x1b[K");
    shown = false;
  };
  /** Shows a line, which is made only if its time has come. */
  function change(line: () => string): void {
    const now = performance.now();
    if (now - drawn < (changes ? redrawEvery : plainEvery)) return;
    drawn = now;
    const text = line();
    stream.write(changes ? `\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}` : `${text}\n`);
    shown = changes;
  }
  return {
    show: (status) => change(() => statusLine(status)),
    tell: (line) => change(() => line),
    keep(line) {
      end();
      stream.write(`${line}\n`);
    },
    end,
  };
}

/** Returns a row as one line. */
export function statusLine({ run, step, stepsMost, value, squaredFieldNorm, seconds, status }: RunStatus): string {
  const goesOn = status === "running" && stepsMost !== undefined && step > 0 && step < stepsMost;
  const parts = [`${run}: step ${step}${goesOn ? ` of at most ${stepsMost}` : ""}`];
  // At the mean pace so far. It stands early in the line, which is cut to the width of the terminal.
  if (goesOn) parts.push(`${((seconds / step) * (stepsMost - step)).toFixed(0)} s left`);
  if (!Number.isNaN(value)) parts.push(`value ${shortNumber(value)}`);
  parts.push(`|F|^2 ${shortNumber(squaredFieldNorm)}`, `${seconds.toFixed(1)} s`);
  if (status !== "running") parts.push(status);
  return parts.join("  ");
}
