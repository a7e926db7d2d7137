/** One viewer: reads its messages, answers them, and watches whether it is alive. Rows go through its feed. */
import type { RawData, WebSocket } from "ws";
import { z } from "zod";
import type { AppliedCommand } from "../arrow/row.ts";
import { stringify } from "../arrow/runMetadata.ts";
import { commandOf, refusalOf } from "./commands.ts";
import { type Feed, startFeed } from "./feed.ts";
import type { Guard } from "./guard.ts";
import type { Right } from "./http/access.ts";
import type { ListKind } from "./http/upgrade.ts";
import { makeAnnouncer } from "./list/announcer.ts";
import {
  type CommandRequest,
  clientMessage,
  closeCodes,
  type RunInfo,
  type ServerMessage,
  type Subscription,
} from "./messages.ts";
import { unknownColumns } from "./rows/plan.ts";
import type { ServedRun } from "./servedRun.ts";

/** The part of the server that a connection needs. */
export interface ConnectionHost {
  readonly guard: Guard;
  run(name: string): ServedRun | undefined;
  /** Resolves when a run is known that the server is about to be told of; undefined if nobody will tell of it. */
  awaited(name: string): Promise<void> | undefined;
  /** Lists the runs, or those of these names, as somebody with this right sees them. */
  runs(right: Right, names?: Iterable<string>): Iterable<RunInfo>;
  /** The runs, in the order of the list. */
  served(): Iterable<ServedRun>;
  /** Names of the runs, in the order of the list. */
  names(): Iterable<string>;
  /** Names of the runs that go on. */
  liveNames(): Iterable<string>;
  command(request: CommandRequest, reply: (outcome: AppliedCommand) => void): void;
}

/** Limits of a connection. Times are in milliseconds. */
interface ConnectionLimits {
  /** Number of bytes that may wait in a socket before its viewer counts as slow. */
  readonly bufferedBytes: number;
  readonly pingEvery: number;
  readonly heartbeatEvery: number;
  /** Time for which a ping may stay unanswered. */
  readonly silence: number;
}

export interface Connection {
  /** Does what is due: pings, heartbeats, rows that wait. The server calls it a few times per second. */
  tick(now: number): void;
  /** Tells of runs that are new or have changed, now or as soon as the socket takes it. */
  announce(names: Iterable<string>): void;
  close(code: number, reason: string): void;
}

/** Number of messages and pings per second that a viewer may send. */
const messagesASecond = 100;
/** Number of names that a message lists. */
const mostNames = 20;
/** Milliseconds between two messages that say how much has been read. */
const tellEvery = 250;
/** Number of bytes of answers that may wait in a socket beside its rows, which stop earlier. */
const mostAnswers = 8 * 2 ** 20;

/** Serves a socket whose token was right. Once the socket is being closed, nothing is done for it any more. */
export function serveConnection(
  socket: WebSocket,
  right: Right,
  host: ConnectionHost,
  limits: ConnectionLimits,
  list: ListKind = "whole",
): Connection {
  const { guard } = host;
  let feed: Feed | undefined;
  /** Number of subscriptions so far: a newer one replaces one whose files are still being read. */
  let subscriptions = 0;
  let lastPing = Date.now();
  let lastHeartbeat = Date.now();
  let unansweredSince: number | undefined;
  let received = 0;
  let receivedSince = Date.now();

  const isOpen = (): boolean => socket.readyState === socket.OPEN;
  const isFull = (): boolean => socket.bufferedAmount > limits.bufferedBytes;
  const send = (message: ServerMessage): void => {
    if (isOpen()) socket.send(stringify(message));
  };
  function stop(): void {
    subscriptions++;
    feed?.stop();
    feed = undefined;
  }
  function close(code: number, reason: string): void {
    stop();
    if (socket.readyState === socket.CLOSED) return;
    socket.close(code, shortened(reason));
    // A peer that does not read does not answer the closing handshake either. One that is only slow should hear why.
    const terminate = guard(() => socket.terminate());
    setTimeout(terminate, code === closeCodes.shutDown ? 1000 : 10_000).unref();
  }
  function refuse(code: string, message: string, closeCode: number): void {
    send({ error: { code, message } });
    close(closeCode, message);
  }
  function ping(now: number): void {
    lastPing = now;
    unansweredSince ??= now;
    socket.ping();
  }
  const announcer = makeAnnouncer(list, {
    isOpen,
    isFull,
    runs: (names) => host.runs(right, names),
    send: (part, isLast) => socket.send(part, { fin: isLast }),
    broken: () => broken(),
  });
  /** Answers a ping, unless the viewer does not read: answers to those who only send would wait in memory. */
  function answerPing(data: Buffer): void {
    if (!isOpen()) return;
    heard();
    if (floods(Date.now())) refuseFlood();
    else if (!isFull()) socket.pong(data);
  }
  function refuseFlood(): void {
    refuse("ERR_MESSAGE", `more than ${messagesASecond} messages came within a second`, closeCodes.malformed);
  }
  function heard(): void {
    unansweredSince = undefined;
  }
  function floods(now: number): boolean {
    if (now - receivedSince > 1000) {
      received = 0;
      receivedSince = now;
    }
    return ++received > messagesASecond;
  }

  // An error in here is a fault of the server: the viewer may come back, and the others are as before.
  const broken = (): void => close(closeCodes.internal, "internal error");
  socket.on("pong", guard(heard));
  socket.on("ping", guard(answerPing, broken));
  socket.on("close", guard(stop));
  // The package ws closes the socket itself; an error event without a listener would end the process.
  socket.on(
    "error",
    guard(() => undefined),
  );
  socket.on(
    "message",
    guard((data: RawData, isBinary: boolean) => {
      // The rest of a packet may come after the close frame was sent.
      if (isOpen()) return obey(data, isBinary);
    }, broken),
  );

  function obey(data: RawData, isBinary: boolean): unknown {
    heard();
    if (floods(Date.now())) return refuseFlood();
    if (socket.bufferedAmount > limits.bufferedBytes + mostAnswers) {
      return close(closeCodes.tooSlow, "answers wait and are not read");
    }
    // The list is the first message.
    if (announcer.first !== undefined) return announcer.first.then(() => (isOpen() ? take(data, isBinary) : undefined));
    return take(data, isBinary);
  }

  function take(data: RawData, isBinary: boolean): unknown {
    const message = parse(data, isBinary);
    if (typeof message === "string") return refuse("ERR_MESSAGE", message, closeCodes.malformed);
    if ("subscribe" in message) return subscribe(message.subscribe);
    if ("unsubscribe" in message) return stop();
    if ("command" in message) return command(message.command);
    return undefined;
  }

  async function command(request: CommandRequest): Promise<void> {
    const { run, id } = request;
    const known = host.awaited(run);
    if (known !== undefined) await known;
    if (!isOpen()) return;
    if (host.run(run) === undefined) return refuse("ERR_RUN_UNKNOWN", unknownRun(run), closeCodes.noSuchRun);
    const answer = (outcome: AppliedCommand): void =>
      send({ reply: { run, outcome, ...(id === undefined ? {} : { id }) } });
    if (right === "steer") return host.command(request, answer);
    return answer(refusalOf(commandOf(request), "the token of this page allows reading only"));
  }
  function unknownRun(name: string): string {
    const names = firstOf(host.names(), mostNames + 1);
    const some = names.length > mostNames ? `${names.slice(0, mostNames).join(", ")}, ...` : names.join(", ");
    return `no run is called "${name}"; ${names.length === 0 ? "there are no runs yet" : `the runs are ${some}`}`;
  }
  const unreadable = (error: unknown) =>
    refuse("ERR_RUN_FILE", error instanceof Error ? error.message : String(error), closeCodes.internal);

  /** Makes the function that tells the viewer how much of a run's files has been looked through, now and then. */
  function reading(run: string): (bytes: number, of: number) => void {
    let told = Date.now();
    return (bytes, of) => {
      if (Date.now() - told < tellEvery || isFull()) return;
      told = Date.now();
      send({ reading: { run, bytes, of } });
    };
  }

  async function subscribe(wanted: Subscription): Promise<void> {
    stop();
    const mine = subscriptions;
    const current = (): boolean => isOpen() && subscriptions === mine;
    const known = host.awaited(wanted.run);
    if (known !== undefined) {
      await known;
      if (!current()) return;
    }
    const run = host.run(wanted.run);
    if (run === undefined) return refuse("ERR_RUN_UNKNOWN", unknownRun(wanted.run), closeCodes.noSuchRun);
    try {
      // The files of earlier sessions are read here for the first time.
      const walked = wanted.progressive === true ? reading(run.name) : undefined;
      if (!run.isPrepared && (!(await run.prepare(current, walked)) || !current())) return;
      const newest = run.segments.at(-1);
      const unknown = newest === undefined ? [] : unknownColumns(newest.header, wanted.columns ?? []);
      if (unknown.length > 0) {
        const why = `the run "${run.name}" has no column ${unknown.join(", ")}`;
        return refuse("ERR_MESSAGE", why, closeCodes.malformed);
      }
    } catch (error) {
      if (current()) unreadable(error);
      return;
    }
    feed = startFeed(run, wanted, {
      socket,
      guard,
      bufferedBytes: limits.bufferedBytes,
      send,
      tooSlow: (why) => close(closeCodes.tooSlow, why),
      broken: unreadable,
      full: () => {
        if (unansweredSince === undefined) ping(Date.now());
      },
    });
  }

  announcer.announce([]);
  return {
    announce: announcer.announce,
    close,
    tick(now) {
      if (!isOpen()) return;
      if (unansweredSince !== undefined && now - unansweredSince > limits.silence) {
        return close(closeCodes.silent, `nothing heard for ${Math.round(limits.silence / 1000)} s`);
      }
      if (now - lastPing >= limits.pingEvery) ping(now);
      if (isFull()) return;
      announcer.retry();
      if (now - lastHeartbeat >= limits.heartbeatEvery) {
        lastHeartbeat = now;
        announcer.progress(host.liveNames());
        send({ heartbeat: { time: now } });
      }
      feed?.retry();
    },
  };
}

function firstOf(names: Iterable<string>, most: number): string[] {
  const first: string[] = [];
  for (const name of names) if (first.push(name) >= most) break;
  return first;
}

/** Cuts a reason to what a close frame holds: 123 bytes. */
function shortened(reason: string): string {
  let short = reason;
  while (Buffer.byteLength(short) > 123) short = short.slice(0, -1);
  return short;
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
  if (parsed.success) return parsed.data;
  return `expected subscribe, unsubscribe, command or acknowledge: ${z.prettifyError(parsed.error)}`;
}
