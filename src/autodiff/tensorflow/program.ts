import type { Node } from "../graph/graph.ts";
import type { Context, Recipe } from "./kernels/kernel.ts";
import type { Tensor } from "./session.ts";

/** How nodes are computed, found once for each. */
type Recipes = (node: Node) => Recipe;

/** Returns the nodes that must be computed for the outputs, operands first, where some nodes are given. */
export function needed(outputs: readonly Node[], given: ReadonlySet<Node>, recipes: Recipes): Node[] {
  const found = new Set<Node>();
  const waiting = [...outputs];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (found.has(node) || given.has(node)) continue;
    found.add(node);
    waiting.push(...recipes(node).operands);
  }
  // A recipe reads nodes that its node depends on, and these were made earlier.
  return [...found].sort((a, b) => a.id - b.id);
}

/** One node's turn: where its operands and its result lie, and what nobody reads after it. */
interface Turn {
  readonly make: Recipe["make"];
  readonly operands: readonly number[];
  readonly place: number;
  readonly ends: readonly number[];
}

/** Computes some nodes one after the other. */
export interface Program {
  /** Number of nodes that are computed. */
  readonly turns: number;
  /** Makes tensors of the outputs, which the caller owns. Those given stay as they are. */
  run(given: readonly Tensor[]): Tensor[];
}

/**
 * Plans the computation of the outputs: each tensor is freed after the last node that reads it.
 *
 * @param given nodes whose tensors come from outside
 */
export function planProgram(
  outputs: readonly Node[],
  given: readonly Node[],
  recipes: Recipes,
  { session }: Context,
): Program {
  const places = new Map<Node, number>(given.map((node, place) => [node, place]));
  const nodes = needed(outputs, new Set(given), recipes);
  for (const node of nodes) places.set(node, places.size);
  const results = new Set(outputs);
  const lastReader = new Map<Node, Node>();
  for (const node of nodes) {
    lastReader.set(node, node);
    for (const operand of recipes(node).operands) lastReader.set(operand, node);
  }
  const ends = new Map<Node, number[]>();
  for (const [node, reader] of lastReader) {
    if (places.get(node)! < given.length || results.has(node)) continue;
    ends.set(reader, [...(ends.get(reader) ?? []), places.get(node)!]);
  }
  const turns = nodes.map((node): Turn => {
    const { make, operands } = recipes(node);
    return {
      make,
      operands: operands.map((operand) => places.get(operand)!),
      place: places.get(node)!,
      ends: ends.get(node) ?? [],
    };
  });
  const delivered = outputs.map((node) => places.get(node)!);
  const tensors: Tensor[] = Array.from({ length: places.size }, () => -1);
  return {
    turns: turns.length,
    run: (own) =>
      session.attempt(() => {
        for (let i = 0; i < own.length; i++) tensors[i] = own[i]!;
        for (const { make, operands, place, ends: dead } of turns) {
          tensors[place] = make(operands.map((at) => tensors[at]!));
          for (const at of dead) session.free(tensors[at]!);
        }
        const taken = new Set<number>();
        return delivered.map((place) => {
          if (place >= given.length && !taken.has(place)) {
            taken.add(place);
            return tensors[place]!;
          }
          return session.plain("Identity", tensors[place]!);
        });
      }),
  };
}
