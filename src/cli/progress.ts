/** What the terminal shows during a run: one line that changes, or without a terminal a line now and then. */
import type { FromWorker, RowSummary } from "../experiments/threads/protocol.ts";
import { cellText } from "./table.ts";

export interface Progress {
  take(message: FromWorker): void;
  note(line: string): void;
  /** The changing line goes. */
  end(): void;
}

/** Seconds between plain lines. */
const plainEvery = 10;
/** Milliseconds between changes of the line. */
const redrawEvery = 100;

/** Writes to standard error, so that standard output has the results only. */
export function makeProgress(
  stream: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number } = process.stderr,
): Progress {
  const began = performance.now();
  const changes = stream.isTTY === true && process.env.TERM !== "dumb";
  let drawn = Number.NEGATIVE_INFINITY;
  let shown = false;
  const erase = (): void => {
    if (shown) stream.write("\r\x1b[K");
    shown = false;
  };
  const show = (last: RowSummary): void => {
    // The last row is shown when the run is closed.
    if (last.status !== "running") return;
    const now = performance.now();
    if (changes) {
      if (now - drawn < redrawEvery) return;
      drawn = now;
      stream.write(`\r\x1b[K${statusLine(last).slice(0, (stream.columns ?? 80) - 1)}`);
      shown = true;
    } else if (now - Math.max(drawn, began) >= 1000 * plainEvery) {
      drawn = now;
      stream.write(`${statusLine(last)}\n`);
    }
  };
  const last = new Map<string, RowSummary>();
  return {
    take(message) {
      if (message.kind === "batch") {
        last.set(message.run, message.last);
        show(message.last);
      } else if (message.kind === "closed") {
        const row = last.get(message.run);
        erase();
        if (row !== undefined) stream.write(`${statusLine(row)}\n`);
      } else if (message.kind === "replayed") {
        erase();
        stream.write(`${message.run.name}: read from its file\n`);
      } else if (message.kind === "note") {
        erase();
        stream.write(`${message.line}\n`);
      }
    },
    note(line) {
      erase();
      stream.write(`${line}\n`);
    },
    end: erase,
  };
}

/** A row in one line. */
export function statusLine({ run, step, value, squaredNorm, seconds, status }: RowSummary): string {
  const parts = [`${run}: step ${step}`];
  if (!Number.isNaN(value)) parts.push(`value ${cellText(value)}`);
  parts.push(`|F|^2 ${cellText(squaredNorm)}`, `${seconds.toFixed(1)} s`);
  if (status !== "running") parts.push(status);
  return parts.join("  ");
}
