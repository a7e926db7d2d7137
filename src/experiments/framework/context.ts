import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  groupBy,
  mergeMap,
  NEVER,
  type Observable,
  range,
  Subject,
  takeUntil,
  takeWhile,
  throwError,
} from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { Problem } from "../../problems/problem.ts";
import { iterate } from "../../streams/iterate.ts";
import type { Checkpoint, Command, IterateOptions } from "../../streams/types.ts";
import { type ExperimentContext, type ExperimentRunOptions, type Finding, plainName } from "./definition.ts";
import { StopRequested, stoppable } from "./stoppable.ts";

/** What an earlier session left of a run. */
export interface EarlierRun {
  /** Nothing is left to do: its rows are all there. */
  readonly finished: boolean;
  /** All rows, of several attempts as one run: a later attempt's rows stand for an earlier one's of the same step. */
  readonly rows: () => Observable<Row>;
  /** Where to go on; undefined: from the start. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Where the runs of an experiment are kept. */
export interface RunStore {
  /** What is there of a run of this name; undefined: nothing. */
  earlier(name: string): EarlierRun | undefined;
  /** Begins to keep a run: the result passes rows on once they are kept. */
  keep(
    name: string,
    options: ExperimentRunOptions,
  ): { readonly record: (rows: Observable<Row>) => Observable<Row>; readonly save: (checkpoint: Checkpoint) => void };
}

/** With what a context is made. */
export interface ContextOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Undefined: nothing is kept. */
  readonly store?: RunStore;
  /** Looked at in every evaluation and product. Default: whether the signal is aborted. */
  readonly stopped?: () => boolean;
  /** Commands for the run of a name. Default: none. */
  readonly commands?: (run: string) => Observable<Command>;
  readonly onFinding?: (finding: Finding) => void;
  readonly onNote?: (line: string) => void;
  readonly onConclusion?: (line: string) => void;
  /** A run has met the stop. */
  readonly onStop?: () => void;
  /** How the searches of a campaign are run. Default: one after the other. */
  readonly campaign?: Campaign;
}

/** Runs `search(0)` ... `search(count - 1)` and emits their rows in this order. */
export type Campaign = (count: number, search: (index: number) => Observable<Row>) => Observable<Row>;

/** One after the other, in this thread. */
export const oneByOne: Campaign = (count, search) => range(0, count).pipe(concatMap(search));

const defaultCheckpointSeconds = 10;

/** A context, with what its owner needs to know of its runs. */
export interface OwnedContext extends ExperimentContext {
  /** Keeps the runs that did not come from `context.iterate`, and ends all of them at a stop. */
  readonly complete: (rows: Observable<Row>) => Observable<Row>;
}

/**
 * The context of one session of an experiment; `fluxion run` makes one, and so may a program or a test.
 *
 * A stop ends the run that meets it after its last whole row, and all that would come after it: the stream completes.
 *
 * @example
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * context.complete(bilinearGame.run({ iterations: 10 }, context)).subscribe();
 */
export function experimentContext(options: ContextOptions): OwnedContext {
  const { seed, signal, store, commands, onFinding, onNote, onConclusion, campaign = oneByOne } = options;
  const stopped = options.stopped ?? ((): boolean => signal.aborted);
  const names = new Set<string>();
  const halt = new Subject<void>();
  if (signal.aborted) halt.complete();
  else signal.addEventListener("abort", () => halt.next(), { once: true });

  const live = (source: Observable<Row>): Observable<Row> =>
    source.pipe(
      catchError((error: unknown) => {
        if (!(error instanceof StopRequested)) return throwError(() => error);
        halt.next();
        options.onStop?.();
        return NEVER;
      }),
    );

  return {
    seed,
    signal,
    report: (finding) => onFinding?.(finding),
    note: (line) => onNote?.(line),
    conclude: (line) => onConclusion?.(line),
    campaign: (count, search) => defer(() => (stopped() ? EMPTY : campaign(count, search))),
    iterate(problem, start, update, runOptions = {}) {
      const { name = "run", description, checkpointSeconds = defaultCheckpointSeconds } = runOptions;
      return defer(() => {
        if (stopped()) return EMPTY;
        claim(names, name);
        const earlier = store?.earlier(name);
        if (earlier?.finished === true) return earlier.rows();
        const kept = store?.keep(name, runOptions);
        const own: IterateOptions = {
          name,
          ...(description === undefined ? {} : { description }),
          ...(commands === undefined ? {} : { commands: commands(name) }),
          ...(kept === undefined ? {} : { checkpoints: { seconds: checkpointSeconds, save: kept.save } }),
        };
        const checkpoint = earlier?.checkpoint;
        const rows = live(iterate(guard(problem, stopped), checkpoint ?? start, update, own));
        // Unsubscribed by the stop, not completed: so the file says that the run was interrupted.
        const recorded = (kept === undefined ? rows : rows.pipe(kept.record)).pipe(takeUntil(halt));
        if (earlier === undefined || checkpoint === undefined) return recorded;
        // The checkpoint's step is done again, so its row comes from the loop.
        return concat(earlier.rows().pipe(takeWhile((row) => row.step < checkpoint.step)), recorded);
      });
    },
    complete: (rows) =>
      rows.pipe(store === undefined ? (same) => same : keepOthers(store, names), live, takeUntil(halt)),
  };
}

function claim(names: Set<string>, name: string): void {
  if (!plainName.test(name)) {
    throw failure(
      "ERR_EXPERIMENT",
      `iterate: expected the name of a run to be letters, digits, ".", "_" and "-", got "${name}"; it names a directory`,
    );
  }
  if (names.has(name)) {
    throw failure(
      "ERR_EXPERIMENT",
      `iterate: two runs of this experiment are called "${name}"; give each its own name`,
    );
  }
  names.add(name);
}

/** Records the rows of runs that an experiment made with a plain `iterate`. */
function keepOthers(store: RunStore, names: ReadonlySet<string>): (rows: Observable<Row>) => Observable<Row> {
  return (rows) =>
    rows.pipe(
      groupBy((row) => row.run.name),
      mergeMap((group) => (names.has(group.key) ? group : group.pipe(store.keep(group.key, {}).record))),
    );
}

/** Wraps each problem once: the loop takes an accepted trial as evaluated only if the problem is the same object. */
function guard(problem: Problem | ((step: number) => Problem), stopped: () => boolean): typeof problem {
  if (typeof problem !== "function") return stoppable(problem, stopped);
  const wrapped = new WeakMap<Problem, Problem>();
  return (step) => {
    const bare = problem(step);
    let guarded = wrapped.get(bare);
    if (guarded === undefined) {
      guarded = stoppable(bare, stopped);
      wrapped.set(bare, guarded);
    }
    return guarded;
  };
}
