/** Attempts are merged by one rule, wherever rows are read: the server shows what `readRun` reads, whatever is damaged. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { endOfAttempt } from "../../src/arrow/attemptFiles.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import { isFluxionError } from "../../src/errors.ts";
import { decode } from "../../src/server/ipc.ts";
import { ServedRun } from "../../src/server/servedRun.ts";
import * as fc from "../support/fastCheck.ts";
import { flipped } from "../support/flips.ts";
import { makeRow, makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import { streamOf } from "../support/streams.ts";

interface Attempt {
  readonly first: number;
  readonly counts: readonly number[];
  /** Share of the bits before the one that is flipped; undefined: the file is whole. */
  readonly flip: number | undefined;
  /** Share of the file that is there. */
  readonly kept: number;
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  first: fc.nat({ max: 12 }),
  counts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  flip: fc.option(share, { nil: undefined }),
  kept: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, share),
});

function write(directory: string, attempts: readonly Attempt[]): void {
  for (const [index, { first, counts, flip, kept }] of attempts.entries()) {
    const run = makeRun({ attempt: index + 1 });
    const length = counts.reduce((sum, count) => sum + count, 0);
    const rows = Array.from({ length }, (_, i) => makeRow(run, first + i, { value: 1000 * (index + 1) + first + i }));
    const { bytes } = streamOf(rows, counts);
    const damaged = flip === undefined ? bytes : flipped(bytes, Math.floor(8 * bytes.length * flip));
    writeFileSync(join(directory, iteratesFileName(index + 1)), damaged.subarray(0, Math.ceil(kept * bytes.length)));
  }
}

type Value = readonly [step: number, value: number];

function read(directory: string): readonly Value[] {
  try {
    return [...readRun(directory, { onDamage: () => undefined })].map(({ step, value }): Value => [step, value]);
  } catch (error) {
    if (!isFluxionError(error)) throw error;
    return [];
  }
}

async function serve(directory: string, count: number): Promise<readonly Value[]> {
  const files = Array.from({ length: count }, (_, index) => ({
    attempt: index + 1,
    path: join(directory, iteratesFileName(index + 1)),
  }));
  const served = new ServedRun("example", makeRun(), files, undefined, 0, () => undefined);
  try {
    await served.prepare(() => true);
    const { ranges } = served.stretch({ segment: 0, batch: 0 }, 0);
    return ranges.flatMap(({ header, batches, fromStep, upToStep }) =>
      batches
        .flatMap((batch) => batch.read() ?? [])
        .flatMap((bytes) => [...decode(header, [bytes])])
        .flatMap((batch) => {
          const [steps, values] = [batch.getChild("step")!, batch.getChild("value")!];
          return Array.from(steps, (step, row): Value => [Number(step), Number(values.get(row))]);
        })
        .filter(([step]) => step >= fromStep && step < upToStep),
    );
  } catch (error) {
    if (!isFluxionError(error)) throw error;
    return [];
  } finally {
    served.close();
  }
}

const merging = suite("merging of attempts");

merging("the server shows the rows that readRun reads, of any attempts with any damage", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAttempt, { minLength: 1, maxLength: 4 }), async (attempts) => {
      const directory = scratchPath();
      mkdirSync(directory);
      write(directory, attempts);
      assert.equal(await serve(directory, attempts.length), read(directory));
    }),
    { numRuns: 150 },
  );
});

merging(
  "an attempt whose first batch is damaged begins behind it, and one without a schema takes another's",
  async () => {
    const directory = scratchPath();
    mkdirSync(directory);
    const whole = { flip: undefined, kept: 1 };
    const second = { first: 4, counts: [3, 3], ...whole };
    const { ends } = streamOf(
      Array.from({ length: 6 }, (_, i) => makeRow(makeRun({ attempt: 2 }), 4 + i)),
      [3, 3],
    );
    const at = (byte: number): number => byte / ends.at(-1)!;
    // A byte of the body of the first batch, and one of the schema.
    for (const [flip, expected] of [
      [at(ends[1]! - 20), [1000, 1001, 1002, 1003, 1004, 1005, 1006, 2007, 2008, 2009]],
      [at(200), [1000, 1001, 1002, 1003, 2004, 2005, 2006, 2007, 2008, 2009]],
    ] as const) {
      write(directory, [
        { first: 0, counts: [5, 5], ...whole },
        { ...second, flip },
      ]);
      const values = await serve(directory, 2);
      assert.equal(
        values.map(([, value]) => value),
        expected,
      );
      assert.equal(values, read(directory));
    }
  },
);

merging("the newest attempt wins from its first step on; one without rows takes nothing", () => {
  const naive = (firstSteps: readonly (number | undefined)[], index: number, step: number): boolean =>
    firstSteps.every((first, other) => other <= index || first === undefined || step < first);
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 9 }), { nil: undefined }), { minLength: 1 }), (firstSteps) => {
      for (let index = 0; index < firstSteps.length; index++) {
        for (let step = 0; step < 12; step++) {
          assert.is(step < endOfAttempt(firstSteps, index), naive(firstSteps, index, step));
        }
      }
    }),
  );
});

merging.run();
