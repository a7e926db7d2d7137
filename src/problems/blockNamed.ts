import { failure } from "../errors.ts";
import { checkOption } from "../options.ts";
import type { ParameterBlock, Problem } from "./problem.ts";
import { problemRule } from "./traced/arguments.ts";

/**
 * Finds the parameter block with a name.
 *
 * @throws {RangeError} ERR_OPTION_RANGE, with the names of the blocks, if there is none
 */
export function blockNamed(problem: Problem, name: string, operator: string): ParameterBlock {
  checkOption(operator, "problem", problem, problemRule);
  const block = problem.blocks.find((candidate) => candidate.name === name);
  if (block === undefined) {
    const names = problem.blocks.map((candidate) => candidate.name).join(", ");
    throw failure("ERR_OPTION_RANGE", `${operator}: expected a block of ${problem.name} (${names}), got "${name}"`);
  }
  return block;
}
