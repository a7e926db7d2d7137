/** `readRun` on directories: the order of attempts, the steps that are wanted, damage; and what `verifyRun` says. */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Damage, describeDamage } from "../../src/arrow/checks/damage.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import type { Row } from "../../src/arrow/row.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { isFluxionError } from "../../src/errors.ts";
import { arrowFile } from "../../src/sinks/arrowFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { assertError } from "../support/assert.ts";
import { valuesOf } from "../support/collect.ts";
import * as fc from "../support/fastCheck.ts";
import { directoryFlips } from "../support/flips.ts";
import { makeRow, makeRows, makeRun } from "../support/rows.ts";
import { assertSameRows } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf, withoutChecksums } from "../support/streams.ts";

type Span = readonly [attempt: number, from: number, to: number];

/** Rows `from` to `to` - 1 of an attempt; `seconds` tells whose they are. */
const spanRows = ([attempt, begin, end]: Span): Row[] =>
  Array.from({ length: end - begin }, (_, i) => makeRow(makeRun({ attempt }), begin + i, { seconds: attempt }));

/** A directory without `run.json`, with these attempts in batches of two rows. */
function directoryOf(spans: readonly Span[]): string {
  const path = scratchPath();
  mkdirSync(path);
  for (const span of spans) {
    const rows = spanRows(span);
    const counts = Array.from({ length: Math.ceil(rows.length / 2) }, () => 2);
    writeFileSync(join(path, iteratesFileName(span[0])), streamOf(rows, counts).bytes);
  }
  return path;
}
const shown = (rows: Iterable<Row>): string => [...rows].map(({ step, seconds }) => `${step}:${seconds}`).join(" ");

const merging = suite("readRun: attempts");

merging("come in the order of their numbers, beyond 9999 too", () => {
  const path = directoryOf([
    [9998, 0, 6],
    [9999, 2, 5],
    [10_000, 3, 5],
    [10_001, 4, 6],
  ]);
  assert.is(shown(readRun(path)), "0:9998 1:9998 2:9999 3:10000 4:10001 5:10001");
  assert.equal(
    [...new Set([...readRun(path, { attempts: "all" })].map(({ run }) => run.attempt))],
    [9998, 9999, 10_000, 10_001],
  );
  assert.equal(
    verifyRun(path).attempts.map(({ attempt }) => attempt),
    [9998, 9999, 10_000, 10_001],
  );
});

merging("the newest wins from its first step on, whatever the attempts are, within any steps", () => {
  const span = fc.tuple(fc.integer({ min: 1, max: 12_000 }), fc.nat({ max: 8 }), fc.integer({ min: 1, max: 7 }));
  const spans = fc.uniqueArray(span, { minLength: 1, maxLength: 4, selector: ([attempt]) => attempt });
  fc.assert(
    fc.property(spans, fc.nat({ max: 10 }), fc.nat({ max: 10 }), (given, fromStep, length) => {
      const attempts = given.map(([attempt, begin, count]): Span => [attempt, begin, begin + count]);
      attempts.sort(([a], [b]) => a - b);
      const path = directoryOf(attempts);
      const toStep = fromStep + length;
      const expected = attempts.flatMap((each, index) =>
        spanRows(each).filter(({ step }) => attempts.slice(index + 1).every(([, begin]) => step < begin)),
      );
      assert.is(shown(readRun(path)), shown(expected));
      const within = expected.filter(({ step }) => step >= fromStep && step <= toStep);
      assert.is(shown(readRun(path, { fromStep, toStep })), shown(within));
    }),
    { numRuns: 60 },
  );
});
merging.run();

const steps = suite("readRun: steps");

steps("reads no further than the last step that is wanted, and skips what lies before the first", () => {
  const path = directoryOf([[1, 0, 40]]);
  const file = join(path, iteratesFileName(1));
  const { ends } = streamOf(
    spanRows([1, 0, 40]),
    Array.from({ length: 20 }, () => 2),
  );
  const bytes = readFileSync(file);
  // Whatever is not wanted would be an error if it were read.
  bytes.fill(0x55, ends[3]!, ends[15]);
  writeFileSync(file, bytes);
  assert.equal(
    [...readRun(path, { toStep: 3 })].map(({ step }) => step),
    [0, 1, 2, 3],
  );
  assertError(() => [...readRun(path, { toStep: 8 })], "ERR_ARROW_CORRUPT", /damaged at byte/);
  const bodies = Buffer.from(
    streamOf(
      spanRows([1, 0, 40]),
      Array.from({ length: 20 }, () => 2),
    ).bytes,
  );
  for (const end of ends.slice(1, 15)) bodies[end - 1]! ^= 1;
  writeFileSync(file, bodies);
  assert.equal(
    [...readRun(path, { fromStep: 30, toStep: 32 })].map(({ step }) => step),
    [30, 31, 32],
  );
});

steps("of a file that holds several runs may stand anywhere", async () => {
  const path = scratchPath("merged.arrows");
  const runs = ["a", "b"].flatMap((name) => Array.from({ length: 6 }, (_, step) => makeRow(makeRun({ name }), step)));
  await valuesOf(from(runs).pipe(arrowFile(path, { merged: true, batch: { rows: 2 } })));
  assertSameRows(
    readRun(path, { fromStep: 1, toStep: 2 }),
    runs.filter(({ step }) => step === 1 || step === 2),
  );
});

steps("that are none are refused at once", () => {
  assertError(() => readRun("x", { toStep: Number.NaN }), "ERR_OPTION_RANGE", /toStep/);
  assertError(() => readRun("x", { onDamage: 3 as never }), "ERR_OPTION_TYPE", /onDamage/);
  assertError(() => readRun("x", { from: 3 } as never), "ERR_OPTION_UNKNOWN", /from/);
});
steps.run();

const whole = suite("verifyRun");

async function recorded(rows = makeRows(9)): Promise<string> {
  const path = scratchPath();
  await valuesOf(from(rows).pipe(runDirectory(path, { batch: { rows: 3 } })));
  return path;
}

whole("finds a run whole, and says what there is", async () => {
  const path = await recorded();
  const { whole, runFile, attempts, problems } = verifyRun(path);
  assert.equal([whole, runFile, problems], [true, "whole", []]);
  const [{ rows, batches, firstStep, lastStep, checked, end, expectedRows }] = attempts as [(typeof attempts)[0] & {}];
  assert.equal({ rows, batches, firstStep, lastStep }, { rows: 9, batches: 3, firstStep: 0, lastStep: 8 });
  assert.equal([checked, end, expectedRows], [true, "marked", 9]);
});

whole("no flipped bit of any file of a run is shown as good, and everything that it spares is read", async () => {
  const path = await recorded();
  const { bits, check } = directoryFlips(path);
  fc.assert(
    fc.property(fc.nat({ max: bits - 1 }), (bit) => void check(bit)),
    { numRuns: 300 },
  );
});

whole("a damaged schema costs no row where run.json or another attempt describes the columns", async () => {
  const path = await recorded();
  const file = join(path, iteratesFileName(1));
  const bytes = readFileSync(file);
  bytes[200]! ^= 1;
  writeFileSync(file, bytes);
  const damages: Damage[] = [];
  assertSameRows(readRun(path, { onDamage: (damage) => damages.push(damage) }), makeRows(9));
  assert.match(damages.map(describeDamage).join(), /damaged at byte 0: .*; no rows are lost$/);
  writeFileSync(join(path, "run.json"), "{}");
  assertError(() => [...readRun(path, { onDamage: () => {} })], "ERR_ARROW_CORRUPT", /its schema is damaged/);
  writeFileSync(join(path, iteratesFileName(2)), streamOf(spanRows([2, 20, 22]), [2]).bytes);
  assert.is([...readRun(path, { onDamage: () => {} })].length, 11);
});

whole("holds the number of rows against run.json, so that a file cut between two batches is noticed", async () => {
  const path = await recorded();
  const file = join(path, iteratesFileName(1));
  const { ends } = streamOf(makeRows(9), [3, 3, 3], { points: "budget" });
  truncateSync(file, ends[2]!);
  assertError(() => [...readRun(path)], "ERR_ARROW_CORRUPT", /it has 6 of the 9 rows that run\.json counts/);
  const damages: Damage[] = [];
  assert.is([...readRun(path, { onDamage: (damage) => damages.push(damage) })].length, 6);
  assert.is(damages[0]?.rows, 3);
  assert.match(verifyRun(path).problems.join("\n"), /has 6 whole rows, but run\.json counts 9/);
});

whole("says what is missing, and that files of earlier versions are unchecked", async () => {
  const path = await recorded();
  const file = join(path, iteratesFileName(1));
  writeFileSync(file, withoutChecksums(readFileSync(file)));
  const old = verifyRun(path);
  assert.equal([old.whole, old.attempts[0]?.checked, old.attempts[0]?.rows], [true, false, 9]);
  const lost = await recorded();
  truncateSync(join(lost, iteratesFileName(1)), 0);
  assert.is(verifyRun(lost).whole, false);
  const empty = scratchPath();
  mkdirSync(empty);
  assertError(() => verifyRun(empty), "ERR_RUN_FILE", /is not a run directory/);
  assertError(() => verifyRun(scratchPath("none")), "ERR_READ", /there is no such file/);
});

whole("calls a run whole that was killed at any byte: its torn tail is none of its rows", () => {
  const path = scratchPath();
  mkdirSync(path);
  const file = join(path, iteratesFileName(1));
  const { bytes } = streamOf(makeRows(4), [2, 2]);
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    writeFileSync(file, bytes.subarray(0, cut));
    const { problems } = verifyRun(path);
    assert.equal(problems, [`${path}/run.json is missing`], `cut at ${cut}`);
    try {
      for (const row of readRun(path)) assert.ok(row.step < 4);
    } catch (error) {
      assert.ok(isFluxionError(error) && error.code === "ERR_ARROW_EMPTY", `cut at ${cut}`);
    }
  }
});
whole.run();
