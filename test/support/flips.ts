/** Laws of single-bit damage: it is never shown as data, and everything that it spares is read. */
import { type Damage, describeDamage } from "../../src/arrow/checks/damage.ts";
import type { Row } from "../../src/arrow/row.ts";
import { RunReader } from "../../src/arrow/runReader.ts";
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
