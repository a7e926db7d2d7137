import { EMPTY, lastValueFrom } from "rxjs";
import { failure } from "../../errors.ts";
import { norm } from "../../linalg/vector.ts";
import { checkDerivatives, type DerivativeReport } from "../../problems/checkDerivatives.ts";
import type { Problem } from "../../problems/problem.ts";
import { randomSource } from "../../random.ts";
import { isCheckpoint } from "../../streams/loop/checkpoint.ts";
import { experimentContext } from "../framework/context.ts";
import type { Experiment } from "../framework/definition.ts";
import { optionsFrom } from "./flags.ts";

/** The result of checking a problem's derivatives. */
export interface Examination {
  readonly problem: string;
  readonly dimension: number;
  readonly points: readonly {
    readonly where: string;
    readonly verdict: DerivativeReport["verdict"];
    readonly table: string;
  }[];
}

/**
 * Checks the derivatives of the problem of an experiment's first run: at its start, and at a random point whose
 * distance from the start is about the norm of the start, or 1 if that is larger.
 *
 * The experiment runs with a context that makes no rows: its first `context.iterate` tells which problem it is.
 */
export async function examine(
  experiment: Experiment,
  given: Parameters<typeof optionsFrom>[1],
  seed: number,
): Promise<Examination> {
  const options = optionsFrom(experiment.options, given);
  let found: { readonly problem: Problem; readonly start: Float64Array } | undefined;
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
  if (found === undefined) {
    throw failure(
      "ERR_EXPERIMENT",
      `${experiment.name}: expected a run made by context.iterate, got none; ` +
        "for any other problem call checkDerivatives(problem, point)",
    );
  }
  const { problem, start } = found;
  const random = randomSource(seed, "examine");
  const size = Math.max(1, norm(Float64Array.from(start))) / Math.sqrt(start.length);
  const elsewhere = start.map((z) => z + size * random.normal());
  const at = (where: string, point: Float64Array): Examination["points"][number] => {
    const { verdict, table } = checkDerivatives(problem, point, { seed });
    return { where, verdict, table };
  };
  return {
    problem: problem.name,
    dimension: problem.dimension,
    points: [at("the start of the first run", start), at("a random point", elsewhere)],
  };
}
