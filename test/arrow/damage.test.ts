/** Damage of files is found, told, and passed over. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Damage, describeDamage } from "../../src/arrow/checks/damage.ts";
import { concatenate } from "../../src/arrow/encoder.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import type { Row } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { anyRecord } from "../support/arbitraryRows.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { checkFlip } from "../support/flips.ts";
import { makeRows } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { streamOf, withoutChecksums } from "../support/streams.ts";

const stream = streamOf(makeRows(11), [3, 1, 5, 2]);
const { bytes, ends, rows, parts } = stream;

function read(
  from: Uint8Array,
  strict = true,
): { readonly rows: Row[]; readonly damages: Damage[]; readonly end: string | undefined } {
  const damages: Damage[] = [];
  const reader = new RunReader(from, "f", undefined, { strict, onDamage: (damage) => damages.push(damage) });
  return { rows: [...reader], damages, end: reader.end?.end };
}

const flips = suite("damage: one bit");

flips("of any byte is noticed, and every batch that it spares is read", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.nat({ max: 8 * bytes.length - 1 }), (bit) => void seen.add(checkFlip(stream, bit))),
    { numRuns: 300 },
  );
  for (const bit of Array.from({ length: 64 }, (_, i) => 8 * ends.at(-1)! + i)) seen.add(checkFlip(stream, bit));
  assert.equal([...seen].sort(), ["batch", "end mark", "schema"]);
});

flips("of any stream of any run", () => {
  fc.assert(
    fc.property(anyRecord, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), ({ rows }, share) => {
      const any = streamOf(
        rows,
        rows.map(() => 1),
      );
      checkFlip(any, Math.floor(share * 8 * any.bytes.length));
    }),
    { numRuns: 100 },
  );
});

flips("of every bit of a message's beginning, where lengths and marks stand", () => {
  for (let bit = 0; bit < 8 * 160; bit++) checkFlip(stream, 8 * ends[2]! + bit);
});
flips.run();

const larger = suite("damage: larger parts");

larger("any stretch of any bytes is passed over, and every batch that it spares is read", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: ends[0]!, max: bytes.length - 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 3000 }),
      (at, junk) => {
        const changed = bytes.slice();
        changed.set(junk.subarray(0, bytes.length - at), at);
        const end = Math.min(bytes.length, at + junk.length);
        const spared = rows.filter((_, index) => ends[index + 1]! <= at || ends[index]! >= end);
        const same = rows.filter((_, i) => Buffer.compare(changed.subarray(ends[i], ends[i + 1]), parts[i + 1]!) === 0);
        assert.ok(spared.length <= same.length);
        assertSameRows(read(changed).rows, same.flat());
      },
    ),
  );
});

larger("zeros within a file, as a lost block leaves, do not hide what follows", () => {
  const changed = bytes.slice();
  changed.fill(0, ends[1]! - 40, ends[2]! + 24);
  const { rows: back, damages } = read(changed);
  assertSameRows(back, rows[3]!);
  assert.equal(
    damages.map(({ batches, fromStep, toStep }) => ({ batches, fromStep, toStep })),
    [
      { batches: 1, fromStep: 0, toStep: 2 },
      { batches: 2, fromStep: 3, toStep: 8 },
    ],
  );
});

larger("says which steps are lost: exactly where the head of the batch is whole, else between its neighbours", () => {
  const body = bytes.slice();
  body[ends[3]! - 1]! ^= 1;
  assert.equal(read(body).damages, [
    {
      source: "f",
      offset: ends[2]!,
      bytes: ends[3]! - ends[2]!,
      why: "a batch does not match its checksum",
      batches: 1,
      rows: 5,
      fromStep: 4,
      toStep: 8,
    },
  ]);
  const head = bytes.slice();
  head[ends[2]! + 30]! ^= 1;
  const [damage] = read(head).damages;
  assert.is(
    describeDamage(damage!),
    `f is damaged at byte ${ends[2]}: the metadata of a message do not match their checksum; 1 batch with rows of steps 4 to 8 is lost`,
  );
  const last = bytes.slice();
  last[ends[3]! + 30]! ^= 1;
  assert.match(describeDamage(read(last).damages[0]!), /rows of step 9 and later steps are lost$/);
});

larger("a length that reads as an end mark does not end the stream", () => {
  for (const message of [1, 2, 4]) {
    const changed = bytes.slice();
    new DataView(changed.buffer).setInt32(ends[message - 1]! + 4, 0, true);
    const { rows: back, damages, end } = read(changed);
    assertSameRows(back, rows.filter((_, index) => index !== message - 1).flat());
    assert.is(damages.length, 1);
    assert.is(end, "marked");
  }
});

larger("a length beyond the end does not make the rest a torn tail, unless nothing whole follows", () => {
  for (const message of [1, 4]) {
    const changed = bytes.slice();
    new DataView(changed.buffer).setInt32(ends[message - 1]! + 4, 2 ** 30, true);
    assertSameRows(read(changed).rows, rows.filter((_, index) => index !== message - 1).flat());
    assert.is(read(changed).damages.length, 1);
  }
  const torn = bytes.subarray(0, ends[3]! + 200);
  assert.equal([read(torn).damages, read(torn).end], [[], "torn"]);
});

larger("is an error for who does not ask to be told, after the rows before it", () => {
  const changed = bytes.slice();
  changed[ends[2]! - 1]! ^= 1;
  const back: Row[] = [];
  assertError(
    () => {
      for (const row of new RunReader(changed, "runs/a/iterates-0001.arrows")) back.push(row);
    },
    "ERR_ARROW_CORRUPT",
    new RegExp(`^runs/a/iterates-0001\\.arrows is damaged at byte ${ends[1]}: a batch does not match its checksum`),
  );
  assertSameRows(back, rows[0]!);
});
larger.run();

const mixed = suite("damage: streams without checksums");

mixed("are read as before and called unchecked; behind damage nothing is found", () => {
  const old = withoutChecksums(bytes);
  const reader = new RunReader(old);
  assertSameRows(reader, rows.flat());
  assert.is(reader.checked, false);
  assert.is(new RunReader(bytes).checked, true);
  const changed = old.slice();
  changed[ends[1]!] = 0;
  const { rows: back, damages } = read(changed);
  assertSameRows(back, rows[0]!);
  assert.is(damages.length, 1);
});

mixed("may stand in one stream with others, but not in a file", () => {
  const both = concatenate([parts[0]!, parts[1]!, withoutChecksums(parts[2]!), parts[3]!, parts[4]!, endOfStream]);
  assertSameRows(read(both, false).rows, rows.flat());
  const { rows: back, damages } = read(both);
  assertSameRows(back, [rows[0]!, rows[2]!, rows[3]!].flat());
  assert.is(damages[0]?.why, "a message has no checksum");
});
mixed.run();
