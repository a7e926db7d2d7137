import { failure, type Problem } from "../../../authoring/index.ts";
import { hasOutputs, type OutputObjective } from "../../../problems/outputs/outputObjective.ts";

/** Returns a problem with outputs. @throws ERR_UNSUPPORTED for a problem that has none */
export function outputsOf(who: string, problem: Problem): OutputObjective {
  if (hasOutputs(problem)) return problem;
  throw failure(
    "ERR_UNSUPPORTED",
    `${who}: expected an objective with outputs, got ${problem.name}; write it as objective(shapes, { outputs, loss }), ` +
      "or use newtonDirection, which needs the loss alone",
  );
}
