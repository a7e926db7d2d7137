import type { JsonValue } from "../../json.ts";
import { norm } from "../../linalg/vector.ts";
import { checkDerivatives, type DerivativeReport } from "../../problems/checkDerivatives.ts";
import { randomSource } from "../../random.ts";
import type { Experiment } from "../framework/definition.ts";
import { firstRun } from "./firstRun.ts";

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
 */
export async function examine(
  experiment: Experiment,
  given: Readonly<Record<string, JsonValue>>,
  seed: number,
): Promise<Examination> {
  const { problem, start } = await firstRun(experiment, given, seed, "checkDerivatives(problem, point)");
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
