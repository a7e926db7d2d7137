import type { ParameterBlock, Problem } from "./problem.ts";

/** A player of a game: a name, and where its strategy lies in z. */
export interface PlayerPlace {
  readonly name: string;
  readonly blocks: readonly ParameterBlock[];
}

/** The players in the order of their first blocks; a block that names no player is a player of its own. */
export function playersOf(problem: Problem): readonly PlayerPlace[] {
  const found = new Map<string, ParameterBlock[]>();
  for (const block of problem.blocks) {
    const name = block.player ?? block.name;
    const own = found.get(name);
    if (own === undefined) found.set(name, [block]);
    else own.push(block);
  }
  return Array.from(found, ([name, blocks]) => ({ name, blocks }));
}
