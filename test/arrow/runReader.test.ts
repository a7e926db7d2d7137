import { truncateSync, writeFileSync } from "node:fs";
import { Field, Float64, Schema, tableFromArrays, tableFromIPC, tableToIPC, Utf8 } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { concatenate } from "../../src/arrow/encoder.ts";
import { openFile } from "../../src/arrow/fileSource.ts";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import { runToJson } from "../../src/arrow/runMetadata.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { runSchema, schemaMessage } from "../../src/arrow/schema.ts";
import { isFluxionError } from "../../src/errors.ts";
import { anyRecord } from "../support/arbitraryRows.ts";
import { assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf, withoutChecksums } from "../support/streams.ts";

const torn = suite("RunReader: torn streams");

torn("gives every whole batch of a file cut at any byte, drops the rest, and says so", () => {
  const { bytes, ends, rows } = streamOf(makeRows(6, makeRun({ columns: {}, settings: {} })), [2, 1, 3]);
  const path = scratchPath("torn.arrows");
  writeFileSync(path, bytes);
  for (let cut = bytes.length; cut >= 0; cut--) {
    truncateSync(path, cut);
    const source = openFile(path);
    try {
      const open = () => new RunReader(source.readAt, path);
      if (cut < ends[0]!) {
        assertError(open, "ERR_ARROW_EMPTY", cut === 0 ? /is empty/ : /ends within its schema/);
        continue;
      }
      const reader = open();
      const whole = ends.filter((end) => end <= cut).length - 1;
      assertSameRows(reader, rows.slice(0, whole).flat(), `cut at ${cut}`);
      const onBoundary = ends.includes(cut);
      assert.is(reader.end?.end, cut === bytes.length ? "marked" : onBoundary ? "open" : "torn", `cut at ${cut}`);
    } finally {
      source.close();
    }
  }
});

torn("gives every whole batch of any run cut anywhere", () => {
  fc.assert(
    fc.property(anyRecord, fc.double({ min: 0, max: 1, noNaN: true }), ({ rows }, share) => {
      const counts = rows.map(() => 1);
      const { bytes, ends } = streamOf(rows, counts);
      const cut = ends[0]! + Math.round(share * (bytes.length - ends[0]!));
      const whole = ends.filter((end) => end <= cut).length - 1;
      assertSameRows(new RunReader(bytes.subarray(0, cut)), rows.slice(0, whole));
    }),
  );
});

torn("sees in a new iteration what was appended meanwhile", () => {
  const { bytes, ends, rows } = streamOf(makeRows(6), [2, 1, 3]);
  let length = ends[1]! + 5;
  const reader = new RunReader((offset, count) => bytes.subarray(offset, Math.min(length, offset + count)), "growing");
  assertSameRows(reader, rows[0]!);
  assert.is(reader.end?.end, "torn");
  length = bytes.length;
  assertSameRows(reader, rows.flat());
  assert.is(reader.end?.end, "marked");
});

torn("holds no more than a batch: rows come before the stream is read to its end", () => {
  const { bytes, ends } = streamOf(makeRows(6), [2, 1, 3]);
  let furthest = 0;
  const reader = new RunReader((offset, count) => {
    const piece = bytes.subarray(offset, offset + count);
    furthest = Math.max(furthest, offset + piece.length);
    return piece;
  });
  reader[Symbol.iterator]().next();
  assert.is(furthest, ends[1]);
});
torn.run();

const damaged = suite("RunReader: damaged streams");

damaged(
  "gives rows or one of fluxion's errors whichever byte is changed, and the rows before the damage are right",
  () => {
    const { bytes, ends, rows } = streamOf(makeRows(5), [2, 1, 2]);
    const codes = new Set<string>();
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.slice();
        changed[at]! ^= change;
        const before = ends.filter((end) => end <= at).length - 1;
        const read = [];
        try {
          for (const row of new RunReader(changed)) read.push(row);
        } catch (error) {
          if (!isFluxionError(error)) throw error;
          codes.add(error.code);
          assert.match(error.code, /^ERR_ARROW_/);
        }
        const expected = rows.slice(0, Math.max(0, before)).flat();
        assertSameRows(read.slice(0, expected.length), expected);
      }),
      { numRuns: 1500 },
    );
    assert.ok(codes.has("ERR_ARROW_CORRUPT"));
  },
);

damaged("refuses columns of other types than a run's", () => {
  const schema = runSchema(makeRun());
  const fields = schema.fields.map((field) => (field.name === "spectrum" ? field.clone({ type: new Utf8() }) : field));
  const other = schemaMessage(new Schema(fields, schema.metadata));
  assertError(
    () => new RunReader(concatenate([other, endOfStream])),
    "ERR_ARROW_FOREIGN",
    /expected the column "spectrum" to be List<Float64>, got Utf8/,
  );
});

damaged("asks for no more memory than a file has, whatever lengths a damaged message claims", () => {
  const { ends, rows, ...stream } = streamOf(makeRows(3), [1, 2]);
  // Without checksums, since with them the damage is found at once: see damage.test.ts.
  const bytes = withoutChecksums(stream.bytes);
  const path = scratchPath("lengths.arrows");
  for (const length of [2 ** 31 - 8, 2 ** 30]) {
    const changed = bytes.slice();
    new DataView(changed.buffer).setInt32(ends[1]! + 4, length, true);
    writeFileSync(path, changed);
    const source = openFile(path);
    const reader = new RunReader(source.readAt, path);
    assertSameRows(reader, rows[0]!);
    assert.is(reader.end?.end, "torn");
    source.close();
  }
  // The body's length, eight bytes into the table that follows the vtable: see recordBatch.ts.
  for (const length of [2n ** 40n, 2n ** 62n]) {
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    const bodyLength = ends[1]! + 8 + 24;
    assert.is(Number(view.getBigInt64(bodyLength, true)) % 8, 0);
    assert.ok(view.getBigInt64(bodyLength, true) > 0n && view.getBigInt64(bodyLength, true) < 10_000n);
    view.setBigInt64(bodyLength, length, true);
    writeFileSync(path, changed);
    const source = openFile(path);
    const reader = new RunReader(source.readAt, path);
    assertSameRows(reader, rows[0]!);
    assert.is(reader.end?.end, "torn");
    source.close();
  }
});

damaged("names file, byte and reason", () => {
  const { bytes, ends } = streamOf(makeRows(3), [1, 2]);
  const changed = withoutChecksums(bytes);
  const text = Buffer.from(changed.buffer).indexOf("running", ends[1]!);
  changed[text] = 0x78;
  const reader = new RunReader(changed, "runs/a/iterates-0001.arrows");
  assertError(
    () => [...reader],
    "ERR_ARROW_CORRUPT",
    new RegExp(`^runs/a/iterates-0001\\.arrows is damaged at byte ${ends[1]}: the column "status" holds "xunning"`),
  );
});

damaged("refuses a second schema and categories that are not declared", () => {
  const { parts } = streamOf(makeRows(2), [2]);
  const twice = concatenate([parts[0]!, parts[1]!, parts[0]!]);
  assertError(() => [...new RunReader(twice)], "ERR_ARROW_CORRUPT", /a message that is not a record batch/);
  const declared = { outcome: { meaning: "m", kind: "category", values: ["accepted"] } } as const;
  const reader = new RunReader(concatenate(parts), "stream", declared);
  assertError(() => [...reader], "ERR_ARROW_CORRUPT", /"outcome" holds "stagnated", which is not declared/);
});
damaged.run();

const foreign = suite("RunReader: foreign streams");

function header(metadata: ReadonlyMap<string, string>, names: readonly string[] = ["x"]): Uint8Array {
  const fields = names.map((name) => new Field(name, name === "run" ? new Utf8() : new Float64(), true));
  return concatenate([schemaMessage(new Schema(fields, new Map(metadata))), endOfStream]);
}

foreign("refuses an Arrow stream of another program", () => {
  const stream = tableToIPC(tableFromArrays({ x: Float64Array.of(1, 2) }), "stream");
  assertError(() => new RunReader(stream, "x.arrows"), "ERR_ARROW_FOREIGN", /not of a fluxion run: .* "fluxion.run"/);
  const file = tableToIPC(tableFromArrays({ x: Float64Array.of(1, 2) }), "file");
  assertError(() => new RunReader(file, "x.arrow"), "ERR_ARROW_FORMAT", /random access/);
});

foreign("refuses a run of a later format, with broken metadata, or without a row's columns", () => {
  const run = makeRun({ columns: {} });
  const later = { ...(JSON.parse(runToJson(run)) as object), format: 2 };
  const open = (text: string) => () => new RunReader(header(new Map([["fluxion.run", text]])));
  assertError(open(JSON.stringify(later)), "ERR_ARROW_FOREIGN", /format 2, but this version of fluxion reads format 1/);
  assertError(open("{"), "ERR_ARROW_FOREIGN", /not JSON/);
  assertError(open(runToJson(run)), "ERR_ARROW_FOREIGN", /lacks the columns run, attempt, step, .*stepSize/);
});

foreign("refuses a stream that does not begin with a schema", () => {
  const { parts } = streamOf(makeRows(1), [1]);
  assertError(() => new RunReader(parts[1]!), "ERR_ARROW_FORMAT", /does not begin with a schema/);
  assertError(() => new RunReader(endOfStream), "ERR_ARROW_EMPTY", /ends within its schema/);
});

foreign("reads a run without points and commands, as a viewer gets one that asked for some columns only", () => {
  const run = makeRun();
  const rows = makeRows(3, run);
  const table = tableFromIPC(streamOf(rows, [3]).bytes);
  const names = table.schema.fields.map(({ name }) => name);
  const wanted = names.filter((name) => !["commands", "point", "spectrum", "rate"].includes(name));
  const back = [...new RunReader(tableToIPC(table.select(wanted), "stream"))];
  const expected = rows.map(({ point: _, vectors: __, ...row }) => ({ ...row, vectors: {} }));
  assertSameRows(back, expected);
});
foreign.run();

const categories = suite("RunReader: declared categories");

categories("number a file's categories by declarations that several files share", () => {
  const run = makeRun();
  const rows = [0, 1, 2].map((step) => makeRow(run, step));
  const declared = {
    outcome: { meaning: "m", kind: "category", values: ["failed", "stagnated", "new", "accepted"] },
  } as const;
  const reader = new RunReader(streamOf(rows, [3]).bytes, "stream", declared);
  assert.equal(
    [...reader].map(({ columns }) => columns.outcome),
    [3, 1, 0],
  );
});
categories.run();
