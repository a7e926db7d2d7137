/** Laws of single-bit damage: it is never shown as data, and everything that it spares is read. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Damage, describeDamage } from "../../src/arrow/checks/damage.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile, runFileName } from "../../src/arrow/runFile.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
import { verifyRun } from "../../src/arrow/verifyRun.ts";
import { assertSameRows } from "./sameRows.ts";
import type { StreamParts } from "./streams.ts";

/** What came of one flip, to be counted. */
export type Flip = "schema" | "batch" | "end mark";

/** The bytes with one bit of them changed. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/**
 * Flips a bit of a stream and reads it: the rows are those of all batches but the one that the bit belongs to, and the
 * reader says that something is wrong. Throws otherwise.
 */
export function checkFlip({ bytes, ends, rows, parts }: StreamParts, bit: number): Flip {
  const at = bit >> 3;
  const damages: Damage[] = [];
  const reader = new RunReader(flipped(bytes, bit), "flipped", undefined, {
    strict: true,
    onDamage: (damage) => damages.push(damage),
    otherSchema: () => parts[0],
  });
  const read: Row[] = [...reader];
  const message = ends.findIndex((end) => at < end);
  const spared = rows.filter((_, index) => index !== message - 1);
  const what = `bit ${bit} (message ${message}): ${damages.map(describeDamage).join("; ")}`;
  assertSameRows(read, spared.flat(), what);
  if (damages.length === 0 && reader.end?.end === "marked") throw new Error(`${what}: the flip was not noticed`);
  if (message > 0) checkLoss(damages, rows[message - 1]!, what);
  return message === 0 ? "schema" : message < 0 ? "end mark" : "batch";
}

/** The steps that the damages name must include those of the rows that are missing. */
function checkLoss(damages: readonly Damage[], missing: readonly Row[], what: string): void {
  const [first, last] = [missing[0]!.step, missing.at(-1)!.step];
  const named = damages.some(
    ({ fromStep = Number.NEGATIVE_INFINITY, toStep = Number.POSITIVE_INFINITY }) => fromStep <= first && toStep >= last,
  );
  if (!named) throw new Error(`${what}: steps ${first} to ${last} are missing, which no damage names`);
}

/**
 * Flips bits of the files of a run directory with one attempt, and puts them back.
 *
 * `check` flips one of all `bits` on the disk: `verifyRun` says so, unless the name of a checksum's entry was hit and
 * nothing else; the rows that `readRun` gives are right, and at most one batch is missing. Throws otherwise.
 */
export function directoryFlips(directory: string): { readonly bits: number; readonly check: (bit: number) => string } {
  const good = [...readRun(directory)];
  const before = readRunFile(directory);
  const files = readdirSync(directory).map((name) => ({ name, bytes: readFileSync(join(directory, name)) }));
  const most = Math.max(...verifyRun(directory).attempts.map(({ rows, batches }) => Math.ceil(rows / batches)));
  function check(place: number): string {
    let bit = place;
    const file = files.find(({ bytes }) => {
      if (bit < 8 * bytes.length) return true;
      bit -= 8 * bytes.length;
      return false;
    })!;
    const what = `bit ${bit} of ${file.name}`;
    const demand = (holds: boolean, why: string): void => {
      if (!holds) throw new Error(`${what}: ${why}`);
    };
    writeFileSync(join(directory, file.name), flipped(file.bytes, bit));
    try {
      const report = verifyRun(directory);
      const damages: Damage[] = [];
      const rows = [...readRun(directory, { onDamage: (damage) => damages.push(damage) })];
      assertSameRows(
        rows,
        good.filter(({ step }) => rows.some((row) => row.step === step)),
        what,
      );
      if (file.name === runFileName) {
        demand(rows.length === good.length, "a row is missing");
        if (!report.whole) return file.name;
        demand(report.runFile === "unchecked", "run.json is called whole");
        const now: Readonly<Record<string, unknown>> = { ...readRunFile(directory) };
        for (const [name, value] of Object.entries(before))
          demand(isDeepStrictEqual(now[name], value), `another ${name}`);
      } else {
        demand(!report.whole, "the file is called whole");
        demand(rows.length >= good.length - most, "more than a batch is missing");
        demand(rows.length === good.length || damages.length === 1, "a batch is missing, and nothing says so");
      }
      return file.name;
    } finally {
      writeFileSync(join(directory, file.name), file.bytes);
    }
  }
  return { bits: files.reduce((sum, { bytes }) => sum + 8 * bytes.length, 0), check };
}
