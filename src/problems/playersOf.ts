import { checkOption } from "../options.ts";
import type { ParameterBlock, Problem } from "./problem.ts";
import { problemRule } from "./traced/arguments.ts";

/** A player of a game: its name and the place of its strategy in z. */
export interface PlayerPlace {
  readonly name: string;
  readonly blocks: readonly ParameterBlock[];
}

/** Lists the players in the order of their first blocks. A block without a player is a player of its own. */
export function playersOf(problem: Problem): readonly PlayerPlace[] {
  checkOption("playersOf", "problem", problem, problemRule);
  const found = new Map<string, ParameterBlock[]>();
  for (const block of problem.blocks) {
    const name = block.player ?? block.name;
    const own = found.get(name);
    if (own === undefined) found.set(name, [block]);
    else own.push(block);
  }
  return Array.from(found, ([name, blocks]) => ({ name, blocks }));
}
