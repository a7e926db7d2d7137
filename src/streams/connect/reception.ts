/** One subscription of {@link connect}: what comes from its connections, in order, by "Reconnecting" of docs/protocol.md. */
import type { Subscriber } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { StreamAddress } from "./address.ts";
import { type ConnectionState, type Gap, type Message, readMessage } from "./message.ts";
import { lostRows, refusal, severalRuns, unknownRun } from "./refusals.ts";
import { neededColumns, RowStream } from "./rowStream.ts";
import { openSocket, type Socket } from "./socket.ts";

interface Wanted {
  readonly run: string | undefined;
  readonly columns: readonly string[] | undefined;
  readonly fromStep: number;
  readonly giveUpAfter: number | undefined;
  readonly ready: (() => PromiseLike<unknown> | undefined) | undefined;
  readonly onGap: ((gap: Gap) => void) | undefined;
  readonly onConnection: ((state: ConnectionState) => void) | undefined;
}

/** What has come and is not dealt with yet. */
type Came = string | Uint8Array | { readonly code: number; readonly reason: string };

/** Bytes that may wait for the consumer; with more, the connection is closed and made again later. */
const mostWaiting = 4e6;
/** Seconds before the first try to reconnect, and at most before later ones. */
const shortestPause = 0.4;
const longestPause = 10;
/** Answers `error` without any row between them after which the server is taken at its word. */
const mostErrors = 3;
const who = "connect";

export class Reception {
  readonly #rows: RowStream;
  #socket: Socket | undefined;
  #waiting: Came[] = [];
  #waitingBytes = 0;
  /** Whether `ready` has not resolved yet, or rows are being emitted. */
  #busy = false;
  /** Whether the connection was closed here because too much waited. */
  #full = false;
  /** Name of the run, once it is known. */
  #run: string | undefined;
  #known = false;
  /** What of the subscription has come on this connection. */
  #phase: "none" | "asked" | "subscribed" = "none";
  /** Seconds before the next try, before jitter. */
  #pause = shortestPause;
  #errors = 0;
  #lastError: Extract<Message, { kind: "error" }> | undefined;
  #everOpen = false;
  /** Whether all rows were asked for, since the run was resumed. */
  #again = false;
  #lostAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly address: StreamAddress,
    private readonly wanted: Wanted,
    private readonly subscriber: Subscriber<Row>,
  ) {
    this.#rows = new RowStream(who, wanted.fromStep);
    this.#run = wanted.run;
  }

  open(): void {
    this.#phase = "none";
    this.#full = false;
    this.#rows.restart();
    const came = (what: Came): void => this.#came(what);
    try {
      this.#socket = openSocket(who, this.address.url, {
        text: came,
        bytes: came,
        lost: (code, reason) => came({ code, reason }),
      });
    } catch (cause) {
      this.#fail(
        failure("ERR_CONNECTION", `${who}: a connection to ${this.address.shown} cannot be opened`, { cause }),
      );
      return;
    }
    const patience = this.#patience;
    if (patience === Number.POSITIVE_INFINITY || this.#giveUp !== undefined) return;
    this.#giveUp = setTimeout(() => this.#fail(this.#unreachable("nothing answered")), 1000 * patience);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#giveUp);
    this.#waiting = [];
    this.#socket?.close();
    this.#socket = undefined;
  }

  get #patience(): number {
    return this.wanted.giveUpAfter ?? (this.#everOpen ? Number.POSITIVE_INFINITY : 10);
  }

  #unreachable(why: string): Error {
    const seconds = Math.round((performance.now() - this.#lostAt) / 1000);
    return failure(
      "ERR_CONNECTION",
      `${who}: no connection to ${this.address.shown} for ${seconds} s (${why}); is the server running, and is this its address?`,
    );
  }

  #fail(error: unknown): void {
    this.close();
    this.subscriber.error(error);
  }

  #came(what: Came): void {
    if (this.subscriber.closed) return;
    this.#waiting.push(what);
    if (what instanceof Uint8Array || typeof what === "string") this.#waitingBytes += what.length;
    if (this.#busy && this.#waitingBytes > mostWaiting && !this.#full) {
      this.#full = true;
      this.#socket?.close();
      this.#waiting.push({ code: 1000, reason: "the rows that have come wait for the consumer" });
    }
    this.#work();
  }

  /** Deals with what waits, as far as the consumer is ready. */
  #work(): void {
    while (!this.#busy && !this.subscriber.closed) {
      const what = this.#waiting.shift();
      if (what === undefined) return;
      // A consumer may turn the event loop within `next`, as a debugger does.
      this.#busy = true;
      try {
        if (what instanceof Uint8Array) {
          this.#waitingBytes -= what.length;
          if (this.#phase === "subscribed" && this.#emit(what)) return;
        } else if (typeof what === "string") {
          this.#waitingBytes -= what.length;
          this.#message(readMessage(who, what));
        } else this.#lost(what.code, what.reason);
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.#busy = false;
    }
  }

  /** Emits the rows of a message. Returns whether the consumer works on them still. */
  #emit(bytes: Uint8Array): boolean {
    let any = false;
    for (const row of this.#rows.read(bytes)) {
      any = true;
      this.subscriber.next(row);
      if (this.subscriber.closed) return true;
    }
    if (!any) return false;
    this.#pause = shortestPause;
    this.#errors = 0;
    const promise = this.wanted.ready?.();
    if (promise === undefined) return false;
    promise.then(
      () => {
        this.#busy = false;
        this.#work();
      },
      (error: unknown) => this.#fail(error),
    );
    return true;
  }

  #message(message: Message): void {
    switch (message.kind) {
      case "runs":
        this.#connected();
        if (this.#phase === "none") this.#choose(message.names);
        return;
      case "subscribed":
        this.#subscribed(message.attempt);
        return;
      case "gap":
        this.#gap(message);
        return;
      case "live":
        this.#pause = shortestPause;
        return;
      case "ended":
        if (this.#phase !== "subscribed") return;
        this.close();
        this.subscriber.complete();
        return;
      case "error":
        this.#lastError = message;
        return;
      case "other":
        return;
    }
  }

  #connected(): void {
    clearTimeout(this.#giveUp);
    this.#giveUp = undefined;
    this.#everOpen = true;
    if (this.#phase === "none") this.wanted.onConnection?.({ kind: "open" });
  }

  /** Subscribes to the run, if the server has it. A server that has just begun may list it later. */
  #choose(names: readonly string[]): void {
    if (this.#run === undefined && names.length > 1) throw severalRuns(names);
    const run = this.#run ?? names[0];
    if (run === undefined) return;
    if (!names.includes(run)) {
      if (names.length > 0 && !this.#known) throw unknownRun(run, names);
      return;
    }
    this.#run = run;
    this.#again = false;
    this.#subscribe(this.#rows.wanted);
  }

  #subscribe(fromStep: number): void {
    this.#phase = "asked";
    this.#rows.restart();
    const { columns } = this.wanted;
    const asked = columns === undefined ? {} : { columns: [...new Set([...neededColumns, ...columns])] };
    this.#socket?.send({
      subscribe: { run: this.#run, ...asked, fromStep, framing: "continuous", whenSlow: "wait" },
    });
  }

  #subscribed(attempt: number): void {
    if (this.#phase !== "asked") return;
    this.#known = true;
    const { last } = this.#rows;
    if (last !== undefined && attempt < last.attempt) {
      throw failure(
        "ERR_RUN_CHANGED",
        `${who}: the server's run "${this.#run}" has attempt ${attempt}, after rows of attempt ${last.attempt} had come; it is another run of this name`,
      );
    }
    // The run was resumed meanwhile, perhaps from a step before the last one that has come.
    if (last !== undefined && attempt > last.attempt && this.#rows.wanted > this.wanted.fromStep && !this.#again) {
      this.#again = true;
      this.#subscribe(this.wanted.fromStep);
      return;
    }
    this.#again = false;
    this.#phase = "subscribed";
  }

  #gap({ fromStep, toStep }: Gap): void {
    if (this.#phase !== "subscribed") return;
    if (this.wanted.onGap === undefined) throw lostRows(fromStep, toStep);
    this.wanted.onGap({ fromStep, toStep });
  }

  #lost(code: number, reason: string): void {
    this.#socket = undefined;
    const error = this.#lastError;
    this.#lastError = undefined;
    if (code === 4404 && !this.#known) throw unknownRun(this.#run ?? "", []);
    const refused = refusal(this.address.shown, code, error?.message || reason);
    if (refused !== undefined) throw refused;
    // A missing run comes back when its program is started again; what else the server says is said thrice at most.
    if (error !== undefined && code !== 4404 && ++this.#errors >= mostErrors) {
      throw failure("ERR_CONNECTION", `${who}: ${this.address.shown} says ${error.code}: ${error.message}`);
    }
    if (this.#giveUp === undefined) this.#lostAt = performance.now();
    const late = (performance.now() - this.#lostAt) / 1000 >= this.#patience;
    if (late) throw this.#unreachable(reason || `close code ${code}`);
    const pause = this.#full ? 0 : this.#pause * (0.5 + Math.random());
    if (!this.#full) this.#pause = Math.min(longestPause, 2 * this.#pause);
    this.wanted.onConnection?.({ kind: "lost", code, reason, retryIn: pause });
    // Whoever was told may have unsubscribed.
    if (this.subscriber.closed) return;
    this.#timer = setTimeout(() => this.open(), 1000 * pause);
  }
}
