/** Writes the rows of one attempt and what `run.json` says about it. */
import { join } from "node:path";
import { sealedJson } from "../arrow/checks/sealedJson.ts";
import { coreColumns } from "../arrow/coreColumns.ts";
import { thisProcess } from "../arrow/processIdentity.ts";
import type { Row, Run } from "../arrow/row.ts";
import { type AttemptEnding, iteratesFileName, type RunAttempt, type RunFile, runFileName } from "../arrow/runFile.ts";
import type { JsonValue } from "../json.ts";
import { discard, writeAtomically } from "./atomicFile.ts";
import { isEmptyFile, isSameRow, storedRows } from "./attempts.ts";
import type { Ending, Recording } from "./defineSink.ts";
import { type FileOptions, recordToFile } from "./recordToFile.ts";
import { writerPlatform, writerVersions } from "./writerInfo.ts";

const who = "runDirectory";

/** Options of {@link openAttempt}. */
interface AttemptOptions extends FileOptions {
  readonly environment?: JsonValue;
}

/**
 * Opens the file of an attempt. Rows that earlier attempts have left, bit for bit, are not written again.
 *
 * @param earlier attempts that `run.json` knows already
 * @param guard called before each write; what it throws ends the attempt, and nothing more is written
 * @param goBeside makes the directory in which the attempt goes on after its file was moved, and returns its path
 */
export function openAttempt(
  begunIn: string,
  run: Run,
  first: Row,
  earlier: readonly RunAttempt[],
  { environment, ...options }: AttemptOptions,
  guard: () => void,
  fail: (error: unknown) => void,
  goBeside: () => string,
): Recording {
  let directory = begunIn;
  let known: ReturnType<typeof storedRows> | undefined;
  let before = earlier;
  const name = iteratesFileName(run.attempt);
  const path = join(directory, name);
  // Nothing is lost with a file of no bytes, which a kill leaves between its creation and its schema.
  const file = recordToFile(who, path, run, { ...options, overwrite: isEmptyFile(path) }, fail, {
    guard,
    goBeside() {
      directory = goBeside();
      // What earlier attempts have left is not there.
      before = [];
      known?.return();
      known = undefined;
      return join(directory, name);
    },
    wentBeside: () => write(attempt),
  });
  const attempt: RunAttempt = {
    attempt: run.attempt,
    file: name,
    began: new Date().toISOString(),
    process: thisProcess(),
    leased: true,
  };
  const write = (last: RunAttempt): void => {
    const content: RunFile = {
      format: 1,
      name: run.name,
      ...(run.description === undefined ? {} : { description: run.description }),
      fields: Object.fromEntries(Object.entries(coreColumns).map(([field, { type: _, ...rest }]) => [field, rest])),
      columns: run.columns,
      settings: run.settings,
      versions: writerVersions(),
      platform: writerPlatform(),
      ...(environment === undefined ? {} : { environment }),
      attempts: [...before, last],
    };
    const { sync = false } = options;
    writeAtomically(who, join(directory, runFileName), sealedJson(content), { sync, guard });
  };
  try {
    write(attempt);
  } catch (error) {
    file.close();
    // No row was written yet, and an empty file would stand in the way of the next try.
    discard(undefined, path);
    throw error;
  }
  const own = (row: Row): Row => (row.run.attempt === run.attempt ? row : { ...plain(row), run });
  // The rows of earlier attempts, as long as they are the same; undefined from the first one that is not there.
  known = run.attempt === 1 ? undefined : storedRows(directory, run.attempt, first.step);
  let last: Row | undefined;
  const isKnown = (row: Row): boolean => {
    if (known === undefined) return false;
    const next = known.next();
    if (next.done !== true && isSameRow(row, next.value)) return true;
    known.return();
    known = undefined;
    return false;
  };
  return {
    append(row) {
      if (!isKnown(row)) file.append(own(row));
      last = row;
    },
    close(ending) {
      let problem: unknown;
      try {
        // The last row of a run that is over carries its verdict, so it belongs to the attempt that came to it.
        if (known !== undefined && ending.how === "completed" && last !== undefined) file.append(own(last));
        known?.return();
        file.close();
      } catch (error) {
        problem = error;
        file.close();
      }
      const told = problem === undefined ? ending : { how: "failed" as const, message: (problem as Error).message };
      try {
        write({ ...attempt, ended: endingOf(told, file.rows, last) });
      } catch (error) {
        problem ??= error;
      }
      if (problem !== undefined) throw problem;
    },
  };
}

/** The fields of a row, without what an iterate has beside them. */
function plain({ at: _, direction: __, ...row }: Row & { readonly at?: unknown; readonly direction?: unknown }): Row {
  return row;
}

function endingOf({ how, message }: Ending, rows: number, last: Row | undefined): AttemptEnding {
  const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  const numbers =
    last === undefined ? {} : { value: finite(last.value), squaredFieldNorm: finite(last.squaredFieldNorm) };
  return {
    how,
    ...(message === undefined ? {} : { message }),
    at: new Date().toISOString(),
    rows,
    ...(last === undefined ? {} : { status: last.status, step: last.step, seconds: last.seconds }),
    ...(last?.because === undefined ? {} : { because: last.because }),
    ...(numbers.value === undefined ? {} : { value: numbers.value }),
    ...(numbers.squaredFieldNorm === undefined ? {} : { squaredFieldNorm: numbers.squaredFieldNorm }),
  };
}
