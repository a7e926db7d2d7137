/** Rules for arguments that are problems, sets or data. */
import { list, thing } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import type { ConvexSet, Problem } from "../problem.ts";

/** A problem of any kind. */
export const problemRule = thing("a problem, with dimension, blocks, evaluate and linearize", {
  dimension: "number",
  blocks: "list",
  evaluate: "function",
  linearize: "function",
});
/** A problem that was traced, whose data can be exchanged. */
export const tracedProblemRule = thing("a problem made from a function in TensorFlow.js, as objective makes one", {
  rowsOf: "function",
});
export const setRule = thing("a convex set", { dimension: "number", project: "function", distance: "function" });
export const datasetRule = thing("a data set", { names: "list", values: "object", count: "number" });

/** Refuses what is not a list of convex sets. */
export function checkSets(who: string, sets: readonly ConvexSet[]): void {
  checkOption(who, "sets", sets, list);
  for (const [i, set] of sets.entries()) checkOption(who, `set ${i}`, set, setRule);
}

/** Refuses what is not a problem and a point of it. */
export function checkPoint(who: string, problem: Problem, point: ArrayLike<number>): void {
  checkOption(who, "problem", problem, problemRule);
  checkOption(who, "point", point, list);
  const { dimension, name } = problem;
  if (point.length === dimension) return;
  throw failure(
    "ERR_LENGTH",
    `${who}: expected a point of length ${dimension}, got ${point.length}; the problem is ${name}`,
  );
}
