/** Brings an experiment to its campaign, and gives the function that runs one search of it. */
import { EMPTY, lastValueFrom, NEVER, type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import { experimentContext, type RunStore } from "../framework/context.ts";
import type { Experiment, Finding } from "../framework/definition.ts";
import { directoryStore } from "../framework/directoryStore.ts";
import { optionsFrom } from "../threads/flags.ts";
import { checkpointStore } from "./checkpointStore.ts";
import { type EndRecord, endRecord } from "./endRecord.ts";
import type { Assignment, CampaignThreadData } from "./messages.ts";

/** A campaign that is about to begin. */
export interface Prepared {
  /** Number of its searches. */
  readonly count: number;
  /** Says where the searches are kept. */
  assign(assignment: Assignment): void;
  /** Runs a search; undefined if it was stopped. It rejects with what the search throws. */
  run(search: number): Promise<EndRecord | undefined>;
  /** Lets the run under way save a checkpoint and end. */
  stop(): void;
}

/**
 * Runs an experiment up to its first campaign. A search is then a function of its index, the options and the seed, so
 * that time and memory before the first one do not depend on the number of searches.
 *
 * @throws ERR_EXPERIMENT if the experiment has no campaign; what its options and its earlier runs throw
 */
export async function prepare(
  experiment: Experiment,
  { options, seed, stop }: Pick<CampaignThreadData, "options" | "seed" | "stop">,
): Promise<Prepared> {
  const flag = new Int32Array(stop);
  const abort = new AbortController();
  const arrived = new Subject<void>();
  let found: { count: number; search: (index: number) => Observable<Row> } | undefined;
  let finding: Finding | undefined;
  let current: number | undefined;
  let stores: { readonly light: RunStore; readonly whole: RunStore; readonly every: number } | undefined;
  const storeNow = (): RunStore | undefined => {
    if (stores === undefined || current === undefined) return undefined;
    return stores.every > 0 && current % stores.every === 0 ? stores.whole : stores.light;
  };
  const nothing = { record: (rows: Observable<Row>) => rows, save: () => {} };
  const context = experimentContext({
    seed,
    signal: abort.signal,
    again: true,
    others: false,
    store: {
      earlier: (name) => storeNow()?.earlier(name),
      keep: (name, given) => storeNow()?.keep(name, given) ?? nothing,
    },
    stopped: () => abort.signal.aborted,
    interrupted: () => Atomics.load(flag, 0) === 2,
    onStop: () => abort.abort(),
    onFinding: (each) => {
      finding = each;
    },
    campaign: (count, search) => {
      found ??= { count, search };
      arrived.next();
      // What comes after the campaign is never reached here: conclusions are those of the merge.
      return NEVER;
    },
  });
  const rows = experiment.run(optionsFrom(experiment.options, options), context);
  await lastValueFrom(context.complete(rows).pipe(takeUntil(arrived)), { defaultValue: undefined });
  if (found === undefined) {
    throw failure(
      "ERR_EXPERIMENT",
      `${experiment.name}: expected an experiment that calls context.campaign, got one without; ` +
        "run it by fluxion run",
    );
  }
  const { count, search } = found;
  return {
    count,
    assign({ directory, keepEvery }) {
      const light = checkpointStore(directory, () => current !== undefined);
      const whole = directoryStore({ directory, resume: () => true });
      stores = { light, whole, every: keepEvery };
    },
    async run(index) {
      finding = undefined;
      current = index;
      try {
        let last: Row | undefined;
        const keep = tap((row: Row) => {
          last = row;
        });
        const rows = abort.signal.aborted ? EMPTY : context.complete(search(index).pipe(keep));
        await lastValueFrom(rows, { defaultValue: undefined });
        if (last === undefined || last.status === "running") {
          if (abort.signal.aborted || Atomics.load(flag, 0) !== 0) return undefined;
          throw failure("ERR_EXPERIMENT", `${experiment.name}: search ${index} ended without a last row`);
        }
        return endRecord(index, last, finding);
      } finally {
        current = undefined;
      }
    },
    stop: () => abort.abort(),
  };
}
