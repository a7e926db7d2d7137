import { isOp, type Node } from "../graph/graph.ts";
import { reachable } from "../graph/walk.ts";

export { pushforward } from "./forward.ts";
export { gradient, pullback } from "./reverse.ts";

/** Returns `first`, then every other input that `outputs` depend on. */
export function inputsOf(outputs: readonly Node[], first: readonly Node<"input">[] = []): Node<"input">[] {
  const found = new Set(first);
  for (const node of reachable(outputs)) if (isOp(node, "input")) found.add(node);
  return [...found];
}
