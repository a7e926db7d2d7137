import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { concatMap, Observable, Subject } from "rxjs";
import { thing } from "../../arguments.ts";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { checkOption } from "../../options.ts";
import { makeDirectory } from "../../sinks/files.ts";
import { type Lease, ownerWithoutLife, takeLease } from "../../sinks/lease.ts";
import { replay } from "../../streams/replay.ts";
import type { EndRecord } from "../campaigns/endRecord.ts";
import { endsCampaign } from "../campaigns/endsCampaign.ts";
import { type EndsCampaignOptions, readEndsOptions } from "../campaigns/endsOptions.ts";
import { summaries } from "../catalogue/summaries.ts";
import { requireModule } from "../threads/importModule.ts";
import { startSearchTeam } from "../threads/searchTeam.ts";
import { type Agreement, mostRepetitions } from "./repetitions.ts";

/** Options of {@link campaign}. */
export interface CampaignOptions {
  /**
   * Directory of the campaign. It has one directory per run, and `iterates.arrows` and `ends.arrows` for all runs. It
   * is made if it is missing.
   */
  readonly directory: string;
  /** Options of the experiment, by name. Defaults come from its schema. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** Seed of everything random. Default 1. */
  readonly seed?: number;
  /** Number of threads, which affects the time only. Default: one per core. */
  readonly workers?: number;
  /**
   * Whether the runs have the same bits on every machine and in every engine, which takes longer: see
   * docs/executors.md. Default: whether `FLUXION_EXECUTOR` is `portable`.
   */
  readonly portable?: boolean;
  /**
   * Number of repetitions of each run, an integer from 0 to 1000, from starts whose coordinates are moved by up to 2
   * units in their last place. They show whether the end of a run depends on rounding. Their rows are kept below
   * `repeats` in the directory and are not emitted. Default 0.
   */
  readonly repeat?: number;
  /** Called when all repetitions of a run have ended, in the order of the runs. */
  readonly onAgreement?: (agreement: Agreement) => void;
  /** Absent: all rows of all runs are kept and emitted. Given: the ends of searches, see {@link EndsCampaignOptions}. */
  readonly engine?: undefined;
}

/** Campaigns of this process that are about to end, by directory. */
const ending = new Map<string, Promise<void>>();

/**
 * Runs an experiment with many searches on all cores, and emits the rows of its runs in the order of a single thread.
 *
 * Each thread loads the same module with the same options and seed, and takes the next search that no other thread has
 * taken (see `campaign` of the context that experiments receive). The rows of a run are emitted from its file once the
 * run has ended. If the directory already holds a part of the campaign, the campaign continues: finished runs are read,
 * and interrupted ones are resumed, bit for bit. Unsubscribing stops all threads after the step under way, with
 * checkpoints.
 *
 * Cost: a thread takes about 0.3 s to start and traces the problem for itself, so short searches gain nothing.
 *
 * With `repeat` each run is repeated from starts that differ in their last bits, as `fluxion run --repeat` does, and
 * `onAgreement` gets what its repetitions have in common with it.
 *
 * With an `engine` the campaign is one of `fluxion campaign`: it keeps the end of each search, less than a kilobyte, and
 * emits it once, for up to 10^6 searches and more; the same call goes on with what is missing, and `fluxion merge`
 * checks the directory. See docs/scale-out.md.
 *
 * @example
 * campaign("dlae", { directory: "runs/dlae", options: { searches: 100, noise: 0.01 }, seed: 3 })
 *   .pipe(filter((row) => row.status !== "running"))
 *   .subscribe((end) => console.log(end.run.name, end.squaredFieldNorm));
 * @example
 * campaign("dlae", { directory: "runs/many", options: { searches: 1000 }, engine: threads() })
 *   .pipe(filter((end) => end.verdict === "critical point"))
 *   .subscribe((end) => console.log(end.search, end.value, end.morseIndex));
 * @param experiment name of a built-in experiment, or path or URL of a module whose default export is an experiment
 * @throws ERR_RUN_BUSY in the stream if another process writes the directory; ERR_COMMAND_LINE for an unknown name,
 *   ERR_OPTION_RANGE for a number of workers or repetitions out of range; in the stream whatever the experiment, its
 *   options (ERR_COMMAND_LINE) or its files cause, as an Error with the message and code of the thread where it
 *   happened
 */
export function campaign(experiment: string | URL, options: CampaignOptions): Observable<Row>;
export function campaign(experiment: string | URL, options: EndsCampaignOptions): Observable<EndRecord>;
export function campaign(
  experiment: string | URL,
  options: CampaignOptions | EndsCampaignOptions,
): Observable<Row> | Observable<EndRecord> {
  if (options?.engine !== undefined) {
    return endsCampaign({ ...readEndsOptions(options), experiment: sourceOf(experiment) });
  }
  return ofRows(experiment, options);
}

function ofRows(experiment: string | URL, options: CampaignOptions): Observable<Row> {
  checkOption("campaign", "options", options, thing("an object with a directory", { directory: "string" }));
  const { directory, options: given = {}, seed = 1, workers = availableParallelism(), portable } = options;
  const { repeat = 0, onAgreement } = options;
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw failure("ERR_OPTION_RANGE", `campaign: expected workers to be a positive integer, got ${workers}`);
  }
  checkOption("campaign", "repeat", repeat, { integer: true, min: 0, max: mostRepetitions });
  const wanted = sourceOf(experiment);
  return new Observable((subscriber) => {
    const team = startSearchTeam(wanted, portable);
    const finished = new Subject<string>();
    subscriber.add(finished.pipe(concatMap((path) => replay(path))).subscribe(subscriber));
    const directories = new Map<string, string>();
    team.onMessage((message) => {
      // A run of another thread is read when the leader comes to it, so that the order is that of a single thread.
      if (message.kind === "opened" && message.elsewhere !== true) directories.set(message.run.name, message.directory);
      if (message.kind === "replayed") finished.next(message.directory);
      if (message.kind === "agreement") onAgreement?.(message.agreement);
      if (message.kind === "closed") {
        const path = directories.get(message.run);
        if (path !== undefined) finished.next(path);
      }
    });
    let lease: Lease | undefined;
    const run = async (): Promise<void> => {
      await team.next("described");
      const checked = team.next("checked");
      team.post({ kind: "check", options: given });
      await checked;
      makeDirectory("campaign", directory);
      await ending.get(resolve(directory));
      const dead = await ownerWithoutLife("campaign", directory);
      if (subscriber.closed) return;
      const onLost = (error: Error): void => subscriber.error(error);
      lease = takeLease("campaign", directory, { dead, onLost });
      const { release: _, ...claim } = lease;
      const done = team.next("done");
      const repetitions = repeat === 0 ? {} : { repetitions: repeat };
      team.post({
        kind: "start",
        order: { options: given, seed, directory, resume: true, workers, lease: claim, ...repetitions },
      });
      await done;
      finished.complete();
    };
    const over = run()
      .catch((error: unknown) => subscriber.error(error))
      .finally(() => team.close())
      .finally(() => lease?.release());
    return () => {
      team.stop();
      const key = resolve(directory);
      ending.set(key, over);
      void over.then(() => ending.get(key) === over && ending.delete(key));
    };
  });
}

function sourceOf(experiment: string | URL): { readonly name: string } | { readonly path: string } {
  if (experiment instanceof URL) {
    const path = fileURLToPath(experiment);
    requireModule(path);
    return { path };
  }
  const names = Object.keys(summaries);
  if (names.includes(experiment)) return { name: experiment };
  const path = resolve(experiment);
  if (existsSync(path)) {
    requireModule(path);
    return { path };
  }
  throw failure(
    "ERR_COMMAND_LINE",
    `campaign: expected the path of a module or the name of an experiment, got "${experiment}"; ` +
      `there are ${names.join(", ")}`,
  );
}
