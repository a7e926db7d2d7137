import { thing } from "../arguments.ts";
import { failure, isFluxionError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkOption } from "../options.ts";
import { shellWord } from "../shellWord.ts";
import { readOwnFile } from "./checks/ownFiles.ts";
import { jsonSeal } from "./checks/sealedJson.ts";
import { isAlive, type WriterProcess } from "./processIdentity.ts";
import type { Columns, Settings, Status } from "./row.ts";
import { columnsFrom, settingsFrom } from "./runMetadata.ts";
import { writerState } from "./signOfLife.ts";

/** Name of the file that describes a run directory. */
export const runFileName = "run.json";

/**
 * Names the file with the rows of an attempt.
 *
 * @example iteratesFileName(1) // "iterates-0001.arrows"
 */
export function iteratesFileName(attempt: number): string {
  checkOption("iteratesFileName", "attempt", attempt, { integer: true, min: 1 });
  return `iterates-${String(attempt).padStart(4, "0")}.arrows`;
}

/** How an attempt ended. Numbers of the last row are missing if there was none, or if they are not finite. */
export interface AttemptEnding {
  /**
   * - `completed`: the stream completed
   * - `failed`: an error came down the stream
   * - `interrupted`: somebody unsubscribed, or the process exited
   */
  readonly how: "completed" | "failed" | "interrupted";
  /** Message of the error. */
  readonly message?: string;
  /** Time of the ending, in ISO 8601. */
  readonly at: string;
  /** Number of rows in the file. */
  readonly rows: number;
  /** Status of the last row that came, which is the verdict of the run. */
  readonly status?: Status;
  /** Why the run ended so, where the numbers do not say it. */
  readonly because?: string;
  readonly step?: number;
  readonly seconds?: number;
  readonly value?: number;
  readonly squaredFieldNorm?: number;
}

const endings: readonly string[] = ["completed", "failed", "interrupted"] satisfies AttemptEnding["how"][];

/** An attempt at a run. The first one begins the run, the others resume it. */
export interface RunAttempt {
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** Name of the file with its rows, within the run directory. */
  readonly file: string;
  /** Time of the beginning, in ISO 8601. */
  readonly began: string;
  /** Process that writes. An attempt without an ending runs as long as this process does. */
  readonly process: WriterProcess;
  /** Whether the process writes under a lease, so that it no longer writes once there is none. Absent: it does not. */
  readonly leased?: boolean;
  readonly ended?: AttemptEnding;
}

/** Content of `run.json`. */
export interface RunFile {
  readonly format: 1;
  /** Name of the run. */
  readonly name: string;
  /** Problem, options, seed and data hash, as the experiment described itself. */
  readonly description?: JsonValue;
  /** Fields that every row has, by name. */
  readonly fields: Readonly<Record<string, { readonly meaning: string; readonly unit?: string }>>;
  /** Columns that the operators wrote, by name. */
  readonly columns: Columns;
  /** Settings that could be steered, by name. */
  readonly settings: Settings;
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: Readonly<Record<string, JsonValue>>;
  /** Executor, BLAS, threads and whatever else the writer was told to note. */
  readonly environment?: JsonValue;
  /** Where the rows come from that `fluxion recover` wrote, and what it could not write, one line each. */
  readonly recovered?: { readonly from: string; readonly at: string; readonly lost: readonly string[] };
  /** The attempts in order. */
  readonly attempts: readonly RunAttempt[];
}

/**
 * State of a run: that of its newest attempt, which is `killed` if it has no ending and its process is gone, and
 * `unknown` if its process is on another host or in another container and has given no sign of life lately.
 */
export type RunState = "running" | "completed" | "failed" | "interrupted" | "killed" | "unknown";

/**
 * Reads `run.json` of a run directory.
 *
 * @example runState(readRunFile("runs/a")) // "completed"
 * @throws {FluxionInputError} ERR_RUN_FILE if the file is missing, does not match its checksum, is not JSON or has
 *   another format; ERR_RUN_LINK if it is a symbolic link; ERR_READ if it cannot be read
 */
export function readRunFile(directory: string): RunFile {
  const path = `${directory}/${runFileName}`;
  let text: string;
  try {
    text = readOwnFile(path).toString("utf8");
  } catch (error) {
    if (isFluxionError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw failure("ERR_RUN_FILE", `${directory} is not a run directory: it has no ${runFileName}`, { cause: error });
    }
    throw failure("ERR_READ", `cannot read ${path}: ${message}`, { cause: error });
  }
  if (jsonSeal(text) === "damaged") {
    throw failure(
      "ERR_RUN_FILE",
      `${path} is damaged: its bytes do not match their checksum; if you edited it, remove its line "checksum"; ` +
        `else fluxion recover ${shellWord(directory)} makes a new one from the rows`,
    );
  }
  let data: (Partial<RunFile> & { readonly checksum?: string }) | null;
  try {
    data = JSON.parse(text) as typeof data;
  } catch (error) {
    throw failure("ERR_RUN_FILE", `${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const damaged = (what: string): Error =>
    failure("ERR_RUN_FILE", `${path} ${what}; expected a file that runDirectory() wrote`);
  if (typeof data !== "object" || data === null) throw damaged("does not hold an object");
  if (data.format !== 1) {
    throw damaged(`has format ${JSON.stringify(data.format)}, but this version of fluxion reads format 1`);
  }
  const columns = columnsFrom(data.columns);
  if (typeof data.name !== "string" || columns === undefined) throw damaged("lacks the name or the columns of the run");
  const attempts = data.attempts;
  if (!Array.isArray(attempts) || !attempts.every(isAttempt)) throw damaged("lacks the list of attempts");
  const { checksum: _, ...content } = data;
  return { ...(content as RunFile), columns, settings: settingsFrom(data.settings) };
}

/**
 * Tells the state of a run, which is that of its newest attempt.
 *
 * @example runState(readRunFile("runs/a"), "runs/a") // "completed"
 * @param directory directory of the run. Its lease tells whether a writer that cannot be seen from here, on another
 *   host or in another container, still gives signs of life. Default: such a writer is believed to live
 */
export function runState(run: RunFile, directory?: string): RunState {
  checkOption("runState", "run", run, thing("what readRunFile gives", { attempts: "list" }));
  const newest = run.attempts.at(-1);
  if (newest === undefined) return "killed";
  if (newest.ended !== undefined) return newest.ended.how;
  return directory === undefined
    ? isAlive(newest.process)
      ? "running"
      : "killed"
    : writerState(newest.process, directory);
}

function isAttempt(value: unknown): value is RunAttempt {
  const attempt = value as Partial<RunAttempt> | null;
  return (
    typeof attempt === "object" &&
    attempt !== null &&
    Number.isInteger(attempt.attempt) &&
    // A name, not a path: nothing in the file leads out of the directory.
    typeof attempt.file === "string" &&
    /^[^/\\]+$/.test(attempt.file) &&
    attempt.file !== ".." &&
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
