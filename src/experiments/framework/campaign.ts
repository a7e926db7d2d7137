import { existsSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { concatMap, Observable, Subject } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { replay } from "../../streams/replay.ts";
import { builtInExperiments } from "../catalogue/builtIn.ts";
import { startSearchTeam } from "../threads/searchTeam.ts";

/** Options of {@link campaign}. */
export interface CampaignOptions {
  /** Where the runs are kept: one directory each, `iterates.arrows` and `ends.arrows` for all. Made if it is not there. */
  readonly directory: string;
  /** Of the experiment, by name; its schema has the defaults. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** Default 1. */
  readonly seed?: number;
  /** Threads. Default: one for each core. Their number changes nothing but the time. */
  readonly workers?: number;
}

/**
 * Runs an experiment with many searches on all cores: the rows of its runs, merged into one stream in the order of one thread.
 *
 * Each thread loads the same module with the same options and seed, and takes the next search that nobody has (see `campaign` of the
 * context that experiments get). The rows of a run are emitted once it has ended, from its file. A directory that holds a part of the
 * campaign already is gone on with: what had ended is read, what was interrupted is resumed, bit for bit. Unsubscribing stops all
 * threads at their next evaluation.
 *
 * Cost: a thread starts in about 0.3 s and traces the problem for itself, so short searches gain nothing.
 *
 * @example
 * campaign("dlae", { directory: "runs/dlae", options: { searches: 100, noise: 0.01 }, seed: 3 })
 *   .pipe(filter((row) => row.status !== "running"))
 *   .subscribe((end) => console.log(end.run.name, end.squaredFieldNorm));
 * @param experiment name of a built-in one, or path or URL of a module whose default export is an experiment
 * @throws ERR_COMMAND_LINE for an unknown name; in the stream what the experiment, its options (ERR_COMMAND_LINE) or files cause, as
 *   an Error with the message and code of the thread where it happened
 */
export function campaign(experiment: string | URL, options: CampaignOptions): Observable<Row> {
  const { directory, options: given = {}, seed = 1, workers = availableParallelism() } = options;
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw failure("ERR_OPTION_RANGE", `campaign: expected workers to be a positive integer, got ${workers}`);
  }
  const wanted = sourceOf(experiment);
  return new Observable((subscriber) => {
    const team = startSearchTeam(wanted);
    const finished = new Subject<string>();
    subscriber.add(finished.pipe(concatMap((path) => replay(path))).subscribe(subscriber));
    const directories = new Map<string, string>();
    team.onMessage((message) => {
      // What another thread ran is read when the leader comes to it, so that the order is that of one thread.
      if (message.kind === "opened" && message.elsewhere !== true) directories.set(message.run.name, message.directory);
      if (message.kind === "replayed") finished.next(message.directory);
      if (message.kind === "closed") {
        const path = directories.get(message.run);
        if (path !== undefined) finished.next(path);
      }
    });
    const run = async (): Promise<void> => {
      await team.next("described");
      const checked = team.next("checked");
      team.post({ kind: "check", options: given });
      await checked;
      mkdirSync(directory, { recursive: true });
      const done = team.next("done");
      team.post({ kind: "start", order: { options: given, seed, directory, resume: true, workers } });
      await done;
      finished.complete();
    };
    run()
      .catch((error: unknown) => subscriber.error(error))
      .finally(() => team.close());
    return () => team.stop();
  });
}

function sourceOf(experiment: string | URL): { readonly name: string } | { readonly path: string } {
  if (experiment instanceof URL) return { path: fileURLToPath(experiment) };
  const names = builtInExperiments.map(({ name }) => name);
  if (names.includes(experiment)) return { name: experiment };
  const path = resolve(experiment);
  if (existsSync(path)) return { path };
  throw failure(
    "ERR_COMMAND_LINE",
    `campaign: no experiment is called "${experiment}", and there is no such module; there are ${names.join(", ")}`,
  );
}
