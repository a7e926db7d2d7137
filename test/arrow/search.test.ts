/** The next message behind damage is looked for in pieces, and no length that a file names makes a reader go backwards. */
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { searchNext } from "../../src/arrow/checks/findMessage.ts";
import { seal } from "../../src/arrow/checks/seal.ts";
import { concatenate } from "../../src/arrow/encoder.ts";
import { type ReadAt, readFrom, streamMessages } from "../../src/arrow/messages.ts";
import { finishedSegment } from "../../src/server/finishedSegment.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRows } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf } from "../support/streams.ts";

const { parts, bytes } = streamOf(makeRows(12), [3, 4, 5]);
const [schema, first, second, third] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** What is found behind damage, at once. */
function findNext(readAt: ReadAt): { readonly at: number | undefined; readonly kind: string | undefined } {
  const work = searchNext(readAt, 0);
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

const search = suite("the search behind damage");

search("yields often, so that a server can do other work: 256 MB of damage, and the batches behind it", () => {
  const path = scratchPath("large.arrows");
  const gap = 256 * 2 ** 20;
  const file = openSync(path, "w");
  writeSync(file, schema, 0, schema.length, 0);
  writeSync(file, first, 0, first.length, schema.length);
  const behind = schema.length + first.length + gap;
  ftruncateSync(file, behind);
  writeSync(file, second, 0, second.length, behind);
  writeSync(file, third, 0, third.length, behind + second.length);
  closeSync(file);
  const warnings: string[] = [];
  const work = finishedSegment(path, 1, (text) => warnings.push(text));
  let turns = 0;
  for (;;) {
    const next = work.next();
    if (next.done === true) {
      assert.is(next.value?.rows, 12);
      break;
    }
    turns++;
  }
  assert.ok(turns >= gap / 65_536, `${turns} turns`);
  assert.is(warnings.length, 1);
});

search("is given up when nobody wants it any more, and the file is closed", () => {
  const path = scratchPath("given-up.arrows");
  const file = openSync(path, "w");
  writeSync(file, schema);
  ftruncateSync(file, 64 * 2 ** 20);
  closeSync(file);
  const work = finishedSegment(path, 1, () => undefined);
  work.next();
  assert.equal(work.return(undefined), { done: true, value: undefined });
});

search("finds a message wherever it begins, also across two pieces", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * 8192 }), (words) => {
      const junk = new Uint8Array(8 * words).fill(0x5a);
      const found = findNext(readFrom(concatenate([junk, first])));
      assert.equal([found.at, found.kind], [junk.length, "batch"]);
    }),
    { numRuns: 60 },
  );
});

search("marks without a message behind them cost no more than a look at what was read", () => {
  const marks = new Uint8Array(2 ** 20);
  const view = new DataView(marks.buffer);
  for (let at = 0; at < marks.length; at += 8) {
    view.setUint32(at, 0xffffffff, true);
    view.setInt32(at + 4, 0x7ffffff0, true);
  }
  let read = 0;
  const found = findNext((offset, length) => {
    const piece = marks.subarray(offset, offset + length);
    read += piece.length;
    return piece;
  });
  assert.is(found.at, undefined);
  assert.ok(read <= 1.1 * marks.length, `${read} bytes were read`);
});

search("a message whose checksum is right and whose length is not is damage, not an endless file", () => {
  const lengths = fc.oneof(
    fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
    fc.constantFrom(-BigInt(first.length), -8n, 2n ** 62n, -(2n ** 63n), BigInt(bytes.length) * 2n),
  );
  fc.assert(
    fc.property(lengths, (length) => {
      const forged = first.slice();
      new DataView(forged.buffer).setBigInt64(32, length, true);
      seal(forged);
      const stream = concatenate([schema, forged, second, third]);
      let seen = 0;
      for (const { offset } of streamMessages(readFrom(stream), "forged", {
        strict: true,
        onDamage: () => undefined,
      })) {
        assert.ok(offset < stream.length);
        if (++seen > 10) throw new Error("the same messages come again and again");
      }
    }),
    { numRuns: 200 },
  );
});

search.run();
