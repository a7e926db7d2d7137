import { from } from "rxjs";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { makeRow, makeRun } from "./rows.ts";
import { scratchPath } from "./scratch.ts";

/** Writes a run that converged after so many rows, and returns its directory. */
export function recordedRun(rows: number): string {
  const directory = scratchPath();
  const run = makeRun();
  from(Array.from({ length: rows }, (_, step) => makeRow(run, step, step === rows - 1 ? { status: "converged" } : {})))
    .pipe(runDirectory(directory, { batch: { rows: 1000 } }))
    .subscribe();
  return directory;
}
