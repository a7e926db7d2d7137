import { suite } from "uvu";
import * as assert from "uvu/assert";
import { endOfStream } from "../../src/arrow/recordBatch.ts";
import { recordRun } from "../../src/arrow/recorder.ts";
import type { Row } from "../../src/arrow/row.ts";
import { assertError } from "../support/assert.ts";
import { never, record, run, until } from "../support/recording.ts";
import { makeRow, makeRows } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";

const messages = suite("recordRun: messages");

messages("are a header with the first row, batches that say their steps, and an end", () => {
  const { append, close, messages: all, batches, recorder, rows } = record({ batch: { rows: 3, ...never } });
  assert.equal(all, []);
  const given = makeRows(7, run);
  for (const row of given) append(row);
  assert.is(recorder.rows, 7);
  close();
  assert.equal(
    all.map(({ kind }) => kind),
    ["header", "batch", "batch", "batch", "end"],
  );
  assert.equal(
    batches().map(({ firstStep, lastStep }) => [firstStep, lastStep]),
    [
      [0, 2],
      [3, 5],
      [6, 6],
    ],
  );
  assertSameRows(rows(), given);
});

messages("are none at all for a run without rows", () => {
  const { close, flush, messages: all } = record({});
  flush();
  close();
  assert.equal(all, []);
});

messages("may be transferred, the end too, without harm to another recording", () => {
  for (let time = 0; time < 2; time++) {
    const { append, close, messages: all, rows } = record({});
    append(makeRow(run, 0));
    close();
    assertSameRows(rows(), [makeRow(run, 0)]);
    for (const { bytes } of all) structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  }
  assert.is(endOfStream.length, 8);
});

messages("come on demand, and none twice", () => {
  const { append, flush, close, counts, messages: all } = record({ batch: never });
  append(makeRow(run, 0));
  flush();
  flush();
  assert.equal(counts(), [1]);
  close();
  close();
  assert.is(all.length, 3);
  assert.throws(() => append(makeRow(run, 1)), /internal: the recorder of "example" is closed/);
});

messages("store the last row's point whatever k is, a full batch's too", () => {
  for (const count of [1, 4, 5, 8]) {
    const { append, close, rows } = record({ batch: { rows: 4, ...never }, points: 100 });
    for (let step = 1; step <= count; step++) append(makeRow(run, step));
    close();
    const stored = [...rows()].map(({ point }) => point !== undefined);
    assert.equal(
      stored,
      Array.from({ length: count }, (_, i) => i === count - 1),
    );
  }
});

messages("are dropped, what is not flushed, when the recording is abandoned", () => {
  const { append, abandon, close, messages: all } = record({ batch: never });
  append(makeRow(run, 0));
  abandon();
  close();
  assert.equal(
    all.map(({ kind }) => kind),
    ["header"],
  );
});
messages.run();

const errors = suite("recordRun: errors of the sink");

errors("come out of the call that caused the message", () => {
  let fail = false;
  const kinds: string[] = [];
  const recorder = recordRun(run, {
    batch: { rows: 1, ...never },
    sink({ kind }) {
      if (fail) throw new Error("the disk is full");
      kinds.push(kind);
    },
  });
  recorder.append(makeRow(run, 0));
  fail = true;
  assert.throws(() => recorder.append(makeRow(run, 1)), /the disk is full/);
  assert.throws(() => recorder.close(), /the disk is full/);
  recorder.close();
  assert.equal(kinds, ["header"]);
});

errors("go to onError when the clock closes the batch, and end the recording", async () => {
  const told: unknown[] = [];
  let writes = 0;
  const recorder = recordRun(run, {
    batch: { seconds: 0.02 },
    sink({ kind }) {
      if (kind !== "header") writes++;
      if (kind === "batch") throw new Error("the disk is full");
    },
    onError: (error) => told.push(error),
  });
  recorder.append(makeRow(run, 0));
  await until(() => told.length > 0);
  assert.match(String(told[0]), /the disk is full/);
  recorder.close();
  assert.is(writes, 1);
  assert.throws(() => recorder.append(makeRow(run, 1)), /closed/);
});

errors("of a row that cannot be encoded lose no other row", () => {
  const { append, close, rows } = record({ batch: never });
  const good: Row[] = [makeRow(run, 0), makeRow(run, 2)];
  append(good[0]!);
  assertError(() => append(makeRow(run, 1, { columns: { outcome: 9 } })), "ERR_CATEGORY");
  append(good[1]!);
  close();
  assertSameRows(rows(), good);
});
errors.run();
