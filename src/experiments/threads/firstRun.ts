import { EMPTY, lastValueFrom } from "rxjs";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { Problem } from "../../problems/problem.ts";
import { isCheckpoint } from "../../streams/loop/checkpoint.ts";
import { experimentContext } from "../framework/context.ts";
import type { Experiment } from "../framework/definition.ts";
import { optionsFrom } from "./flags.ts";

/** The problem of an experiment's first run, and where it starts. */
interface FirstRun {
  readonly problem: Problem;
  readonly start: Float64Array;
}

/**
 * Finds the problem of an experiment's first run. The experiment runs with a context that makes no rows: its first
 * `context.iterate` tells which problem it is.
 *
 * @param instead what to call for a problem that the experiment does not run
 * @throws ERR_EXPERIMENT if there is no such run; ERR_COMMAND_LINE for options that do not match the schema
 */
export async function firstRun(
  experiment: Experiment,
  given: Readonly<Record<string, JsonValue>>,
  seed: number,
  instead: string,
): Promise<FirstRun> {
  const options = optionsFrom(experiment.options, given);
  let found: FirstRun | undefined;
  const context = experimentContext({ seed, signal: new AbortController().signal });
  const rows = experiment.run(options, {
    ...context,
    iterate(problem, start) {
      const point = isCheckpoint(start) ? start.point : Float64Array.from(start);
      found ??= { problem: typeof problem === "function" ? problem(0) : problem, start: point };
      return EMPTY;
    },
  });
  try {
    await lastValueFrom(rows, { defaultValue: undefined });
  } catch (error) {
    // Many experiments fail when their first run is empty. Only that run's problem is wanted.
    if (found === undefined) throw error;
  }
  if (found !== undefined) return found;
  throw failure(
    "ERR_EXPERIMENT",
    `${experiment.name}: expected a run made by context.iterate, got none; for any other problem call ${instead}`,
  );
}
