import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  NEVER,
  type Observable,
  range,
  Subject,
  takeUntil,
  takeWhile,
  throwError,
} from "rxjs";
import { callable, thing } from "../../arguments.ts";
import type { Row } from "../../arrow/row.ts";
import type { JsonValue } from "../../json.ts";
import { checkOption } from "../../options.ts";
import type { Problem } from "../../problems/problem.ts";
import { iterate } from "../../streams/iterate.ts";
import { isCheckpoint } from "../../streams/loop/checkpoint.ts";
import type { Checkpoint, Command, IterateOptions, Update } from "../../streams/types.ts";
import type { ExperimentContext, ExperimentRunOptions, Finding } from "./definition.ts";
import { graceful } from "./graceful.ts";
import { type Keeping, keptRows } from "./keeping.ts";
import { type Agreement, endText, movedStart, withRepetitions } from "./repetitions.ts";
import { checkName, claim, keepOthers } from "./runNames.ts";
import { requireSameData } from "./sameData.ts";
import { StopRequested, stoppable } from "./stoppable.ts";

/** The part of a run that an earlier session has left. */
export interface EarlierRun {
  /** Whether the run has ended, so that its file has all its rows. */
  readonly finished: boolean;
  /** The rows of all attempts as one run. If two attempts have a row of the same step, the later attempt's counts. */
  readonly rows: () => Observable<Row>;
  /** Checkpoint from which to continue; undefined to begin at the start. */
  readonly checkpoint: Checkpoint | undefined;
  /** What the run's file says of its problem and data. Absent: nothing, so that no other data can be noticed. */
  readonly description?: JsonValue;
}

/** The place where the runs of an experiment are kept. */
export interface RunStore {
  /** Finds what an earlier session has left of the run of this name; undefined if there is nothing. */
  earlier(name: string): EarlierRun | undefined;
  /** Begins to keep a run of this name. */
  keep(
    name: string,
    options: ExperimentRunOptions,
  ): {
    /** Operator that keeps each row, and passes it on afterwards. */
    readonly record: (rows: Observable<Row>) => Observable<Row>;
    /** Function that keeps a checkpoint in place of the previous one. */
    readonly save: (checkpoint: Checkpoint) => void;
  };
}

/** Options of {@link experimentContext}. */
export interface ContextOptions {
  /** Seed of everything random. */
  readonly seed: number;
  /**
   * Signal that stops the experiment when it is aborted. A run whose checkpoints are kept saves one before its next
   * step, and all runs end.
   */
  readonly signal: AbortSignal;
  /** Place where the runs are kept. Default: runs are not kept. */
  readonly store?: RunStore;
  /**
   * Whether runs that the experiment made with `iterate` itself are kept too. Default true; false for threads that
   * repeat what another thread does.
   */
  readonly others?: boolean;
  /** Tells whether a stop was asked for, so that no further run begins. Default: `signal.aborted`. */
  readonly stopped?: () => boolean;
  /**
   * Tells whether a step under way must end at its next evaluation or product, without a checkpoint. Default: it need
   * not.
   */
  readonly interrupted?: () => boolean;
  /** Commands for the run of the given name. Default: none. */
  readonly commands?: (run: string) => Observable<Command>;
  /**
   * Number of repetitions of each run, from starts whose coordinates are moved by at most 2 units in the last place.
   * Their rows are not among those of the experiment. Default 0.
   */
  readonly repetitions?: number;
  /** Rows of each run that are kept, and that the experiment sees. Default: all. */
  readonly keeping?: Keeping;
  /** Place where the repetitions are kept. Default: they are not kept. */
  readonly repetitionStore?: RunStore;
  /** Called when all repetitions of a run have ended. */
  readonly onAgreement?: (agreement: Agreement) => void;
  /** Called with each finding that the experiment reports. */
  readonly onFinding?: (finding: Finding) => void;
  /** Called with each line that the experiment notes. */
  readonly onNote?: (line: string) => void;
  /** Called with each line of the experiment's conclusion. */
  readonly onConclusion?: (line: string) => void;
  /** Called with each reason why a result is not reported. */
  readonly onRefusal?: (line: string) => void;
  /** Called when a step under way was ended. */
  readonly onStop?: () => void;
  /** Function that runs the searches of a campaign. Default: one after the other. */
  readonly campaign?: Campaign;
  /**
   * Whether a run may be made again under its name, as a worker does to whom a search is given twice. No list of names
   * is kept then, which would grow with the campaign. Default false.
   */
  readonly again?: boolean;
}

/** Runs `search(0)` ... `search(count - 1)` and emits their rows in this order. */
export type Campaign = (count: number, search: (index: number) => Observable<Row>) => Observable<Row>;

/** Runs the searches of a campaign one after the other, in this thread. */
export const oneByOne: Campaign = (count, search) => {
  checkOption("oneByOne", "count", count, { integer: true, min: 0 });
  checkOption("oneByOne", "search", search, callable);
  return range(0, count).pipe(concatMap(search));
};

/** Most searches of a campaign. Each has a directory of its own. */
const mostSearches = 1_000_000;
const defaultCheckpointSeconds = 10;
/** Points of a repetition that are kept: the first and the last. */
const endsOnly = 2 ** 31;

/** A context together with the operator that the program which made it applies to the experiment's rows. */
export interface OwnedContext extends ExperimentContext {
  /** Operator that keeps runs which did not come from `context.iterate`, and ends all runs at a stop. */
  readonly complete: (rows: Observable<Row>) => Observable<Row>;
}

/**
 * Makes the context of one session of an experiment, as `fluxion run` does. A program or a test may make one too.
 *
 * A stop ends the current run after its last complete row, with a checkpoint if they are kept. Then the stream
 * completes, and no further run begins.
 *
 * @example
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * const options = bilinearExperiment.options.parse({ iterations: 10 });
 * context.complete(bilinearExperiment.run(options, context)).subscribe();
 */
export function experimentContext(options: ContextOptions): OwnedContext {
  checkOption("experimentContext", "options", options, optionsRule);
  const { seed, signal, store, commands, onFinding, onNote, onConclusion, campaign = oneByOne } = options;
  const { repetitions = 0, repetitionStore, onAgreement, keeping } = options;
  const thin = keeping === undefined ? <T>(same: T): T => same : keptRows(keeping);
  const stopped = options.stopped ?? ((): boolean => signal.aborted);
  const interrupted = options.interrupted ?? ((): boolean => false);
  const names = new Set<string>();
  const halt = new Subject<void>();
  const stops = graceful(() => halt.next());
  if (signal.aborted) halt.complete();
  else signal.addEventListener("abort", () => stops.stop(), { once: true });

  const live = (source: Observable<Row>): Observable<Row> =>
    source.pipe(
      catchError((error: unknown) => {
        if (!(error instanceof StopRequested)) return throwError(() => error);
        halt.next();
        options.onStop?.();
        return NEVER;
      }),
    );

  /** Makes or continues one run, in a store if there is one. */
  const oneRun = (
    where: RunStore | undefined,
    name: string,
    given: Observable<Command> | undefined,
    problem: Problem | ((step: number) => Problem),
    start: ArrayLike<number>,
    update: Update,
    runOptions: ExperimentRunOptions,
  ): Observable<Row> => {
    const { description, checkpointSeconds = defaultCheckpointSeconds, whole = false } = runOptions;
    const earlier = where?.earlier(name);
    if (earlier !== undefined) requireSameData(name, earlier.description, problem, description);
    if (earlier?.finished === true) return earlier.rows();
    const kept = where?.keep(name, runOptions);
    const stop = kept === undefined ? undefined : stops.begin(kept.save);
    const own: IterateOptions = {
      name,
      ...(description === undefined ? {} : { description }),
      ...(stop === undefined ? (given === undefined ? {} : { commands: given }) : { commands: stop.commands(given) }),
      ...(stop === undefined ? {} : { checkpoints: { seconds: checkpointSeconds, save: stop.save } }),
    };
    const checkpoint = earlier?.checkpoint;
    const bare = live(iterate(guard(problem, interrupted), checkpoint ?? start, update, own));
    const rows = (stop === undefined ? bare : bare.pipe(finalize(stop.ended))).pipe(whole ? (same) => same : thin);
    // The stop unsubscribes rather than completes, so that the file says that the run was interrupted.
    const recorded = (kept === undefined ? rows : rows.pipe(kept.record)).pipe(takeUntil(halt));
    if (earlier === undefined || checkpoint === undefined) return recorded;
    // The loop does the checkpoint's step again, so the row of that step comes from the loop.
    return concat(earlier.rows().pipe(takeWhile((row) => row.step < checkpoint.step)), recorded);
  };

  return {
    seed,
    signal,
    report: (finding) => onFinding?.(finding),
    note: (line) => onNote?.(line),
    conclude: (line) => onConclusion?.(line),
    refuse: (line) => options.onRefusal?.(line),
    campaign: (count, search) => {
      checkOption("campaign", "count", count, { integer: true, min: 0, max: mostSearches });
      return defer(() => (stopped() ? EMPTY : campaign(count, search)));
    },
    iterate(problem, start, update, runOptions = {}) {
      const { name = "run", repeat = true, onRepetition } = runOptions;
      const rows = defer(() => {
        if (stopped()) return EMPTY;
        if (options.again === true) checkName(name);
        else claim(names, name);
        return oneRun(store, name, commands?.(name), problem, start, update, runOptions);
      });
      if (repetitions === 0 || !repeat || isCheckpoint(start)) return rows;
      return withRepetitions(rows, {
        run: name,
        count: repetitions,
        repeat: (k) =>
          oneRun(repetitionStore, `${name}-${k}`, undefined, problem, movedStart(start, seed, name, k), update, {
            ...runOptions,
            points: endsOnly,
          }),
        stopped,
        ...(onRepetition === undefined ? {} : { onRow: onRepetition }),
        onEnd: (k, end) => onNote?.(`${name}: repetition ${k} of ${repetitions} ended: ${endText(end)}`),
        onAgreement: (agreement) => onAgreement?.(agreement),
      });
    },
    complete: (rows) =>
      rows.pipe(
        store === undefined || options.others === false
          ? (same) => same
          : keepOthers((name) => store.keep(name, {}).record, names, thin),
        live,
        takeUntil(halt),
      ),
  };
}

/**
 * Wraps each problem once. The loop reuses the evaluation of an accepted trial only if the problem is the same object.
 */
function guard(problem: Problem | ((step: number) => Problem), interrupted: () => boolean): typeof problem {
  if (typeof problem !== "function") return stoppable(problem, interrupted);
  const wrapped = new WeakMap<Problem, Problem>();
  return (step) => {
    const bare = problem(step);
    let guarded = wrapped.get(bare);
    if (guarded === undefined) {
      guarded = stoppable(bare, interrupted);
      wrapped.set(bare, guarded);
    }
    return guarded;
  };
}

const optionsRule = thing("an object with a seed and a signal", { seed: "number", signal: "object" });
/** Rule of the argument that experiments hand on. */
export const contextRule = thing("the context of an experiment", { iterate: "function", campaign: "function" });
