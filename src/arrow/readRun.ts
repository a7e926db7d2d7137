import { path as pathRule } from "../arguments.ts";
import { failure, isFluxionError } from "../errors.ts";
import { builtin } from "../host.ts";
import { checkOption, readOptions } from "../options.ts";
import { type AttemptFile, attemptFiles, attemptOf, endOfAttempt } from "./attemptFiles.ts";
import type { Damage } from "./checks/damage.ts";
import { corrupt } from "./checks/losses.ts";
import type { BatchFacts } from "./checks/seal.ts";
import { openFile, readFailure } from "./fileSource.ts";
import { otherSchemas } from "./otherSchemas.ts";
import type { Column, Row, Run } from "./row.ts";
import { readRunFile } from "./runFile.ts";
import { RunReader } from "./runReader.ts";

/** Options of {@link readRun}. */
export interface ReadRunOptions {
  /**
   * Attempts of a resumed run that are read. `newest`: one sequence of rows with one `run`, in which an attempt stands
   * for every step from its first one on, so that the rows of older attempts from there on are left out. `all`: every
   * attempt from its beginning, the oldest first, each with a `run` of its own. Default `newest`.
   */
  readonly attempts?: "newest" | "all";
  /** First step that is read. Default 0. */
  readonly fromStep?: number;
  /** Last step that is read. Default Infinity. */
  readonly toStep?: number;
  /**
   * Function that gets each damaged part, which is then passed over: `describeDamage` of `fluxion/arrow` says in words
   * what is lost. Default: damage is an error, after the rows before it.
   */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
}

/** Rules of {@link ReadRunOptions}. */
export const readRunRules = {
  attempts: { default: "newest", oneOf: ["newest", "all"] },
  fromStep: { default: 0 },
  toStep: { default: Number.POSITIVE_INFINITY, infinite: true },
  onDamage: { expected: "a function of the damage", is: (value: unknown) => typeof value === "function" },
} as const;

/** Rows of a recorded run, read from its files anew by each iteration, one batch at a time. */
export interface RecordedRows extends Iterable<Row> {
  /** Yields the rows batch by batch, which costs less per row. A batch is never empty. */
  readonly batches: () => Generator<readonly Row[], void, undefined>;
}

/**
 * Reads the rows of a recorded run: every file of a run directory by one rule, or one file.
 *
 * Of a run that was resumed there are several attempts, which overlap: **the newest attempt wins, from its first step
 * on.** The rows that remain are those of the run as it went on, each step once. The `run` of all rows is that of the
 * newest attempt, with the columns and categories that any attempt had.
 *
 * What a killed writer left torn at the end is dropped. Of a run that still goes on, the rows written so far are read.
 * Checksums are checked, and the number of rows is held against what `run.json` says. Batches outside the steps that
 * are wanted are left unread, so the first steps of a long run come at once. Attempts begin at different steps but have
 * increasing steps themselves; in a file that merges several runs, any batch may hold a step that is wanted.
 *
 * Other programs merge by the same rule: see "Reading a run elsewhere" in docs/concepts.md.
 *
 * Cost: about 2 us per row.
 *
 * @example
 * for (const row of readRun("runs/a", { fromStep: 100, toStep: 102 })) console.log(row.step, row.value);
 * @param path path of a run directory, or of one `.arrows` file
 * @param options {@link ReadRunOptions}
 * @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, ERR_OPTION_RANGE at once; while rows are read ERR_READ, ERR_RUN_FILE for
 *   a directory without rows, ERR_ARROW_EMPTY, ERR_ARROW_FORMAT, ERR_ARROW_FOREIGN, ERR_COLUMN_CONFLICT, and
 *   ERR_ARROW_CORRUPT unless there is an `onDamage`
 */
export function readRun(path: string, options: ReadRunOptions = {}): RecordedRows {
  const wanted = readOptions("readRun", options, readRunRules);
  checkOption("readRun", "path", path, pathRule);
  const batches = (): Generator<readonly Row[], void, undefined> => readBatches(path, wanted);
  return {
    batches,
    *[Symbol.iterator]() {
      for (const rows of batches()) yield* rows;
    },
  };
}

/** Which rows of which file are read. */
interface Part {
  readonly file: AttemptFile;
  /** The run that the rows get; undefined: that of the file. */
  readonly run?: Run;
  readonly fromStep: number;
  /** Step before which the part ends. */
  readonly beforeStep: number;
  /** Whether the steps of the file increase. */
  readonly ordered: boolean;
  readonly onDamage: ((damage: Damage) => void) | undefined;
}

type Wanted = Required<Omit<ReadRunOptions, "onDamage">> & Pick<Part, "onDamage">;

function* readBatches(path: string, wanted: Wanted): Generator<readonly Row[], void, undefined> {
  const { attempts: which, fromStep, toStep, onDamage } = wanted;
  // Steps are integers.
  const part = { fromStep, beforeStep: Math.floor(toStep) + 1, ordered: true, onDamage };
  if (!isDirectory(path)) {
    yield* rowsOf({ ...part, file: { path, attempt: attemptOf(nameOf(path)) ?? 1 }, ordered: false });
    return;
  }
  const files = attemptFiles(path);
  if (files.length === 1) {
    yield* rowsOf({ ...part, file: files[0]! });
    return;
  }
  const attempts = files.flatMap((file) => lookAt(file, onDamage));
  if (attempts.length === 0) {
    throw failure("ERR_ARROW_EMPTY", `replay: no attempt in ${path} has any row; was the run killed at the start?`);
  }
  const merged = which === "newest" ? mergeRuns(attempts.map(({ run }) => run)) : undefined;
  const firstSteps = attempts.map(({ firstStep }) => firstStep);
  for (const [index, { file, firstStep }] of attempts.entries()) {
    if (firstStep === Number.POSITIVE_INFINITY) continue;
    if (merged === undefined) {
      yield* rowsOf({ ...part, file });
      continue;
    }
    const beforeStep = Math.min(part.beforeStep, endOfAttempt(firstSteps, index));
    yield* rowsOf({ ...part, file, run: merged, beforeStep });
  }
}

function* rowsOf(part: Part): Generator<readonly Row[], void, undefined> {
  const { file, run, fromStep, beforeStep, ordered, onDamage } = part;
  const source = openFile(file.path);
  let rowsRead = 0;
  let damaged = false;
  let whole = true;
  const select = ({ firstStep, lastStep }: BatchFacts): "read" | "skip" | "stop" => {
    const choice = firstStep >= beforeStep ? (ordered ? "stop" : "skip") : lastStep < fromStep ? "skip" : "read";
    if (choice !== "read") whole = false;
    return choice;
  };
  const tell =
    onDamage &&
    ((damage: Damage): void => {
      damaged = true;
      // Rows that are not wanted are not missed.
      if (
        damage.batches === 0 ||
        ((damage.fromStep ?? fromStep) < beforeStep && (damage.toStep ?? fromStep) >= fromStep)
      )
        onDamage(damage);
    });
  try {
    const otherSchema = otherSchemas(file);
    const reader = new RunReader(source.readAt, file.path, run?.columns, {
      strict: true,
      select,
      onDamage: tell,
      otherSchema,
    });
    for (const rows of reader.batches()) {
      rowsRead += rows.length;
      const kept = rows.filter(({ step }) => step >= fromStep && step < beforeStep);
      if (kept.length > 0) yield run === undefined ? kept : kept.map((row) => ({ ...row, run }));
      if (ordered && rows.at(-1)!.step >= beforeStep) return;
    }
  } finally {
    source.close();
  }
  if (whole && !damaged) checkCount(file, rowsRead, onDamage);
}

/** Holds the number of rows that were read against the one that `run.json` keeps of an attempt that has ended. */
function checkCount({ path, attempt }: AttemptFile, rows: number, onDamage: Part["onDamage"]): void {
  const expected = endedRows(path, attempt);
  if (expected === undefined || rows >= expected) return;
  const why = `it has ${rows} of the ${expected} rows that run.json counts`;
  const { size } = builtin("node:fs", "readRun").statSync(path);
  if (onDamage === undefined) throw corrupt(path, size, why);
  const lost = { batches: undefined, rows: expected - rows, fromStep: undefined, toStep: undefined };
  onDamage({ source: path, offset: size, bytes: 0, why, ...lost });
}

function endedRows(path: string, attempt: number): number | undefined {
  const name = nameOf(path);
  try {
    const { attempts } = readRunFile(path.slice(0, -name.length - 1) || "/");
    return attempts.find((each) => each.attempt === attempt && each.file === name)?.ended?.rows;
  } catch {
    // Rows can be read without run.json, and `fluxion verify` says what it lacks.
    return undefined;
  }
}

interface Attempt {
  readonly file: AttemptFile;
  readonly run: Run;
  /** Step of its first row; Infinity where it does not have a row. */
  readonly firstStep: number;
}

/** Reads run and first step of an attempt; an attempt that was killed before its first row gives an empty list. */
function lookAt(file: AttemptFile, onDamage: Part["onDamage"]): readonly Attempt[] {
  const source = openFile(file.path);
  try {
    const quiet = onDamage && ((): void => {});
    const otherSchema = otherSchemas(file);
    const reader = new RunReader(source.readAt, file.path, undefined, { strict: true, onDamage: quiet, otherSchema });
    const first = reader[Symbol.iterator]().next();
    return [{ file, run: reader.run, firstStep: first.done === true ? Number.POSITIVE_INFINITY : first.value.step }];
  } catch (error) {
    if (!isFluxionError(error)) throw error;
    if (error.code === "ERR_ARROW_EMPTY") return [];
    if (onDamage === undefined || !error.code.startsWith("ERR_ARROW_")) throw error;
    // A file of which nothing can be read must not hide the other attempts.
    const { size } = builtin("node:fs", "readRun").statSync(file.path);
    const lost = { batches: undefined, rows: undefined, fromStep: undefined, toStep: undefined };
    onDamage({ source: file.path, offset: 0, bytes: size, why: error.message, ...lost });
    return [];
  } finally {
    source.close();
  }
}

function isDirectory(path: string): boolean {
  try {
    return builtin("node:fs", "replay").statSync(path).isDirectory();
  } catch (error) {
    throw readFailure(path, error);
  }
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
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
