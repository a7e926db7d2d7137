import { isOp, type Node } from "../../graph/graph.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { fillValue } from "./match.ts";

export function simplifySelect(builder: NodeMaker, condition: Node, then: Node, otherwise: Node): Node | undefined {
  if (then === otherwise) return then;
  const known = fillValue(condition);
  if (known !== undefined) return known !== 0 ? then : otherwise;
  if (isOp(condition, "not")) return builder.select(condition.inputs[0]!, otherwise, then);
  return undefined;
}
