/** Finds out what begins at a place of a stream, and where the next message with a right checksum begins. */
import { readMetadata } from "./messageMetadata.ts";
import { type BatchFacts, isSealed, prefixLength, readHead, shortestHead } from "./seal.ts";

/** Reads up to `length` bytes at `offset`, and fewer where the source ends. A file may grow between two calls. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** What begins at a place of a stream. `sealed` tells whether it has, or had, a checksum. */
export type Found = { readonly sealed: boolean } & (
  | {
      readonly is: "message";
      readonly kind: "schema" | "batch" | "other";
      /** Length of the message. Its body was not looked at. */
      readonly length: number;
      /** Prefix and metadata. */
      readonly head: Uint8Array;
      readonly facts?: BatchFacts;
    }
  | { readonly is: "end" }
  | { readonly is: "mark" }
  | { readonly is: "torn"; readonly bytes: number }
  | { readonly is: "damaged"; readonly why: string; readonly cause?: unknown }
);

const continuation = 0xffffffff;
const piece = 65_536;
/** Greatest length of a message, so that the place behind it is still an exact number. */
const longest = 2 ** 50;
/** Number of bytes of a head beyond which it is not looked for behind damage. */
const longestHead = 16 * 2 ** 20;

/**
 * Looks at what begins at a place: reads prefix and metadata, and checks the head of a sealed message.
 *
 * @param strict whether a message without a checksum is damaged
 */
export function findMessage(readAt: ReadAt, offset: number, strict: boolean): Found {
  const prefix = readAt(offset, prefixLength);
  if (prefix.length === 0) return { is: "end", sealed: false };
  if (prefix.length < prefixLength) return { is: "torn", bytes: prefix.length, sealed: false };
  const view = viewOf(prefix);
  const metadataLength = view.getInt32(4, true);
  if (view.getUint32(0, true) !== continuation || metadataLength < 0) {
    // A machine that lost power may leave a tail of zeros: the file system had the length, but not yet the bytes.
    const rest = readAt(offset, piece);
    if (offset > 0 && rest.every((byte) => byte === 0)) return { is: "torn", bytes: rest.length, sealed: false };
    return { is: "damaged", why: "no message begins there", sealed: isSealed(rest) };
  }
  if (metadataLength === 0) return { is: "mark", sealed: isSealed(readAt(offset, shortestHead)) };
  const head = readAt(offset, prefixLength + metadataLength);
  const sealed = isSealed(head);
  if (head.length < prefixLength + metadataLength) return { is: "torn", bytes: head.length, sealed };
  if (strict && !sealed) return { is: "damaged", why: "a message has no checksum", sealed };
  const read = sealed ? readHead(head) : undefined;
  if (sealed && read === undefined) {
    return { is: "damaged", why: "the metadata of a message do not match their checksum", sealed };
  }
  try {
    const { kind, bodyLength } = readMetadata(head.subarray(prefixLength));
    const message = read ?? { kind, length: head.length + bodyLength };
    // A reader goes on by this length, so one that is shorter than the head would never end.
    if (!(message.length >= head.length)) return { is: "damaged", why: `a message of ${message.length} bytes`, sealed };
    return { is: "message", sealed, head, ...message, length: Math.min(message.length, longest) };
  } catch (cause) {
    return { is: "damaged", why: "a message without readable metadata", cause, sealed };
  }
}

/** What lies behind damage. */
interface Rest {
  /** Place of the next sealed message whose head is right; undefined if there is none. */
  readonly at: number | undefined;
  readonly kind: "schema" | "batch" | undefined;
  /** Length of the source; known if there is no such message. */
  readonly size: number;
  /** Whether the source ends with an end mark; known if there is no such message. */
  readonly marked: boolean;
}

/**
 * Looks for the next sealed message whose head is right. Messages begin at multiples of eight bytes.
 *
 * It yields after each piece of 64 KB and after each candidate, so that a thread that has other work can look after it:
 * there may be gigabytes of damage.
 */
export function* searchNext(readAt: ReadAt, from: number): Generator<undefined, Rest> {
  let at = align(from);
  let last: Uint8Array = new Uint8Array(0);
  for (;;) {
    // The source may hand out the same memory again for what is read below.
    const bytes = readAt(at, piece).slice();
    const view = viewOf(bytes);
    for (let i = 0; i + 8 <= bytes.length; i += 8) {
      if (view.getUint32(i, true) !== continuation) continue;
      const metadataLength = view.getInt32(i + 4, true);
      if (metadataLength < shortestHead - prefixLength || metadataLength > longestHead) continue;
      const there = i + shortestHead <= bytes.length;
      if (!isSealed(there ? bytes.subarray(i, i + shortestHead) : readAt(at + i, shortestHead))) continue;
      const head = readHead(readAt(at + i, prefixLength + metadataLength));
      if (head !== undefined) return { at: at + i, kind: head.kind, size: 0, marked: false };
      yield;
    }
    if (bytes.length > 0) last = bytes.slice(-8);
    at += bytes.length;
    if (bytes.length < piece) break;
    yield;
  }
  const marked = last.length === 8 && last.every((byte, i) => byte === (i < 4 ? 0xff : 0));
  return { at: undefined, kind: undefined, size: at, marked };
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
