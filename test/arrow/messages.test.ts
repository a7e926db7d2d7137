import { suite } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../src/arrow/encoder.ts";
import { readFrom, type StreamEnd, type StreamMessage, streamMessages } from "../../src/arrow/messages.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import { assertError } from "../support/assert.ts";
import { makeRows } from "../support/rows.ts";
import { streamOf, withoutChecksums } from "../support/streams.ts";

const { bytes, ends, parts } = streamOf(makeRows(6), [1, 3, 2]);

function all(from: Uint8Array): { readonly messages: readonly StreamMessage[]; readonly end: StreamEnd } {
  const messages: StreamMessage[] = [];
  const sequence = streamMessages(readFrom(from), "stream");
  for (;;) {
    const next = sequence.next();
    if (next.done === true) return { messages, end: next.value };
    messages.push(next.value);
  }
}

const found = suite("streamMessages");

found("finds every message with its kind, offset and bytes, and the end mark", () => {
  const { messages, end } = all(bytes);
  assert.equal(
    messages.map(({ kind }) => kind),
    ["schema", "batch", "batch", "batch"],
  );
  assert.equal(
    messages.map(({ offset }) => offset),
    [0, ...ends.slice(0, -1)],
  );
  for (const [i, message] of messages.entries()) assert.is(Buffer.compare(message.bytes, parts[i]!), 0);
  assert.equal(end, { end: "marked", offset: bytes.length, tornBytes: 0 });
});

found("says for a stream cut at any byte how many messages are whole and where the torn one begins", () => {
  const last = ends.at(-1)!;
  for (let cut = 8; cut < bytes.length; cut++) {
    const { messages, end } = all(bytes.subarray(0, cut));
    const whole = ends.filter((at) => at <= cut);
    assert.is(messages.length, whole.length, `cut at ${cut}`);
    const offset = whole.at(-1) ?? 0;
    assert.equal(end, { end: cut === offset ? "open" : "torn", offset, tornBytes: cut - offset }, `cut at ${cut}`);
  }
  assert.is(all(bytes.subarray(0, last)).end.end, "open");
});

found("reads on where a source has grown meanwhile", () => {
  let length = ends[1]!;
  const sequence = streamMessages(
    (offset, count) => bytes.subarray(offset, Math.min(length, offset + count)),
    "growing",
  );
  assert.is(sequence.next().done, false);
  assert.is(sequence.next().done, false);
  length = ends[2]!;
  assert.is(sequence.next().done, false);
  assert.equal(sequence.next(), { done: true, value: { end: "open", offset: ends[2], tornBytes: 0 } });
});

found("takes a tail of zeros, as a power cut leaves, as torn", () => {
  for (const zeros of [1, 7, 8, 100, 100_000]) {
    const { messages, end } = all(concatenate([bytes.subarray(0, ends[2]), new Uint8Array(zeros)]));
    assert.is(messages.length, 3);
    assert.is(end.end, "torn");
    assert.is(end.offset, ends[2]);
  }
});

found("ignores what follows the end mark", () => {
  const { messages, end } = all(concatenate([bytes, bytes]));
  assert.is(messages.length, 4);
  assert.is(end.offset, bytes.length);
});
found.run();

const refused = suite("streamMessages: what is no stream");

refused("is empty", () => {
  assertError(() => all(new Uint8Array(0)), "ERR_ARROW_EMPTY", /stream is empty; .* killed before the first row/);
});

refused("is another kind of file", () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  assertError(() => all(text("ARROW1\0\0......")), "ERR_ARROW_FORMAT", /random access; expected an Arrow stream/);
  assertError(() => all(text("step,loss\n0,1\n")), "ERR_ARROW_FORMAT", /got 73 74 65 70 2c 6c 6f 73/);
  assertError(() => all(text("PK")), "ERR_ARROW_FORMAT", /got 50 4b/);
  assertError(() => all(new Uint8Array(64)), "ERR_ARROW_FORMAT", /got 00 00/);
});

refused("is damaged between two messages", () => {
  const damaged = bytes.slice();
  damaged[ends[1]!] = 0;
  const sequence = streamMessages(readFrom(damaged), "runs/a/iterates-0001.arrows");
  sequence.next();
  sequence.next();
  const at = new RegExp(`^runs/a/iterates-0001\\.arrows is damaged at byte ${ends[1]}: no message begins there`);
  assertError(() => sequence.next(), "ERR_ARROW_CORRUPT", at);
});

refused("has a message whose metadata cannot be read", () => {
  const damaged = bytes.slice();
  damaged.fill(0xff, ends[0]! + 8, ends[0]! + 16);
  assertError(() => all(damaged), "ERR_ARROW_CORRUPT", /metadata of a message do not match their checksum/);
  assertError(() => all(withoutChecksums(damaged)), "ERR_ARROW_CORRUPT", /without readable metadata/);
});

refused("is only an end mark", () => {
  assert.equal(all(endOfStream), { messages: [], end: { end: "marked", offset: 8, tornBytes: 0 } });
});
refused.run();
