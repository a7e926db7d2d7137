import { isObservable, type Observable } from "rxjs";
import { z } from "zod";
import type { Points } from "../../arrow/encoder.ts";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Update } from "../../streams/types.ts";
import { plainName } from "./plainName.ts";

/** Options of one run of an experiment. */
export interface ExperimentRunOptions {
  /** Name of the run and its directory: letters, digits, `.`, `_`, `-`; unique within the experiment. Default "run". */
  readonly name?: string;
  /** Further description that `run.json` keeps beside the problem's own. */
  readonly description?: JsonValue;
  /** Points that the file keeps. Default `all`, so that a sampler finds them when the run is replayed. */
  readonly points?: Points;
  /** Seconds between checkpoints, from which `fluxion resume` continues. Default 10. The first step has one too. */
  readonly checkpointSeconds?: number;
  /** Whether `--repeat` repeats the run. Default true. A trajectory from which starts are drawn need not be repeated. */
  readonly repeat?: boolean;
  /** Whether all rows are kept whatever `--every` and `--keep` say, since starts are drawn from them. Default false. */
  readonly whole?: boolean;
  /** Called with each row of each repetition, which are counted from 1. The run completes after its repetitions. */
  readonly onRepetition?: (row: Row, repetition: number) => void;
}

/** The result of one run: a row of the summary, which `experiment.json` keeps. */
export interface Finding {
  /** Name of the run. */
  readonly run: string;
  /** Verdict in one or two words, such as "critical point". */
  readonly verdict?: string;
  /** Reason for the verdict: the numbers that decided it, in words. */
  readonly because?: string;
  /** Two sentences that say what such an end means. */
  readonly meaning?: string;
  /** Further columns of the summary. */
  readonly numbers?: Readonly<Record<string, number | string | undefined>>;
}

/** What an experiment receives from the command that runs it. */
export interface ExperimentContext {
  /** Seed of everything random, to be used through `randomSource(seed, ...key)`. */
  readonly seed: number;
  /** Signal that is aborted when the user stops the experiment. */
  readonly signal: AbortSignal;
  /**
   * Runs `iterate` with this session's commands, stop flag, files, checkpoints and resume.
   *
   * Every row is written to the run's own directory before it is emitted. When an experiment is resumed, a finished run
   * is read from its file instead of computed again. The interrupted run emits the rows in its file, then continues
   * from its checkpoint, so the experiment sees the same rows. Measures belong inside the loop: chain(update,
   * morseIndex()).
   */
  iterate(
    problem: Problem | ((step: number) => Problem),
    start: ArrayLike<number>,
    update: Update,
    options?: ExperimentRunOptions,
  ): Observable<Row>;
  /**
   * Runs many searches on as many threads as `--workers` says. `search(i)` gives the rows of search i, 0 <= i < count.
   *
   * The rows come in the order of i, whatever the number of threads. If files are kept, `iterates.arrows` has the rows
   * of all searches and `ends.arrows` the last row of each, beside the searches' own directories.
   *
   * A search must depend on i, the options, the seed and earlier runs only, and must make its rows by `context.iterate`
   * under names of its own. The reason is that the other threads run the same experiment up to the campaign, read the
   * earlier runs from their files, and then take the next search that no other thread has taken.
   */
  campaign(count: number, search: (index: number) => Observable<Row>): Observable<Row>;
  /** Adds a row to the summary that is shown at the end and kept in `experiment.json`. */
  report(finding: Finding): void;
  /** Adds a line below the summary, to say what the findings mean together. */
  conclude(line: string): void;
  /**
   * Says in one line why a result is not reported, because its own protocol does not hold. The line is shown after the
   * conclusions, and `fluxion run` ends with exit code 1. All rows stay.
   */
  refuse(line: string): void;
  /** Shows one line in the terminal, such as what begins or what was drawn. */
  note(line: string): void;
}

/** A schema of options: a zod object whose fields become flags of the command line. */
export type OptionsSchema = z.ZodObject;

/** Specification of an experiment, the argument of {@link experiment}. */
export interface ExperimentSpec<Schema extends OptionsSchema> {
  /** Name of the experiment and its directories, `runs/<name>-1`: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Summary in one line, which `fluxion list` and `--help` show. */
  readonly summary: string;
  /** Schema whose fields become flags: `stepSize: z.number().default(0.1).describe("...")` gives `--step-size`. */
  readonly options?: Schema;
  /**
   * Function that looks at what the options name, such as files, before a directory is made for the runs. What it throws
   * ends the command, and nothing is left behind. Default: nothing is looked at.
   */
  readonly check?: (options: z.output<Schema>) => void | Promise<void>;
  /** Function that emits all rows of all runs, in sequence or merged. No run may begin before it is subscribed. */
  readonly run: (options: z.output<Schema>, context: ExperimentContext) => Observable<Row>;
}

/** An experiment that `fluxion run` can run: the default export of a module. */
export interface Experiment {
  /** Mark by which `fluxion run` recognises an experiment. */
  readonly kind: "fluxion experiment";
  /** Name of the experiment and its directories. */
  readonly name: string;
  /** Summary in one line. */
  readonly summary: string;
  /** Schema whose fields are the flags of the experiment. */
  readonly options: OptionsSchema;
  /** Looks at what the options name before a directory is made for the runs. Absent: nothing is looked at. */
  readonly check?: (options: Readonly<Record<string, unknown>>) => void | Promise<void>;
  /** Runs the experiment with options that the schema has parsed, and emits the rows of all its runs. */
  readonly run: (options: Readonly<Record<string, unknown>>, context: ExperimentContext) => Observable<Row>;
}

/** Options of `fluxion run` itself, which an experiment cannot redefine. */
const reservedOptions: readonly string[] = [
  "seed",
  "out",
  "workers",
  "portable",
  "executor",
  "repeat",
  "alert",
  "onEvent",
  "webhook",
  "webhookFile",
  "failOn",
  "every",
  "keep",
  "maxDisk",
  "shard",
  "indices",
  "engine",
  "queue",
  "redis",
  "serve",
  "port",
  "host",
  "token",
  "open",
  "debug",
  "help",
];

/**
 * Defines an experiment. `fluxion run` can run it if it is a module's default export: `export default experiment(...)`.
 *
 * The fields of `options` become flags of the command, and `run` receives their values. The experiment of the example
 * has the flag `--steps`.
 *
 * @example
 * import { z } from "zod";
 *
 * const spiral = experiment({
 *   name: "spiral",
 *   summary: "extragradient on f(x, y) = xy",
 *   options: z.object({ steps: z.number().int().positive().default(100).describe("number of steps") }),
 *   run: ({ steps }, { iterate }) =>
 *     iterate(bilinear(), [1, 1], chain(untilStep(steps), extragradient({ stepSize: 0.5 }))),
 * });
 * const context = experimentContext({ seed: 1, signal: new AbortController().signal });
 * const options = spiral.options.parse({ steps: 2 });
 * spiral.run(options, context).subscribe((row) => console.log(row.step, row.squaredFieldNorm));
 * // 0 2
 * // 1 1.625
 * // 2 1.3203125
 * @throws {TypeError} ERR_EXPERIMENT if a part is missing, the name cannot be the name of a directory, or the command
 *   itself has an option of the same name
 */
export function experiment<Schema extends OptionsSchema = z.ZodObject<Record<string, never>>>(
  spec: ExperimentSpec<Schema>,
): Experiment {
  const problems = complaints(spec);
  if (problems !== undefined) throw failure("ERR_EXPERIMENT", `experiment: ${problems}`);
  const { name, summary, run, check } = spec;
  return {
    kind: "fluxion experiment",
    name,
    summary,
    options: spec.options ?? z.object({}),
    ...(check === undefined ? {} : { check: (options) => check(options as z.output<Schema>) }),
    // The schema produced these options, so they have the type that `run` expects.
    run: (options, context) => rowsFrom(name, run(options as z.output<Schema>, context)),
  };
}

/** Refuses what is not an Observable, which JavaScript and `async` functions return easily. */
function rowsFrom(name: string, given: unknown): Observable<Row> {
  if (isObservable(given)) return given as Observable<Row>;
  const promise = given as Partial<Promise<unknown>> | null | undefined;
  const isPromise = typeof promise?.then === "function";
  // Nobody waits for it any more, so that its failure must not end the process.
  if (isPromise) void promise.then?.(undefined, () => undefined);
  const got = isPromise
    ? "a promise"
    : given === undefined || given === null
      ? String(given)
      : `${typeof given === "object" ? "an" : "a"} ${typeof given}`;
  throw failure(
    "ERR_EXPERIMENT",
    `${name}: expected run to return an Observable of rows, got ${got}; return what context.iterate or ` +
      `context.campaign gives${isPromise ? ", and wait for other work by defer and switchMap of RxJS" : ""}`,
  );
}

/** Tells whether a module's export is an experiment, whichever copy of fluxion made it. */
export function isExperiment(value: unknown): value is Experiment {
  return typeof value === "object" && value !== null && (value as Partial<Experiment>).kind === "fluxion experiment";
}

function complaints(spec: ExperimentSpec<OptionsSchema>): string | undefined {
  const { name, summary, run, options, check } = (spec ?? {}) as Partial<ExperimentSpec<OptionsSchema>>;
  if (typeof name !== "string" || !plainName.test(name)) {
    return `expected a name of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}; it names directories`;
  }
  if (typeof summary !== "string" || summary === "")
    return `${name}: expected a summary of one line, got ${typeof summary}`;
  if (typeof run !== "function") return `${name}: expected run to be a function, got ${typeof run}`;
  if (check !== undefined && typeof check !== "function") {
    return `${name}: expected check to be a function, got ${typeof check}`;
  }
  if (options === undefined) return undefined;
  const shape: unknown = typeof options === "object" ? options.shape : undefined;
  if (typeof shape !== "object" || shape === null) {
    return `${name}: expected options to be a zod object, got ${typeof options}; write options: z.object({ ... })`;
  }
  const taken = Object.keys(shape).find((key) => reservedOptions.includes(key));
  if (taken !== undefined) {
    const instead = taken === "seed" ? "take the seed from the context" : "choose another name";
    return `${name}: expected an option that fluxion run does not have itself, got "${taken}"; ${instead}`;
  }
  const odd = Object.keys(shape).find((key) => !/^[a-z][A-Za-z0-9]*$/.test(key));
  if (odd !== undefined) return `${name}: expected option names in camel case, such as stepSize, got "${odd}"`;
  return undefined;
}
