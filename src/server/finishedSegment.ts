/** Finds the batches of files that are complete. */
import { type Damage, describeDamage } from "../arrow/checks/damage.ts";
import { type FileSource, openFile } from "../arrow/fileSource.ts";
import { type ReadAt, type StreamEnd, type StreamMessage, searchMessages } from "../arrow/messages.ts";
import { otherSchemas } from "../arrow/otherSchemas.ts";
import { failure } from "../errors.ts";
import { decode, schemaOf } from "./ipc.ts";
import { fileSegment, type Segment } from "./segment.ts";

type Messages = Generator<StreamMessage | undefined, StreamEnd, undefined>;

/** Number of bytes that are read at once where a few were asked for: the heads of most batches fit. */
const ahead = 2048;

/**
 * Makes a segment from a file that is complete. It is walked through once: of batches with checksums only the heads are
 * read, which say their steps; those of former files are decoded. A torn tail and damaged heads are left out; a damaged
 * body shows when the batch is read. The generator yields after each batch, and while it looks for one behind damage, so
 * that other work can get its turn.
 *
 * @param warn gets one line for each damaged part
 * @param walked gets the number of bytes that were walked through so far
 * @returns undefined for a file whose writer was killed before the first row
 */
export function* finishedSegment(
  path: string,
  attempt: number,
  warn: (message: string) => void,
  walked: (bytes: number) => void = () => undefined,
): Generator<undefined, Segment | undefined> {
  const source = openFile(path);
  try {
    if (source.readAt(0, 1).length === 0) return undefined;
    const onDamage = (damage: Damage): void => warn(describeDamage(damage));
    const { readAt, reuse } = readAhead(source, walked);
    const messages = searchMessages(readAt, path, { strict: true, onDamage, select: () => "head" });
    const first = yield* nextOf(messages);
    if (first.done === true) return undefined;
    const { kind, facts, checked } = first.value;
    // A damaged schema is that of another attempt, or the one that run.json describes.
    const header = kind === "schema" ? first.value.bytes : otherSchemas({ path, attempt })(facts?.fields ?? "");
    if (header === undefined) {
      throw failure("ERR_RUN_FILE", `${path} does not begin with a schema; expected a stream that fluxion wrote`);
    }
    if (!schemaOf(header).fields.some(({ name }) => name === "step")) {
      throw failure("ERR_RUN_FILE", `${path} has no column "step"; expected a stream that fluxion wrote`);
    }
    const segment = fileSegment(path, header, attempt, warn, kind === "schema");
    if (checked) {
      // Of these messages nothing is kept but numbers.
      reuse();
      yield* byHeads(messages, segment, path, kind === "schema" ? undefined : first.value);
    } else yield* byRows(messages, segment, path, onDamage);
    return segment;
  } finally {
    source.close();
  }
}

/** The next message, or the end. Yields while it is looked for. */
function* nextOf(messages: Messages): Generator<undefined, IteratorResult<StreamMessage, StreamEnd>> {
  for (;;) {
    const next = messages.next();
    if (next.done === true) return next;
    if (next.value !== undefined) return { done: false, value: next.value };
    yield;
  }
}

/** Takes note of batches with checksums, which say their steps themselves. */
function* byHeads(
  messages: Messages,
  segment: Segment,
  path: string,
  first: StreamMessage | undefined,
): Generator<undefined, void> {
  // A batch is noted once the next one is found: the last one may be torn.
  let last = first;
  const note = (): void => {
    if (last?.facts === undefined) return;
    const { firstStep, lastStep, rows } = last.facts;
    segment.appendPlace(last.length, firstStep, lastStep, rows, last.offset);
  };
  for (;;) {
    const next = yield* nextOf(messages);
    if (next.done === true) {
      if (next.value.end !== "torn" || next.value.offset !== last?.offset) note();
      return;
    }
    checkKind(next.value, path);
    note();
    last = next.value;
    yield;
  }
}

/** Takes note of batches without checksums by decoding them. One that cannot be decoded is told as damage. */
function* byRows(
  messages: Messages,
  segment: Segment,
  path: string,
  onDamage: (damage: Damage) => void,
): Generator<undefined, void> {
  for (;;) {
    const next = yield* nextOf(messages);
    if (next.done === true) return;
    checkKind(next.value, path);
    const { offset, bytes } = next.value;
    try {
      for (const batch of decode(segment.header, [bytes])) {
        const steps = batch.getChild("step");
        // For a stream without batches arrow-js gives an empty one.
        if (steps === null || steps.length === 0) continue;
        const [first, last] = [Number(steps.get(0) ?? 0), Number(steps.get(steps.length - 1) ?? 0)];
        segment.appendPlace(bytes.length, first, last, steps.length, offset);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const lost = { batches: 1, rows: undefined, fromStep: undefined, toStep: undefined };
      onDamage({ source: path, offset, bytes: bytes.length, why, ...lost });
    }
    yield;
  }
}

function checkKind({ kind }: StreamMessage, path: string): void {
  if (kind !== "batch") throw failure("ERR_RUN_FILE", `${path} holds more than one schema; expected one stream`);
}

/**
 * Makes a source that reads more than it was asked for, since the next bytes are asked for next. After `reuse`, each
 * read may overwrite the bytes of the one before: a long run has so many heads that new memory for each takes half of
 * the time.
 */
function readAhead(
  source: FileSource,
  walked: (bytes: number) => void,
): { readonly readAt: ReadAt; readonly reuse: () => void } {
  let at = 0;
  let held: Uint8Array = new Uint8Array(0);
  let memory: Uint8Array | undefined;
  const fill = (offset: number): Uint8Array =>
    memory === undefined ? source.readAt(offset, ahead) : memory.subarray(0, source.readInto(memory, offset));
  return {
    readAt(offset, length) {
      walked(offset);
      if (length > ahead) return source.readAt(offset, length);
      if (offset < at || offset + length > at + held.length) {
        at = offset;
        held = fill(offset);
      }
      return held.subarray(offset - at, offset - at + length);
    },
    reuse() {
      memory = new Uint8Array(ahead);
    },
  };
}
