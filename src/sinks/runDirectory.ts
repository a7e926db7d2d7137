import { pathOf } from "../arguments.ts";
import { checkLimits } from "../arrow/recorder.ts";
import type { Row, Run } from "../arrow/row.ts";
import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkOption, readOptions } from "../options.ts";
import { removeLeftovers } from "./atomicFile.ts";
import { openAttempt } from "./attemptFile.ts";
import { newestAttempt } from "./attempts.ts";
import { savePending } from "./checkpointFile.ts";
import { defineSink, type Recording, type RowSink } from "./defineSink.ts";
import { earlierAttempts } from "./earlierAttempts.ts";
import { makeBeside, makeDirectory } from "./files.ts";
import { checkLease, type LeaseClaim, takeLease } from "./lease.ts";
import { type FileOptions, noteBeside } from "./recordToFile.ts";
import { fileRules } from "./rules.ts";

/** Options of {@link runDirectory}. */
export interface RunDirectoryOptions extends FileOptions {
  /** What `run.json` keeps about the program: executor, BLAS, threads, command line. Default: nothing. */
  readonly environment?: JsonValue;
}

const who = "runDirectory";
const rules = {
  ...fileRules,
  environment: {
    expected: "plain data that JSON can hold",
    is: (value: unknown) => !["function", "symbol", "bigint"].includes(typeof value),
  },
} as const;

/**
 * Writes a run into a directory of its own and passes its rows on.
 *
 * The directory gets `run.json`, which describes the run and says how it ended, and one Arrow stream per attempt,
 * `iterates-0001.arrows`. `run.json` is written atomically at the first row and again at the end of the attempt, which
 * is `completed`, `failed` or `interrupted`; without an end the run is still going, or was killed. Rows are written as
 * `arrowFile` writes them. A resumed run adds a file to the directory; a file that a kill has torn is never appended
 * to. `replay(path)` reads everything back.
 *
 * A resumed run does again the steps since its checkpoint. Rows that the directory already holds, bit for bit, are not
 * written a second time, so the file of the new attempt begins where the run comes further than before.
 *
 * While rows come, the directory has a file `lease-<n>.json`, which keeps every other process from writing there
 * (docs/reliability.md). It is removed at the end; that of a killed process is taken over.
 *
 * Cost: that of `arrowFile`, and about 20 us per batch for the look at the lease.
 *
 * @example
 * iterate(quartic(), [-3.5, 1], newtonMR()).pipe(untilStep(1000), runDirectory("runs/a")).subscribe();
 *
 * const searches = [1, 2, 3].map((x) =>
 *   iterate(quartic(), [x, 1], newtonMR(), { name: `search-${x}` }).pipe(untilStep(1000)),
 * );
 * merge(...searches).pipe(runDirectory((run) => `runs/${run.name}`)).subscribe();
 * @param path path of the directory, for a stream of one run; for a merged stream, a function that returns the path for
 *   each run
 * @param options {@link RunDirectoryOptions}; `overwrite: true` removes an earlier run from that directory, but never
 *   one that is still running
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN at once
 * @throws {RangeError} ERR_OPTION_RANGE at once
 * @throws ERR_RUN_EXISTS, ERR_RUN_BUSY, ERR_RUN_CHANGED, ERR_LEASE_LOST, ERR_WRITE in the stream; everything written so
 *   far stays
 */
export function runDirectory(path: string | ((run: Run) => string), options: RunDirectoryOptions = {}): RowSink {
  readOptions(who, options, rules);
  checkOption(who, "path", path, pathOf);
  checkLimits(options.batch, who);
  return recordRuns(path, options);
}

/** What the program that runs an experiment knows of its runs' directories. */
interface Ownership {
  /** Lease on the experiment's directory. Default: each run's directory gets a lease of its own. */
  readonly lease?: LeaseClaim | undefined;
  /**
   * Whether to go on in a directory that holds attempts already, also if the rows begin at the start once more. Their
   * attempt gets the next number. Default false.
   */
  readonly continues?: boolean;
}

/** Does what {@link runDirectory} does, for directories that may belong to an experiment. */
export function recordRuns(
  path: string | ((run: Run) => string),
  options: RunDirectoryOptions,
  ownership: Ownership = {},
): RowSink {
  return defineSink({
    name: who,
    begin: () => {
      let first: Run | undefined;
      return {
        open(row, fail) {
          if (typeof path === "function") return openDirectory(path(row.run), row, options, ownership, fail);
          if (first !== undefined) {
            throw failure(
              "ERR_RUN_CHANGED",
              `${who}: rows of the run "${row.run.name}" (attempt ${row.run.attempt}) came after those of "${first.name}" (attempt ${first.attempt}), ` +
                `but ${path} holds one run; give a function instead of the path, such as (run) => \`runs/\${run.name}\``,
            );
          }
          first = row.run;
          return openDirectory(path, row, options, ownership, fail);
        },
      };
    },
  });
}

function openDirectory(
  directory: string,
  first: Row,
  options: RunDirectoryOptions,
  { lease: outer, continues = false }: Ownership,
  fail: (error: unknown) => void,
): Recording {
  makeDirectory(who, directory);
  noteBeside(directory, undefined);
  let own = outer === undefined ? takeLease(who, directory) : undefined;
  let lease: LeaseClaim = outer ?? own!;
  const release = (): void => own?.release();
  const guard = (): void => checkLease(who, lease);
  let place = directory;
  let next = 2;
  /** The lease of a directory that was moved says nothing of the fresh one, which gets its own. */
  const goBeside = (): string => {
    const { fresh, number } = makeBeside(who, directory, next);
    next = number + 1;
    const taken = takeLease(who, fresh);
    release();
    own = taken;
    lease = taken;
    noteBeside(place, fresh);
    place = fresh;
    return fresh;
  };
  try {
    guard();
    removeLeftovers(directory);
    const run = continues ? renumbered(first.run, newestAttempt(directory) + 1) : first.run;
    const trusted = outer !== undefined || lease.tookOver;
    const earlier = earlierAttempts(directory, run, options.overwrite === true, trusted, continues);
    const recording = openAttempt(directory, run, first, earlier, options, guard, fail, goBeside);
    savePending(directory);
    return {
      append: recording.append,
      close(ending) {
        try {
          recording.close(ending);
        } finally {
          release();
        }
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function renumbered(run: Run, attempt: number): Run {
  return attempt <= run.attempt ? run : { ...run, attempt };
}
