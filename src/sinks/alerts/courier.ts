/** Takes notices where they should go, one after the other, through a queue with a bound. */
import { visible } from "../../visible.ts";
import type { Notice } from "./notice.ts";

/** How one attempt at a delivery ended. */
export type Outcome =
  | { readonly how: "delivered" }
  /** `again`: whether a further attempt may help; `after`: milliseconds that the receiver wants to be left alone. */
  | { readonly how: "failed"; readonly why: string; readonly again: boolean; readonly after?: number };

export interface CourierSpec {
  /** What messages call it. */
  readonly name: string;
  /** Tries to deliver. It must end soon after the signal is aborted. */
  readonly deliver: (notice: Notice, signal: AbortSignal) => Promise<Outcome>;
  /** Number of attempts per notice. */
  readonly tries: number;
  /** Milliseconds before the second attempt; each further wait is twice as long, up to a minute. */
  readonly retryAfter: number;
  /** Number of notices that wait at most; more are left out, and counted. */
  readonly most: number;
  /** Called when a notice was delivered. */
  readonly onDelivered?: ((notice: Notice) => void) | undefined;
  /** Gets a line about each notice that was not delivered. */
  readonly warn: (line: string) => void;
}

export interface Courier {
  /** Takes a notice. It returns at once. */
  send(notice: Notice): void;
  /**
   * Takes no more notices and waits until those that wait are delivered, for the given milliseconds at most. Resolves
   * to the number of notices that never were.
   */
  close(milliseconds: number): Promise<number>;
}

const longestWait = 60_000;

export function makeCourier(spec: CourierSpec): Courier {
  const { name, deliver, tries, retryAfter, most, onDelivered } = spec;
  const warn = (line: string): void => spec.warn(visible(`${name}: ${line}`));
  const waiting: Notice[] = [];
  const abort = new AbortController();
  let failed = 0;
  let leftOut = 0;
  let closed = false;
  let work: Promise<void> | undefined;

  const carry = async (notice: Notice): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await deliver(notice, abort.signal).catch(
        (error: Error): Outcome => ({ how: "failed", why: error.message, again: false }),
      );
      if (outcome.how === "delivered") {
        onDelivered?.(notice);
        return;
      }
      const { why, again, after = 0 } = outcome;
      if (!again || attempt >= tries || abort.signal.aborted) {
        failed++;
        warn(`not told of ${notice.id}: ${why}`);
        return;
      }
      const wait = Math.min(longestWait, Math.max(after, retryAfter * 2 ** (attempt - 1)));
      await pause(wait, abort.signal);
    }
  };
  const workOff = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (abort.signal.aborted) failed++;
      else await carry(next);
    }
    work = undefined;
  };
  return {
    send(notice) {
      if (closed) return;
      if (waiting.length >= most) {
        if (leftOut++ === 0)
          warn(`${most} events wait already, so further ones are left out; they stay in the run's files`);
        return;
      }
      waiting.push(notice);
      work ??= workOff();
    },
    async close(milliseconds) {
      closed = true;
      if (work !== undefined) {
        const timer = setTimeout(() => abort.abort(), milliseconds);
        await work;
        clearTimeout(timer);
      }
      return failed + leftOut;
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
