/** Writes files of rows anew, with what is whole of them. */
import type { AttemptFile } from "../../arrow/attemptFiles.ts";
import { type Damage, describeDamage } from "../../arrow/checks/damage.ts";
import { withOrdinal } from "../../arrow/checks/seal.ts";
import { openFile } from "../../arrow/fileSource.ts";
import { streamMessages } from "../../arrow/messages.ts";
import { otherSchemas } from "../../arrow/otherSchemas.ts";
import { readRun } from "../../arrow/readRun.ts";
import { endOfStream } from "../../arrow/recordBatch.ts";
import type { Row } from "../../arrow/row.ts";
import { isFluxionError } from "../../errors.ts";
import { newFile } from "./newFiles.ts";

/** What a new file of rows holds. */
export interface RecoveredStream {
  readonly rows: number;
  readonly lastStep: number | undefined;
}
/** Copies the whole messages of a stream. Returns undefined where there are none, or the columns are unknown. */
export function recoverStream(file: AttemptFile, to: string, lost: string[]): RecoveredStream | undefined {
  const source = openFile(file.path);
  const output = newFile(to);
  let begun = false;
  const put = (bytes: Uint8Array): void => {
    begun = true;
    output.put(bytes);
  };
  try {
    const onDamage = (damage: Damage): void => void lost.push(describeDamage(damage));
    let ordinal = 0;
    let rows: number | undefined = 0;
    let lastStep: number | undefined;
    for (const message of streamMessages(source.readAt, file.path, { strict: true, onDamage })) {
      const { kind, bytes, facts } = message;
      if (!begun && kind !== "schema") {
        const header = otherSchemas(file)(facts?.fields ?? "");
        if (header === undefined) {
          lost.push(`${file.path}: nothing else describes the columns, so its rows cannot be read`);
          return undefined;
        }
        put(header);
      }
      put(facts === undefined ? bytes : withOrdinal(bytes, ordinal++));
      if (kind !== "batch") continue;
      if (facts === undefined) rows = undefined;
      else {
        rows = rows === undefined ? undefined : rows + facts.rows;
        lastStep = facts.lastStep;
      }
    }
    if (!begun) return undefined;
    put(endOfStream);
    return rows === undefined ? countRows(to) : { rows, lastStep };
  } catch (error) {
    if (!isFluxionError(error) || error.code === "ERR_WRITE") throw error;
    if (error.code !== "ERR_ARROW_EMPTY") lost.push(error.message);
    return undefined;
  } finally {
    source.close();
    output.close();
  }
}

/** Counts the rows of a file without checksums by reading it. */
function countRows(path: string): RecoveredStream {
  let rows = 0;
  const last = lastRow(path, () => rows++);
  return { rows, lastStep: last?.step };
}

/** Reads the last row of a file. */
export function lastRow(path: string, count: () => void = () => {}): Row | undefined {
  let last: Row | undefined;
  for (const row of readRun(path, { onDamage: () => {} })) {
    last = row;
    count();
  }
  return last;
}
