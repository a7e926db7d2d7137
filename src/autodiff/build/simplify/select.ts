import { isOp, type Node } from "../../graph/graph.ts";
import type { GraphBuilder } from "../builder.ts";
import { fillValue } from "./match.ts";

export function simplifySelect(builder: GraphBuilder, condition: Node, then: Node, otherwise: Node): Node | undefined {
  if (then === otherwise) return then;
  const known = fillValue(condition);
  if (known !== undefined) return known !== 0 ? then : otherwise;
  if (isOp(condition, "not")) return builder.select(condition.inputs[0]!, otherwise, then);
  return undefined;
}
