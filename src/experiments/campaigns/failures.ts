/** Searches that threw, with their causes: one file of JSON lines for each worker. */
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, writeFailure } from "../../sinks/files.ts";
import type { FailedSearch } from "./messages.ts";

/** A search that threw, and where. */
export interface Failure extends FailedSearch {
  readonly worker: string;
}

const folder = "failures";

/** Notes that searches have failed. @throws ERR_WRITE */
export function noteFailures(directory: string, worker: string, failed: readonly FailedSearch[]): void {
  if (failed.length === 0) return;
  makeDirectory("campaign", join(directory, folder));
  const path = join(directory, folder, `${worker}.jsonl`);
  try {
    // A line that a kill has torn is ended first, so that it takes no other with it.
    appendFileSync(path, `\n${failed.map((each) => JSON.stringify({ ...each, worker })).join("\n")}\n`);
  } catch (error) {
    throw writeFailure("campaign", path, error);
  }
}

/** Reads the failures of a campaign, and then those that are added. */
export class FailureFollower {
  readonly #read = new Map<string, number>();

  constructor(private readonly directory: string) {}

  /** Gives the failures since the last call. */
  read(): Failure[] {
    const from = join(this.directory, folder);
    if (!existsSync(from)) return [];
    const found: Failure[] = [];
    for (const name of readdirSync(from)) {
      if (!name.endsWith(".jsonl")) continue;
      const path = join(from, name);
      const before = this.#read.get(path) ?? 0;
      if (statSync(path).size === before) continue;
      const bytes = readFileSync(path);
      const end = bytes.lastIndexOf(10) + 1;
      this.#read.set(path, end);
      for (const line of bytes.subarray(before, end).toString("utf8").split("\n")) {
        const failure = failureFrom(line);
        if (failure !== undefined) found.push(failure);
      }
    }
    return found;
  }
}

function failureFrom(line: string): Failure | undefined {
  try {
    const data = JSON.parse(line) as Partial<Failure> | null;
    const { search, cause, worker, times = 1, lost = false } = data ?? {};
    if (!Number.isSafeInteger(search) || typeof cause !== "string" || typeof worker !== "string") return undefined;
    if (!Number.isSafeInteger(times)) return undefined;
    return { search: search as number, cause, worker, times, lost: lost === true };
  } catch {
    return undefined;
  }
}
