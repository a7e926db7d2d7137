/** Reads the rows of several runs in pieces, each run merged over its attempts. */
import type { Damage } from "../../arrow/checks/damage.ts";
import { readRun } from "../../arrow/readRun.ts";
import type { Row } from "../../arrow/row.ts";
import type { FoundRun } from "../runDirectories.ts";

/** Rows with the names of their runs. */
export interface RowChunk {
  readonly rows: readonly Row[];
  readonly runs: readonly string[];
}

/** Bytes of vectors and points after which a piece ends, so that memory does not grow with their length. */
const mostBytes = 64e6;

export function* rowChunks(
  runs: readonly FoundRun[],
  most: number,
  onDamage: (damage: Damage) => void,
  fromStep: (run: FoundRun) => number = () => 0,
): Generator<RowChunk, void, undefined> {
  let rows: Row[] = [];
  let names: string[] = [];
  let bytes = 0;
  for (const run of runs) {
    for (const batch of readRun(run.directory, { onDamage, fromStep: fromStep(run) }).batches()) {
      for (const row of batch) {
        rows.push(row);
        names.push(run.name);
        bytes += 8 * (row.point?.length ?? 0);
        for (const name in row.vectors) bytes += 8 * (row.vectors[name]?.length ?? 0);
        if (rows.length < most && bytes < mostBytes) continue;
        yield { rows, runs: names };
        [rows, names, bytes] = [[], [], 0];
      }
    }
  }
  if (rows.length > 0) yield { rows, runs: names };
}
