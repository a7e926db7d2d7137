/** One viewer: what it subscribed to, where it stands in the run, how well it keeps up. */

import type { RawData, WebSocket } from "ws";
import { z } from "zod";
import { endOfStream } from "../../arrow/recordBatch.ts";
import type { AppliedCommand } from "../../arrow/row.ts";
import { stringify } from "../../arrow/runMetadata.ts";
import { type CommandRequest, clientMessage, closeCodes, type RunInfo, type ServerMessage, type Subscription } from "./messages.ts";
import { countRows, type Plan, planFor, renderThinned, renderWhole, stepsOf, unknownColumns } from "./render.ts";
import type { Cursor, Message, ServedRun, Stretch } from "./servedRun.ts";

/** What a connection needs of its server. */
export interface ConnectionHost {
  run(name: string): ServedRun | undefined;
  runs(): readonly RunInfo[];
  command(request: CommandRequest, reply: (outcome: AppliedCommand) => void): void;
}

/** Times in milliseconds. */
export interface ConnectionLimits {
  /** Bytes that may wait in a socket before its viewer counts as slow. */
  readonly bufferedBytes: number;
  readonly pingEvery: number;
  readonly heartbeatEvery: number;
  /** How long a ping may stay unanswered. */
  readonly silence: number;
}

export interface Connection {
  /** To be called a few times a second. */
  tick(now: number): void;
  send(message: ServerMessage): void;
  close(code: number, reason: string): void;
}

interface Active {
  readonly run: ServedRun;
  readonly wanted: Subscription;
  readonly watch: (bytes: number) => void;
  readonly plans: Map<Uint8Array, Plan>;
  cursor: Cursor;
  /** All history is sent. */
  caughtUp: boolean;
  slow: boolean;
  ended: boolean;
  nextStep: number;
  lastSent: number;
  /** Of the stream that goes on, in the continuous framing. */
  header: Uint8Array | undefined;
}

const messageBytes = 16 * 1024;
const messageDelay = 100;
const pieceBytes = 256 * 1024;
const renderedMost = 16;
const defaultPoints = 2000;
const messagesASecond = 100;

/** Serves rows to a socket that has shown its token. */
export function serveConnection(socket: WebSocket, host: ConnectionHost, limits: ConnectionLimits): Connection {
  let active: Active | undefined;
  let pumping = false;
  let pumpAgain = false;
  let due: NodeJS.Timeout | undefined;
  let dueSoon: NodeJS.Immediate | undefined;
  let waitingBytes = 0;
  let lastPing = Date.now();
  let lastHeartbeat = Date.now();
  let unansweredSince: number | undefined;
  let received = 0;
  let receivedSince = Date.now();

  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  const send = (message: ServerMessage): void => {
    if (isOpen()) socket.send(stringify(message));
  };
  function close(code: number, reason: string): void {
    stop();
    if (socket.readyState === socket.CLOSED) return;
    socket.close(code, reason.slice(0, 120));
    // A peer that does not read will not answer the closing handshake either.
    setTimeout(() => socket.terminate(), 1000).unref();
  }
  function refuse(code: string, message: string, closeCode: number): void {
    send({ error: { code, message } });
    close(closeCode, message);
  }
  function stop(): void {
    if (active !== undefined) active.run.watchers.delete(active.watch);
    active = undefined;
    clearTimeout(due);
    clearImmediate(dueSoon);
    due = undefined;
    dueSoon = undefined;
    waitingBytes = 0;
  }
  function heard(): void {
    unansweredSince = undefined;
  }
  function ping(now: number): void {
    lastPing = now;
    unansweredSince ??= now;
    socket.ping();
  }

  socket.on("pong", heard);
  socket.on("close", stop);
  // ws closes the socket itself; an unheard error event would end the process.
  socket.on("error", () => undefined);
  socket.on("message", (data: RawData, isBinary: boolean) => {
    heard();
    const now = Date.now();
    if (now - receivedSince > 1000) {
      received = 0;
      receivedSince = now;
    }
    if (++received > messagesASecond) {
      return refuse("ERR_MESSAGE", `more than ${messagesASecond} messages in a second`, closeCodes.malformed);
    }
    const message = parse(data, isBinary);
    if (typeof message === "string") return refuse("ERR_MESSAGE", message, closeCodes.malformed);
    if ("subscribe" in message) subscribe(message.subscribe);
    else if ("unsubscribe" in message) stop();
    else if ("command" in message) command(message.command);
  });

  function command(request: CommandRequest): void {
    const { run, id } = request;
    if (host.run(run) === undefined) return refuse("ERR_RUN_UNKNOWN", unknownRun(run), closeCodes.noSuchRun);
    host.command(request, (outcome) => send({ reply: { run, outcome, ...(id === undefined ? {} : { id }) } }));
  }
  function unknownRun(name: string): string {
    const names = host.runs().map((run) => run.name);
    return `no run is called "${name}"; there ${names.length === 0 ? "is none yet" : `are ${names.join(", ")}`}`;
  }

  function subscribe(wanted: Subscription): void {
    stop();
    const run = host.run(wanted.run);
    if (run === undefined) return refuse("ERR_RUN_UNKNOWN", unknownRun(wanted.run), closeCodes.noSuchRun);
    const newest = run.segments.at(-1);
    const unknown = newest === undefined ? [] : unknownColumns(newest.header, wanted.columns ?? []);
    if (unknown.length > 0) {
      return refuse("ERR_MESSAGE", `the run "${run.name}" has no column ${unknown.join(", ")}`, closeCodes.malformed);
    }
    const watch = (bytes: number): void => {
      waitingBytes += bytes;
      if (waitingBytes >= messageBytes || bytes === 0) dueSoon ??= setImmediate(pump);
      else due ??= setTimeout(pump, messageDelay);
    };
    active = {
      run,
      wanted,
      watch,
      plans: new Map(),
      cursor: { segment: 0, batch: 0 },
      caughtUp: false,
      slow: false,
      ended: false,
      nextStep: wanted.fromStep,
      lastSent: 0,
      header: undefined,
    };
    run.watchers.add(watch);
    const rows = countRows(run.stretch(active.cursor, wanted.fromStep).ranges);
    send({ subscribed: { ...wanted, rows, attempt: run.attempt } });
    pump();
  }

  // One at a time: a second call makes the first go round once more.
  async function pump(): Promise<void> {
    clearTimeout(due);
    clearImmediate(dueSoon);
    due = undefined;
    dueSoon = undefined;
    waitingBytes = 0;
    pumpAgain = pumping;
    if (pumping) return;
    pumping = true;
    try {
      for (let more = true; more; ) {
        more = await sendSome();
        if (pumpAgain) more = true;
        pumpAgain = false;
      }
    } catch (error) {
      refuse("ERR_RUN_FILE", error instanceof Error ? error.message : String(error), 1011);
    } finally {
      pumping = false;
    }
  }

  /** Sends one message of rows if there are any and the socket takes them; whether to call again. */
  async function sendSome(): Promise<boolean> {
    const to = active;
    if (to === undefined || !isOpen()) return false;
    if (socket.bufferedAmount > limits.bufferedBytes) {
      if (to.caughtUp && to.wanted.whenSlow === "close") {
        close(closeCodes.tooSlow, "this viewer reads more slowly than rows come");
        return false;
      }
      if (to.caughtUp) to.slow = true;
      if (unansweredSince === undefined) ping(Date.now());
      return false;
    }
    const next = chooseNext(to);
    if (next === undefined) {
      if (!to.caughtUp) {
        to.caughtUp = true;
        const step = to.nextStep > to.wanted.fromStep ? { step: to.nextStep - 1 } : {};
        send({ live: { run: to.run.name, ...step } });
      }
      to.slow = false;
      const { ending, live } = to.run;
      if (!live && ending !== undefined && !to.ended) {
        if (to.header !== undefined) socket.send(endOfStream);
        to.header = undefined;
        send({ ended: { run: to.run.name, ending } });
      }
      to.ended = !live;
      return false;
    }
    const { stretch, points } = next;
    if (stretch.lostBefore !== undefined && stretch.lostBefore > to.nextStep) {
      if (to.wanted.whenSlow === "wait" && to.caughtUp) {
        close(closeCodes.tooSlow, "rows that were kept in memory only are gone before this viewer read them");
        return false;
      }
      send({ gap: { fromStep: to.nextStep, toStep: stretch.lostBefore - 1 } });
    }
    const messages = await render(to, stretch, points);
    if (active !== to || !isOpen()) return active !== undefined;
    const { toStep, fromStep } = stepsOf(stretch.ranges);
    const sent = messages.reduce((sum, message) => sum + message.rows, 0);
    if (points !== undefined && sent > 0) send({ thinned: { fromStep, toStep, rows: countRows(stretch.ranges), sent } });
    for (const message of messages) sendRows(to, message);
    to.cursor = stretch.after;
    to.nextStep = Math.max(to.nextStep, toStep + 1);
    to.lastSent = Date.now();
    // Sockets, signals and, in a program of the user's own, the run get their turn between messages.
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  function sendRows(to: Active, { header, bytes }: Message): void {
    if (to.wanted.framing === "continuous" && to.header !== header) {
      // Another attempt may have other columns: a new stream then begins.
      if (to.header !== undefined && Buffer.compare(to.header, header) !== 0) socket.send(endOfStream);
      if (to.header === undefined || Buffer.compare(to.header, header) !== 0) socket.send(header);
      to.header = header;
    }
    socket.send(bytes);
  }

  function tick(now: number): void {
    if (!isOpen()) return;
    if (unansweredSince !== undefined && now - unansweredSince > limits.silence) {
      return close(closeCodes.silent, `nothing heard for ${Math.round(limits.silence / 1000)} s`);
    }
    if (now - lastPing >= limits.pingEvery) ping(now);
    const isFull = socket.bufferedAmount > limits.bufferedBytes;
    if (!isFull && now - lastHeartbeat >= limits.heartbeatEvery) {
      lastHeartbeat = now;
      send({ heartbeat: { time: now } });
    }
    if (!isFull && active !== undefined && (active.slow || !active.caughtUp)) void pump();
  }
  return { tick, send, close };
}

/** What to send next, and whether thinned. */
function chooseNext(to: Active): { readonly stretch: Stretch; readonly points?: number } | undefined {
  const { run, wanted, cursor } = to;
  const piece = run.piece(cursor, wanted.fromStep, pieceBytes);
  if (piece === undefined) return undefined;
  const stretch = run.stretch(cursor, wanted.fromStep);
  const rows = countRows(stretch.ranges);
  const most = mostRows(to);
  return rows > most ? { stretch, points: most } : { stretch: piece };
}

function mostRows({ wanted, caughtUp, slow, lastSent }: Active): number {
  if (!caughtUp) return wanted.points ?? Number.POSITIVE_INFINITY;
  if (slow && wanted.whenSlow === "thin") return wanted.points ?? defaultPoints;
  if (wanted.maxRate === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(16, Math.round((wanted.maxRate * Math.min(1000, Date.now() - lastSent)) / 1000));
}

/** The stretch as messages, shared with everybody who wants the same. */
function render(to: Active, stretch: Stretch, points: number | undefined): Promise<readonly Message[]> {
  const { run, wanted } = to;
  const plans = stretch.ranges.map(({ header }) => {
    const known = to.plans.get(header) ?? planFor(header, wanted.columns);
    to.plans.set(header, known);
    return known;
  });
  const cut = stretch.ranges.some(({ batches, fromStep }) => batches.some((batch) => batch.firstStep < fromStep));
  const key = [
    stretch.key,
    plans.map((plan) => plan.key).join("/"),
    wanted.framing,
    points === undefined ? "" : `${points} ${wanted.scale}`,
    cut ? wanted.fromStep : "",
  ].join("|");
  const known = run.rendered.get(key);
  if (known !== undefined) return known;
  const made = encodeStretch(stretch, plans, wanted, points);
  run.rendered.set(key, made);
  for (const old of run.rendered.keys()) {
    if (run.rendered.size <= renderedMost) break;
    run.rendered.delete(old);
  }
  return made;
}

async function encodeStretch(
  { ranges }: Stretch,
  plans: readonly Plan[],
  { framing, scale }: Subscription,
  points: number | undefined,
): Promise<readonly Message[]> {
  const rendered =
    points === undefined
      ? ranges.map((range, index) => renderWhole(range, plans[index]!))
      : await renderThinned(ranges, plans, { points, scale });
  return rendered.flatMap(({ header, batches, rows }) => {
    if (rows === 0) return [];
    return [{ header, rows, bytes: framing === "continuous" ? batches : Buffer.concat([header, batches, endOfStream]) }];
  });
}

function parse(data: RawData, isBinary: boolean): z.output<typeof clientMessage> | string {
  if (isBinary) return "expected JSON text, got a binary message";
  let value: unknown;
  try {
    value = JSON.parse(String(data));
  } catch {
    return "expected JSON text, got something that is not JSON";
  }
  const parsed = clientMessage.safeParse(value);
  return parsed.success ? parsed.data : `expected subscribe, unsubscribe, command or acknowledge: ${z.prettifyError(parsed.error)}`;
}
