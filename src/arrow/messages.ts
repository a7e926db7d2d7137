/** Yields the messages of an Arrow IPC stream without decoding their bodies, and checks their checksums. */
import { failure } from "../errors.ts";
import type { Damage } from "./checks/damage.ts";
import { type Found, findMessage, type ReadAt, searchNext } from "./checks/findMessage.ts";
import { Losses } from "./checks/losses.ts";
import { type BatchFacts, isWhole } from "./checks/seal.ts";

export type { ReadAt } from "./checks/findMessage.ts";

/** A message: prefix, metadata and body. */
export interface StreamMessage {
  /** Place of the message in the stream. */
  readonly offset: number;
  /** Length of the message. */
  readonly length: number;
  /** The whole message; of a batch for which `select` said `head`, prefix and metadata alone. */
  readonly bytes: Uint8Array;
  readonly kind: "schema" | "batch" | "other";
  /** Whether the message has a checksum. It is right then: that of `bytes`. */
  readonly checked: boolean;
  /** What a batch with a checksum says about itself. */
  readonly facts?: BatchFacts;
}

/** How a stream ended. */
export interface StreamEnd {
  /**
   * - `marked`: with its end mark
   * - `open`: between two messages, without an end mark
   * - `torn`: within a message
   */
  readonly end: "marked" | "open" | "torn";
  /** Length of all whole messages, at which a torn one begins. */
  readonly offset: number;
  /** Number of bytes of the torn message that are there. */
  readonly tornBytes: number;
}

/** Options of {@link streamMessages}. */
export interface MessageOptions {
  /**
   * Function that gets each damaged part, which is then passed over. Default: ERR_ARROW_CORRUPT. The next message behind
   * damage is found by its checksum, so a stream without checksums ends at its first damage.
   */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
  /**
   * Whether a message without a checksum is damaged if messages before it have one, as in a file. A server may mix
   * both in one stream. Default false.
   */
  readonly strict?: boolean;
  /**
   * Function that chooses batches by what they say about themselves: `skip` passes over a batch without reading its
   * body, `head` yields it without its body, `stop` ends the sequence before it. Batches without a checksum are always
   * read. Default: all are read.
   */
  readonly select?: ((facts: BatchFacts) => "read" | "head" | "skip" | "stop") | undefined;
}

/**
 * Yields every whole message of a stream in turn.
 *
 * The sequence ends at the end mark, or at a torn tail; the return value of the generator tells which. Each message
 * that has a checksum is checked, which takes about 1 ns per byte.
 *
 * @example
 * const file = openFile("runs/a/iterates-0001.arrows");
 * for (const { kind, bytes } of streamMessages(file.readAt, "iterates-0001.arrows")) console.log(kind, bytes.length);
 * file.close();
 * @param name name of the source, for error messages
 * @param options {@link MessageOptions}
 * @throws {FluxionInputError} ERR_ARROW_EMPTY, ERR_ARROW_FORMAT if the source does not begin as a stream;
 *   ERR_ARROW_CORRUPT if a message is damaged and there is no `onDamage`
 */
export function* streamMessages(
  readAt: ReadAt,
  name: string,
  options: MessageOptions = {},
): Generator<StreamMessage, StreamEnd, undefined> {
  const messages = searchMessages(readAt, name, options);
  for (;;) {
    const next = messages.next();
    if (next.done === true) return next.value;
    if (next.value !== undefined) yield next.value;
  }
}

/**
 * Does what {@link streamMessages} does for a thread that has other work. It yields undefined now and then while it
 * looks for the next message behind damage.
 */
export function* searchMessages(
  readAt: ReadAt,
  name: string,
  { onDamage, strict = false, select }: MessageOptions = {},
): Generator<StreamMessage | undefined, StreamEnd, undefined> {
  const losses = new Losses(name, onDamage);
  let offset = 0;
  let sealed = false;
  /** Place of the message before, if its body was not read. */
  let unread: number | undefined;
  for (;;) {
    let found = findMessage(readAt, offset, strict && sealed);
    sealed ||= found.sealed;
    if (found.is === "end" && unread !== undefined && readAt(offset - 1, 1).length === 0) {
      losses.end();
      return { end: "torn", offset: unread, tornBytes: readAt(unread, offset - unread).length };
    }
    if (found.is === "message") {
      const { facts, kind, length, head } = found;
      if (facts !== undefined) losses.reached(facts);
      const choice = facts === undefined || select === undefined ? "read" : select(facts);
      if (choice === "stop") return { end: "open", offset, tornBytes: 0 };
      const bytes = choice === "read" ? readAt(offset, length) : undefined;
      if (bytes === undefined || bytes.length === length) {
        unread = bytes === undefined ? offset : undefined;
        if (choice === "head") yield { offset, length, bytes: head, kind, checked: true, ...(facts && { facts }) };
        else if (bytes !== undefined && found.sealed && !isWhole(bytes)) {
          losses.batch({ offset, bytes: length, why: "a batch does not match its checksum" }, facts);
        } else if (bytes !== undefined) {
          yield { offset, length, bytes, kind, checked: found.sealed, ...(facts === undefined ? {} : { facts }) };
        }
        offset += length;
        continue;
      }
      found = { is: "torn", bytes: bytes.length, sealed: found.sealed };
    }
    if (offset === 0 && !sealed && (onDamage === undefined || (yield* searchNext(readAt, 8)).at === undefined)) {
      checkBeginning(readAt(0, 8), name, found);
    }
    const next = yield* goOn(readAt, offset, found, sealed, losses);
    if (typeof next !== "number") {
      losses.end();
      return next;
    }
    offset = next;
    sealed = true;
  }
}

/** Decides what a place means at which no whole message begins. Returns where to go on, or how the stream ended. */
function* goOn(
  readAt: ReadAt,
  offset: number,
  found: Exclude<Found, { is: "message" }>,
  sealed: boolean,
  losses: Losses,
): Generator<undefined, number | StreamEnd> {
  const { is } = found;
  if (is === "end") return { end: "open", offset, tornBytes: 0 };
  const end: StreamEnd =
    is === "torn"
      ? { end: "torn", offset, tornBytes: found.bytes }
      : { end: "marked", offset: offset + 8, tornBytes: 0 };
  if (is !== "damaged" && !sealed) return end;
  const rest = yield* searchNext(readAt, offset + 8);
  // Behind an end mark another stream may begin.
  if (is === "mark" && rest.kind === "schema") return end;
  // A length may have been damaged: then something whole follows what reads as an end mark or as a torn tail.
  const next = rest.at ?? (rest.marked && rest.size - 8 > offset ? rest.size - 8 : undefined);
  if (is !== "damaged" && next === undefined) return end;
  const bytes = (next ?? rest.size) - offset;
  const [why, cause] =
    is === "damaged" ? [found.why, found.cause] : [is === "mark" ? "an end mark before the end" : "a wrong length"];
  // What is no longer than an end mark was one.
  losses.unknown({ offset, bytes, why, ...(bytes <= 8 ? { batches: 0 } : {}) }, cause);
  return next ?? { end: "open", offset: rest.size, tornBytes: 0 };
}

/** Makes a source of bytes that are in memory. */
export function readFrom(bytes: Uint8Array): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

/** Refuses what is not a stream of messages at all. */
function checkBeginning(prefix: Uint8Array, name: string, found: Found): void {
  if (prefix.length === 0) {
    throw failure(
      "ERR_ARROW_EMPTY",
      `${name} is empty; expected an Arrow stream. Was its run killed before the first row?`,
    );
  }
  if (String.fromCharCode(...prefix.subarray(0, 6)) === "ARROW1") {
    throw failure(
      "ERR_ARROW_FORMAT",
      `${name} is an Arrow file with random access; expected an Arrow stream (.arrows), which fluxion writes`,
    );
  }
  const begins = prefix.subarray(0, 4).every((byte) => byte === 0xff);
  if (!begins) {
    const shown = [...prefix].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw failure(
      "ERR_ARROW_FORMAT",
      `${name} is not an Arrow stream: expected it to begin with ff ff ff ff, got ${shown}`,
    );
  }
  if (found.is === "damaged") throw failure("ERR_ARROW_CORRUPT", `${name} is damaged at byte 0: ${found.why}`);
}
