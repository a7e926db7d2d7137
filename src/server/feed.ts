/**
 * Sends the rows of one subscription into one socket: history first, then live rows, as fast as the socket takes them.
 */
import type { WebSocket } from "ws";
import { endOfStream } from "../arrow/recordBatch.ts";
import type { Guard } from "./guard.ts";
import { sameFields } from "./ipc.ts";
import type { ServerMessage, Subscription } from "./messages.ts";
import type { Range } from "./rows/chosenBatches.ts";
import { historyParts } from "./rows/historyParts.ts";
import { countRows, stepsOf } from "./rows/render.ts";
import { sampleOf } from "./rows/sample.ts";
import { type Message, makeRenderer } from "./rows/sharedRender.ts";
import type { Cursor, Stretch } from "./runRows.ts";
import type { ServedRun } from "./servedRun.ts";
import { nextTurn } from "./turns.ts";

/** The part of a connection that a feed needs. */
interface FeedHost {
  readonly socket: WebSocket;
  readonly guard: Guard;
  /** Number of bytes that may wait in the socket before its viewer counts as slow. */
  readonly bufferedBytes: number;
  send(message: ServerMessage): void;
  /** Called when the viewer reads too slowly for what it asked for. */
  tooSlow(why: string): void;
  /** Called when the rows of the run cannot be read. */
  broken(error: unknown): void;
  /** Called when the socket takes nothing, to find out whether the viewer is alive. */
  full(): void;
}

export interface Feed {
  /** Sends rows if the socket can take some now. */
  retry(): void;
  stop(): void;
}

/** Bytes of live rows that are worth a message at once. */
const messageBytes = 16 * 1024;
/** Milliseconds since the last message of rows after which fewer rows are sent as well. */
const messageDelay = 50;
/** The same where rows are thinned, since each thinning looks at all rows that came meanwhile. */
const thinnedDelay = 100;
/** Number of rows of each thinned message of live rows that are kept for the shape of the path of points. */
const livePathPoints = 64;
/** Bytes of rows in one message of history, about. */
const pieceBytes = 256 * 1024;
/** Number of rows to which a slow viewer's rows are thinned, unless it asks for another number. */
const defaultPoints = 2000;

/** Begins to send. A message of live rows carries at least 16 KB, or what came in 50 ms. */
export function startFeed(run: ServedRun, wanted: Subscription, host: FeedHost): Feed {
  const { socket, send } = host;
  let cursor: Cursor = { segment: 0, batch: 0 };
  let nextStep = wanted.fromStep;
  /** Whether all history is sent. */
  let caughtUp = false;
  /** Parts of a history that comes progressively, while live rows come as well. */
  let parts: ReturnType<typeof historyParts> | undefined;
  /** Whether the socket was full when live rows came. */
  let slow = false;
  let blocked = false;
  let ended = false;
  let stopped = false;
  let lastSent = 0;
  /** Header of the Arrow stream that was begun, in the continuous framing. */
  let header: Uint8Array | undefined;

  let due: NodeJS.Timeout | undefined;
  let dueSoon: NodeJS.Immediate | undefined;
  let waitingBytes = 0;
  let pumping = false;
  let pumpAgain = false;
  /** Wakes a history that waits for the socket. */
  let hasRoom: (() => void) | undefined;

  /** Whether rows are sent as they come. */
  const isLive = (): boolean => caughtUp || parts !== undefined;
  const isOpen = (): boolean => !stopped && socket.readyState === socket.OPEN;
  const isFull = (): boolean => socket.bufferedAmount > host.bufferedBytes;
  const render = makeRenderer(run.rendered, wanted, isOpen);
  const pumpLater = host.guard(() => pump());
  const watch = (bytes: number): void => {
    waitingBytes += bytes;
    const thinned = wanted.maxRate !== undefined && isLive();
    if (bytes === 0 || (waitingBytes >= messageBytes && !thinned)) {
      dueSoon ??= setImmediate(pumpLater);
      return;
    }
    const wait = lastSent + (thinned ? thinnedDelay : messageDelay) - Date.now();
    due ??= setTimeout(pumpLater, Math.max(1, wait));
  };
  function clearTimers(): void {
    clearTimeout(due);
    clearImmediate(dueSoon);
    due = undefined;
    dueSoon = undefined;
    waitingBytes = 0;
  }

  // Only one call runs at a time; a second call makes the first go round once more.
  async function pump(): Promise<void> {
    clearTimers();
    pumpAgain = pumping;
    if (pumping) return;
    pumping = true;
    try {
      for (let more = true; more && isOpen(); pumpAgain = false) more = (await sendSome()) || pumpAgain;
    } catch (error) {
      host.broken(error);
    } finally {
      pumping = false;
    }
  }

  /** Sends one message of rows, if there are rows and the socket takes them. Returns whether to call it again. */
  async function sendSome(): Promise<boolean> {
    if (isFull()) {
      waitForSocket();
      return false;
    }
    const pause = pauseOfLive();
    const next = pause > 0 ? undefined : chooseNext();
    if (next === undefined && parts !== undefined) return sendPart(parts);
    if (next === undefined) {
      if (pause > 0) due ??= setTimeout(pumpLater, pause);
      else reachEnd();
      return false;
    }
    const { stretch, points, all } = next;
    if (stretch.lostBefore !== undefined && stretch.lostBefore > nextStep) {
      if (wanted.whenSlow === "wait" && caughtUp) {
        host.tooSlow("rows that were only in memory were dropped before this viewer read them");
        return false;
      }
      send({ gap: { fromStep: nextStep, toStep: stretch.lostBefore - 1 } });
    }
    if (stretch.ranges.length > 0) {
      const messages = await render(stretch.ranges, points, isLive() && all === undefined ? livePathPoints : undefined);
      if (!isOpen()) return false;
      // A viewer who left had begun this work and took it along.
      if (messages === undefined) return true;
      const { fromStep, toStep } = stepsOf(stretch.ranges);
      const sent = messages.reduce((sum, message) => sum + message.rows, 0);
      if (points !== undefined && sent > 0) {
        const read = countRows(stretch.ranges);
        send({ thinned: { fromStep, toStep, rows: all ?? read, sent, ...(all === undefined ? {} : { read }) } });
      }
      if (!(await sendAll(messages))) return false;
      nextStep = Math.max(nextStep, toStep + 1);
      lastSent = Date.now();
    }
    cursor = stretch.after;
    ended = false;
    // Sockets, signals and a run in the same thread get their turn between messages.
    await nextTurn();
    return true;
  }

  /** Sends the next part of a history that comes progressively. */
  async function sendPart(history: ReturnType<typeof historyParts>): Promise<boolean> {
    const part = history.next();
    if (part === undefined) {
      parts = undefined;
      sayLive();
      return true;
    }
    const { ranges, fromStep, toStep, points, pathPoints, read } = part;
    const rows = countRows(ranges);
    let messages: readonly Message[] | undefined = ranges.length === 0 ? [] : undefined;
    while (messages === undefined && isOpen())
      messages = await render(ranges, rows > points ? points : undefined, pathPoints);
    if (messages === undefined || !isOpen()) return false;
    const sent = messages.reduce((sum, message) => sum + message.rows, 0);
    send({ part: { fromStep, toStep, rows, sent, read, of: history.rows } });
    if (!(await sendAll(messages))) return false;
    await nextTurn();
    return true;
  }

  async function sendAll(messages: readonly Message[]): Promise<boolean> {
    for (const [index, message] of messages.entries()) {
      if (index > 0 && isFull() && !(await room())) return false;
      sendRows(message);
    }
    return true;
  }

  /** Milliseconds until the next live rows may be sent. Each thinning of a few rows costs as much as one of many. */
  function pauseOfLive(): number {
    if (!isLive() || !run.live || wanted.maxRate === undefined) return 0;
    return Math.max(0, lastSent + thinnedDelay - Date.now());
  }

  /** Waits until the socket takes more, in the middle of a long thinned history. Returns false if it has gone. */
  async function room(): Promise<boolean> {
    host.full();
    while (isOpen() && isFull()) {
      await new Promise<void>((resolve) => {
        hasRoom = resolve;
      });
    }
    return isOpen();
  }

  function waitForSocket() {
    if (caughtUp && wanted.whenSlow === "close") return host.tooSlow("this viewer reads more slowly than rows come");
    if (caughtUp) slow = true;
    blocked = true;
    host.full();
  }

  function sayLive(): void {
    if (caughtUp) return;
    caughtUp = true;
    send({ live: { run: run.name, ...(nextStep > wanted.fromStep ? { step: nextStep - 1 } : {}) } });
  }

  function reachEnd(): void {
    sayLive();
    slow = false;
    const { ending, live } = run;
    if (!live && ending !== undefined && !ended) {
      if (header !== undefined) socket.send(endOfStream);
      header = undefined;
      send({ ended: { run: run.name, ending } });
    }
    ended = !live;
  }

  /** Chooses what to send next. `points` is given if it is to be thinned, and `all` if it is a sample of so many rows. */
  function chooseNext(): { readonly stretch: Stretch; readonly points?: number; readonly all?: number } | undefined {
    const piece = run.piece(cursor, wanted.fromStep, pieceBytes);
    if (piece === undefined) return undefined;
    const most = mostRows();
    if (most === Number.POSITIVE_INFINITY) return { stretch: piece };
    const stretch = run.stretch(cursor, wanted.fromStep);
    const all = countRows(stretch.ranges);
    if (all <= most) return { stretch: piece };
    const isSampled = !isLive() && (wanted.preview || wanted.progressive === true);
    const sample = isSampled ? sampleOf(stretch.ranges, wanted.scale) : undefined;
    if (sample === undefined) return { stretch, points: most };
    if (wanted.progressive === true) {
      const stillWanted = (range: Range): Range | undefined => run.stillWanted(range);
      parts = historyParts(stretch.ranges, { points: most, scale: wanted.scale, stillWanted });
    }
    return { stretch: { ...stretch, ranges: sample }, points: most, all };
  }

  function mostRows(): number {
    if (!isLive()) return wanted.points ?? Number.POSITIVE_INFINITY;
    if (slow && wanted.whenSlow === "thin") return wanted.points ?? defaultPoints;
    if (wanted.maxRate === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(16, Math.round((wanted.maxRate * Math.min(1000, Date.now() - lastSent)) / 1000));
  }

  function sendRows(message: Message): void {
    if (wanted.framing === "continuous" && !(header !== undefined && sameFields(header, message.header))) {
      // Another attempt may have other columns, for which a new stream begins.
      if (header !== undefined) socket.send(endOfStream);
      socket.send(message.header);
      header = message.header;
    }
    socket.send(message.bytes, drained);
  }

  const drained = host.guard((): void => {
    hasRoom?.();
    if (!blocked || isFull()) return;
    blocked = false;
    void pump();
  });

  run.watchers.add(watch);
  const rows = run.countRows(wanted.fromStep);
  send({ subscribed: { ...wanted, rows, attempt: run.attempt } });
  void pump();
  return {
    retry() {
      if (isOpen() && !isFull() && (slow || blocked || !caughtUp)) void pump();
    },
    stop() {
      stopped = true;
      run.watchers.delete(watch);
      // Nobody is there to ask for the same a little later.
      if (run.watchers.size === 0) run.rendered.clear();
      clearTimers();
      hasRoom?.();
    },
  };
}
