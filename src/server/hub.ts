/** The runs of a server: where producers hand in encoded batches, and where connections find them. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import type { RunEnding } from "./messages.ts";
import { type FinishedFile, ServedRun } from "./servedRun.ts";

/** Where a run's rows lie. */
export interface OpenOptions {
  /** The run directory to whose file the same batches are appended before they are handed in here; without it they are kept in memory. */
  readonly directory?: string;
}

/**
 * What producers of rows use: a thread that gets encoded batches, or the `webSocket` sink. Once the server is closed, all of
 * these do nothing: a run goes on without its viewers.
 */
export interface Hub {
  /**
   * Makes a run known, or a further attempt of it. `header` is the schema message with which its Arrow stream begins.
   *
   * @returns the name under which it is served: `run.name`, with `#2` where another run of that name is still going
   */
  open(run: Run, header: Uint8Array, options?: OpenOptions): string;
  /** One record batch message: rows `firstStep` ... `lastStep`. */
  batch(name: string, bytes: Uint8Array, firstStep: number, lastStep: number, rows: number): void;
  /** No more rows will come. A second call changes nothing. */
  close(name: string, ending: RunEnding): void;
  /** A run that is over, from its directory; `ending` is shown with it. */
  addFinished(run: Run, directory: string, ending?: RunEnding): string;
}

interface HubOptions {
  readonly memoryBytes: number;
  /** Called when a run came, went, or came to know something new. */
  readonly changed: () => void;
  /** Called when a run is closed. */
  readonly ended: (name: string) => void;
}

interface RunHub extends Hub {
  readonly runs: ReadonlyMap<string, ServedRun>;
  /** Lets go of files and memory; rows that come afterwards are ignored. */
  closeAll(): void;
}

export function makeHub({ memoryBytes, changed, ended }: HubOptions): RunHub {
  const runs = new Map<string, ServedRun>();
  let closed = false;

  function freeName(run: Run): string {
    for (let copy = 1; ; copy++) {
      const name = copy === 1 ? run.name : `${run.name}#${copy}`;
      const known = runs.get(name);
      // A further attempt belongs to the run that it goes on with.
      if (known === undefined || (!known.live && run.attempt > known.attempt)) return name;
    }
  }
  function openRun(name: string): ServedRun {
    const run = runs.get(name);
    if (run?.live === true) return run;
    const why = run === undefined ? "was never opened" : "is closed";
    throw failure(
      "ERR_RUN_NOT_OPEN",
      `hub: rows came for the run "${name}", which ${why}; call open(run, header) first and use the name it returns`,
    );
  }
  return {
    runs,
    open(run, header, { directory } = {}) {
      if (closed) return run.name;
      const name = freeName(run);
      const earlier =
        directory === undefined ? [] : attemptFiles(directory).filter(({ attempt }) => attempt < run.attempt);
      const served = runs.get(name) ?? new ServedRun(name, run, earlier);
      served.openAttempt(run, header, directory, memoryBytes);
      runs.set(name, served);
      changed();
      return name;
    },
    batch(name, bytes, firstStep, lastStep, rows) {
      if (!closed) openRun(name).append(bytes, firstStep, lastStep, rows);
    },
    close(name, ending) {
      if (closed) return;
      const run = runs.get(name);
      if (run === undefined) openRun(name);
      else if (run.live) {
        run.end(ending);
        ended(name);
        changed();
      }
    },
    addFinished(run, directory, ending) {
      const name = freeName(run);
      const files = attemptFiles(directory);
      if (files.length === 0) {
        throw failure(
          "ERR_RUN_FILE",
          `hub: ${directory} holds no iterates-0001.arrows; expected a directory that fluxion wrote`,
        );
      }
      runs.set(name, new ServedRun(name, run, files, ending));
      changed();
      return name;
    },
    closeAll() {
      closed = true;
      for (const run of runs.values()) run.close();
    },
  };
}

function attemptFiles(directory: string): FinishedFile[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((file) => {
    const attempt = /^iterates-(\d{4,})\.arrows$/.exec(file)?.[1];
    return attempt === undefined ? [] : [{ path: join(directory, file), attempt: Number(attempt) }];
  });
}
