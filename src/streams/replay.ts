import { Observable } from "rxjs";
import { openFile, readFailure } from "../arrow/fileSource.ts";
import type { Column, Row, Run } from "../arrow/row.ts";
import { RunReader } from "../arrow/runReader.ts";
import { failure, isFluxionError } from "../errors.ts";
import { builtin, cancelTurn, nextTurn, type Turn } from "../host.ts";

/** Options of {@link replay}. */
export interface ReplayOptions {
  /**
   * Attempts of a resumed run that are replayed. `newest`: one sequence of rows with one `run`, in which the rows of a
   * newer attempt replace those of the steps that it did again. `all`: every attempt from its beginning, the oldest
   * first, each with a `run` of its own. Default `newest`.
   */
  readonly attempts?: "newest" | "all";
  /**
   * Milliseconds of work between two yields to the event loop; Infinity: everything happens inside `subscribe`.
   * Default 2.
   */
  readonly slice?: number;
}

/**
 * Replays the rows of a recorded run as they were: row measures and sinks take them like those of a live run.
 *
 * The stream is cold: each subscription reads the files anew, one batch at a time. What a killed writer left torn at
 * the end is dropped. Of a run that still goes on, the rows written so far are replayed. The stream completes after the
 * last row.
 *
 * Cost: about 2 us per row (`npm run bench -- stream`).
 *
 * @example replay("runs/a").pipe(filter((row) => row.columns.flat === 1)).subscribe((row) => console.log(row.step));
 * @param path path of a run directory, or of one `.arrows` file
 * @param options {@link ReplayOptions}
 * @throws ERR_OPTION_RANGE at once; in the stream ERR_READ, ERR_RUN_FILE for a directory without rows, ERR_ARROW_EMPTY,
 *   ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN, ERR_ARROW_CORRUPT (after the rows before the damage), ERR_COLUMN_CONFLICT
 */
export function replay(path: string, options: ReplayOptions = {}): Observable<Row> {
  const { attempts = "newest", slice = 2 } = options;
  if (attempts !== "newest" && attempts !== "all") {
    throw failure("ERR_OPTION_RANGE", `replay: expected attempts to be "newest" or "all", got ${String(attempts)}`);
  }
  if (!(slice > 0)) {
    throw failure("ERR_OPTION_RANGE", `replay: expected slice to be a positive number of milliseconds, got ${slice}`);
  }
  return new Observable((subscriber) => {
    const batches = readBatches(path, attempts);
    let waiting: Turn | undefined;
    const work = (): void => {
      const until = performance.now() + slice;
      try {
        do {
          const next = batches.next();
          if (next.done === true) {
            subscriber.complete();
            return;
          }
          for (const row of next.value) {
            if (subscriber.closed) return;
            subscriber.next(row);
          }
        } while (performance.now() < until && !subscriber.closed);
      } catch (error) {
        subscriber.error(error);
        return;
      }
      if (!subscriber.closed) waiting = nextTurn(work);
    };
    subscriber.add(() => {
      cancelTurn(waiting);
      batches.return();
    });
    if (slice === Number.POSITIVE_INFINITY) work();
    else waiting = nextTurn(work);
  });
}

/** One attempt's file. */
interface Attempt {
  readonly path: string;
  readonly run: Run;
  /** Step of its first row; Infinity where it does not have a row. */
  readonly firstStep: number;
}

function* readBatches(path: string, which: "newest" | "all"): Generator<readonly Row[], void, undefined> {
  const files = filesOf(path);
  if (files.length === 1) {
    yield* rowsOf(files[0]!);
    return;
  }
  const attempts = files.flatMap((file) => lookAt(file));
  if (attempts.length === 0) {
    throw failure("ERR_ARROW_EMPTY", `replay: no attempt in ${path} has any row; was the run killed at the start?`);
  }
  const merged = which === "newest" ? mergeRuns(attempts.map(({ run }) => run)) : undefined;
  for (const [index, { path: file, firstStep }] of attempts.entries()) {
    if (firstStep === Number.POSITIVE_INFINITY) continue;
    if (merged === undefined) {
      yield* rowsOf(file);
      continue;
    }
    const upTo = Math.min(...attempts.slice(index + 1).map((later) => later.firstStep));
    for (const rows of rowsOf(file, merged)) {
      const kept = rows.filter((row) => row.step < upTo);
      if (kept.length > 0) yield kept.map((row) => ({ ...row, run: merged }));
      if (kept.length < rows.length) break;
    }
  }
}

/** The files of the attempts in a directory, the oldest first; for a file, that file. */
function filesOf(path: string): readonly string[] {
  let names: readonly string[];
  try {
    const { readdirSync, statSync } = builtin("node:fs", "replay");
    if (!statSync(path).isDirectory()) return [path];
    names = readdirSync(path);
  } catch (error) {
    throw readFailure(path, error);
  }
  const files = names.filter((name) => /^iterates-\d+\.arrows$/.test(name)).sort();
  if (files.length === 0) {
    throw failure("ERR_RUN_FILE", `replay: ${path} is not a run directory: it does not hold iterates-0001.arrows`);
  }
  return files.map((name) => `${path}/${name}`);
}

function* rowsOf(file: string, declared?: Run): Generator<readonly Row[], void, undefined> {
  const source = openFile(file);
  try {
    yield* new RunReader(source.readAt, file, declared?.columns).batches();
  } finally {
    source.close();
  }
}

/** Reads run and first step of an attempt; an attempt that was killed before its first row gives an empty list. */
function lookAt(path: string): readonly Attempt[] {
  const source = openFile(path);
  try {
    const reader = new RunReader(source.readAt, path);
    const first = reader[Symbol.iterator]().next();
    return [{ path, run: reader.run, firstStep: first.done === true ? Number.POSITIVE_INFINITY : first.value.step }];
  } catch (error) {
    if (isFluxionError(error) && error.code === "ERR_ARROW_EMPTY") return [];
    throw error;
  } finally {
    source.close();
  }
}

/** Merges runs into the newest one, with the columns and categories that any attempt had. */
function mergeRuns(runs: readonly Run[]): Run {
  const columns: Record<string, Column> = {};
  for (const run of runs) {
    for (const [name, column] of Object.entries(run.columns)) {
      const before = columns[name];
      if (before !== undefined && (before.kind ?? "number") !== (column.kind ?? "number")) {
        throw failure(
          "ERR_COLUMN_CONFLICT",
          `replay: the column "${name}" of "${run.name}" is a ${before.kind ?? "number"} in one attempt and a ${column.kind ?? "number"} in another; ` +
            'read the attempts one by one with { attempts: "all" }',
        );
      }
      const values = [...new Set([...(column.values ?? []), ...(before?.values ?? [])])];
      columns[name] = values.length === 0 ? column : { ...column, values };
    }
  }
  return { ...runs.at(-1)!, columns };
}
