import { failure } from "../errors.ts";
import { builtin } from "../host.ts";
import type { JsonValue } from "../json.ts";
import { isAlive, type WriterProcess } from "./processIdentity.ts";
import type { Columns, Settings, Status } from "./row.ts";
import { columnsFrom, settingsFrom } from "./runMetadata.ts";

/** Name of the file that describes a run directory. */
export const runFileName = "run.json";

/** Name of the file with an attempt's rows: `iterates-0001.arrows`. */
export function iteratesFileName(attempt: number): string {
  return `iterates-${String(attempt).padStart(4, "0")}.arrows`;
}

/** How an attempt ended. Numbers of the last row are missing if it had none, or if they are not finite. */
export interface AttemptEnding {
  /** `completed`: the stream did; `failed`: an error came down; `interrupted`: somebody unsubscribed, or the process left. */
  readonly how: "completed" | "failed" | "interrupted";
  /** Of the error. */
  readonly message?: string;
  /** ISO 8601. */
  readonly at: string;
  /** Rows in the file. */
  readonly rows: number;
  /** Of the last row that came; the run's verdict. */
  readonly status?: Status;
  readonly step?: number;
  readonly seconds?: number;
  readonly value?: number;
  readonly squaredFieldNorm?: number;
}

const endings: readonly string[] = ["completed", "failed", "interrupted"] satisfies AttemptEnding["how"][];

export interface RunAttempt {
  readonly attempt: number;
  /** Within the run directory. */
  readonly file: string;
  /** ISO 8601. */
  readonly began: string;
  /** Who writes: without an ending, the attempt runs as long as this process does. */
  readonly process: WriterProcess;
  readonly ended?: AttemptEnding;
}

/** What `run.json` holds. */
export interface RunFile {
  readonly format: 1;
  readonly name: string;
  /** Problem, options, seed, data hash: what the experiment said of itself. */
  readonly description?: JsonValue;
  /** What every row has, by name. */
  readonly fields: Readonly<Record<string, { readonly meaning: string; readonly unit?: string }>>;
  /** What the operators measured, by name. */
  readonly columns: Columns;
  readonly settings: Settings;
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: Readonly<Record<string, JsonValue>>;
  /** Executor, BLAS, threads: what the writer was told to note. */
  readonly environment?: JsonValue;
  readonly attempts: readonly RunAttempt[];
}

/** `killed`: the attempt has no ending and its process is gone. */
export type RunState = "running" | "completed" | "failed" | "interrupted" | "killed";

/**
 * Reads `run.json` of a run directory.
 *
 * @throws ERR_RUN_FILE if it is missing, no JSON, or of another format
 * @example runState(readRunFile("runs/a")) // "completed"
 */
export function readRunFile(directory: string): RunFile {
  const path = `${directory}/${runFileName}`;
  let text: string;
  try {
    text = builtin("node:fs", "readRunFile").readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw failure("ERR_RUN_FILE", `${directory} is no run directory: it has no ${runFileName}`, { cause: error });
    }
    throw failure("ERR_READ", `cannot read ${path}: ${message}`, { cause: error });
  }
  let data: Partial<RunFile> | null;
  try {
    data = JSON.parse(text) as Partial<RunFile> | null;
  } catch (error) {
    throw failure("ERR_RUN_FILE", `${path} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const damaged = (what: string): Error =>
    failure("ERR_RUN_FILE", `${path} ${what}; expected a file that runDirectory() wrote`);
  if (typeof data !== "object" || data === null) throw damaged("holds no object");
  if (data.format !== 1) {
    throw damaged(`has format ${JSON.stringify(data.format)}, this version of fluxion reads format 1`);
  }
  const columns = columnsFrom(data.columns);
  if (typeof data.name !== "string" || columns === undefined) throw damaged("lacks the run's name or columns");
  const attempts = data.attempts;
  if (!Array.isArray(attempts) || !attempts.every(isAttempt)) throw damaged("lacks the list of attempts");
  return { ...(data as RunFile), columns, settings: settingsFrom(data.settings) };
}

/** How a run stands, by its newest attempt. */
export function runState(run: RunFile): RunState {
  const newest = run.attempts.at(-1);
  if (newest === undefined) return "killed";
  if (newest.ended !== undefined) return newest.ended.how;
  return isAlive(newest.process) ? "running" : "killed";
}

function isAttempt(value: unknown): value is RunAttempt {
  const attempt = value as Partial<RunAttempt> | null;
  return (
    typeof attempt === "object" &&
    attempt !== null &&
    Number.isInteger(attempt.attempt) &&
    typeof attempt.file === "string" &&
    typeof attempt.process?.pid === "number" &&
    typeof attempt.process.host === "string" &&
    (attempt.ended === undefined || isEnding(attempt.ended))
  );
}

function isEnding(value: unknown): value is AttemptEnding {
  const ending = value as Partial<AttemptEnding> | null;
  return (
    typeof ending === "object" &&
    ending !== null &&
    typeof ending.how === "string" &&
    endings.includes(ending.how) &&
    typeof ending.rows === "number"
  );
}
