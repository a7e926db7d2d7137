import type { Observable } from "rxjs";
import { z } from "zod";
import type { Points } from "../../arrow/encoder.ts";
import type { Row } from "../../arrow/row.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import type { Update } from "../../streams/types.ts";

/** How one run of an experiment is named, described and kept. */
export interface ExperimentRunOptions {
  /** Names the run's directory; letters, digits, `.`, `_`, `-`; different for each run of an experiment. Default "run". */
  readonly name?: string;
  /** What `run.json` keeps beside the problem's own description. */
  readonly description?: JsonValue;
  /** Which points the file keeps. Default `all`, so that a sampler finds them when the run is replayed. */
  readonly points?: Points;
  /** Seconds between checkpoints, from which `fluxion resume` goes on; default 10. One is taken at the first step too. */
  readonly checkpointSeconds?: number;
}

/** What was found by one run: a row of the summary, and of `experiment.json`. */
export interface Finding {
  /** Name of the run. */
  readonly run: string;
  /** One or two words: "critical point". */
  readonly verdict?: string;
  /** The numbers that decided it, in words. */
  readonly because?: string;
  /** Further columns of the summary. */
  readonly numbers?: Readonly<Record<string, number | string | undefined>>;
}

/** What the command hands to an experiment. */
export interface ExperimentContext {
  /** All randomness comes from here, through `randomSource(seed, ...key)`. */
  readonly seed: number;
  /** Aborted when the user stops the experiment. */
  readonly signal: AbortSignal;
  /**
   * `iterate`, with this session's commands, stop flag, files, checkpoints and resume.
   *
   * Every row is written to the run's own directory before it is emitted. When an experiment is resumed, a run that ended
   * before is read from its file instead of computed again, and the interrupted one emits its rows from the file, then goes
   * on from its checkpoint: what the experiment sees is the same. Measures stand inside the loop: chain(update, morseIndex()).
   */
  iterate(
    problem: Problem | ((step: number) => Problem),
    start: ArrayLike<number>,
    update: Update,
    options?: ExperimentRunOptions,
  ): Observable<Row>;
  /**
   * Many searches, on as many threads as `--workers` says: `search(i)` gives the rows of search i, for i = 0 ... count - 1.
   *
   * The rows come in the order of i, whatever the number of threads; with files, all of them stand in `iterates.arrows` and the last
   * row of each search in `ends.arrows`, beside the searches' own directories. A search must depend on i, options, seed and earlier
   * runs only, and make its rows by `context.iterate` under names of its own: other threads run the same experiment up to the
   * campaign, read the earlier runs from their files, and take the next search that nobody has.
   */
  campaign(count: number, search: (index: number) => Observable<Row>): Observable<Row>;
  /** Adds a row to the summary that is shown at the end and kept in `experiment.json`. */
  report(finding: Finding): void;
  /** Adds a line below the summary: what the findings say together. */
  conclude(line: string): void;
  /** Says one line to whoever watches: what begins, what was drawn. */
  note(line: string): void;
}

/** A schema of options: a zod object whose fields become flags of the command line. */
export type OptionsSchema = z.ZodObject;

/** What `experiment` takes. */
export interface ExperimentSpec<Schema extends OptionsSchema> {
  /** Names its directories: `runs/<name>-1`. Letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** One line for `fluxion list`. */
  readonly summary: string;
  /** Flags: `stepSize: z.number().default(0.1).describe("...")` becomes `--step-size`. Default: none. */
  readonly options?: Schema;
  /** All rows of all runs, one run after the other or merged. Nothing may begin before it is subscribed. */
  readonly run: (options: z.output<Schema>, context: ExperimentContext) => Observable<Row>;
}

/** What `fluxion run` can run: the default export of a module. */
export interface Experiment {
  readonly kind: "fluxion experiment";
  readonly name: string;
  readonly summary: string;
  readonly options: OptionsSchema;
  readonly run: (options: Readonly<Record<string, unknown>>, context: ExperimentContext) => Observable<Row>;
}

/** Options of `fluxion run` itself, which an experiment cannot define again. */
const reservedOptions: readonly string[] = [
  "seed",
  "out",
  "workers",
  "serve",
  "port",
  "host",
  "token",
  "open",
  "debug",
  "help",
];

/** What may name an experiment or a run, since it names a directory. */
export const plainName: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Something that `fluxion run` can run: a module's default export.
 *
 * @example
 * export default experiment({
 *   name: "descent", summary: "Extragradient on f(x, y) = xy",
 *   options: z.object({ steps: z.number().int().positive().default(100).describe("steps to take") }),
 *   run: ({ steps }, { iterate }) =>
 *     iterate(bilinear(), [1, 1], chain(untilStep(steps), extragradient({ stepSize: 0.5 }))),
 * });
 * @throws {TypeError} ERR_EXPERIMENT for a part that is missing, a name that cannot name a directory, or an option that the
 *   command has itself
 */
export function experiment<Schema extends OptionsSchema = z.ZodObject<Record<string, never>>>(
  spec: ExperimentSpec<Schema>,
): Experiment {
  const problems = complaints(spec);
  if (problems !== undefined) throw failure("ERR_EXPERIMENT", `experiment: ${problems}`);
  const { name, summary, run } = spec;
  return {
    kind: "fluxion experiment",
    name,
    summary,
    options: spec.options ?? z.object({}),
    // The schema has produced these options, so they are what `run` expects.
    run: (options, context) => run(options as z.output<Schema>, context),
  };
}

/** Whether a module's export is an experiment, whichever copy of fluxion made it. */
export function isExperiment(value: unknown): value is Experiment {
  return typeof value === "object" && value !== null && (value as Partial<Experiment>).kind === "fluxion experiment";
}

function complaints(spec: ExperimentSpec<OptionsSchema>): string | undefined {
  const { name, summary, run, options } = (spec ?? {}) as Partial<ExperimentSpec<OptionsSchema>>;
  if (typeof name !== "string" || !plainName.test(name)) {
    return `expected a name of letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}; it names directories`;
  }
  if (typeof summary !== "string" || summary === "")
    return `${name}: expected a summary of one line, got ${typeof summary}`;
  if (typeof run !== "function") return `${name}: expected run to be a function, got ${typeof run}`;
  if (options === undefined) return undefined;
  const shape: unknown = typeof options === "object" ? options.shape : undefined;
  if (typeof shape !== "object" || shape === null) {
    return `${name}: expected options to be a zod object, got ${typeof options}; write z.object({ ... })`;
  }
  const taken = Object.keys(shape).find((key) => reservedOptions.includes(key));
  if (taken !== undefined) {
    return `${name}: the option "${taken}" belongs to fluxion run itself; choose another name${taken === "seed" ? ", the seed comes with the context" : ""}`;
  }
  const odd = Object.keys(shape).find((key) => !/^[a-z][A-Za-z0-9]*$/.test(key));
  if (odd !== undefined) return `${name}: expected option names in camel case, such as stepSize, got "${odd}"`;
  return undefined;
}
