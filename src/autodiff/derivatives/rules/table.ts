import type { Node, Op } from "../../graph/graph.ts";
import { binaryRules } from "./binary.ts";
import { logSumExpRule, reduceMaxRule } from "./reduce.ts";
import { operand, type Rule } from "./rule.ts";
import { matmulRule, structureRules } from "./structure.ts";
import { unaryRules } from "./unary.ts";

/** The rule of every primitive. A table without one of them does not compile. */
export const rules: { readonly [K in Op]: Rule<K> } = {
  input: { kind: "source" },
  constant: { kind: "source" },
  fill: { kind: "source" },
  ...unaryRules,
  ...binaryRules,
  select: { kind: "choice", condition: (_, y) => operand(y, 0), yes: 1, no: 2 },
  matmul: matmulRule,
  reduceMax: reduceMaxRule,
  logSumExp: logSumExpRule,
  argMax: { kind: "flat" },
  ...structureRules,
};

export function ruleOf<K extends Op>(node: Node<K>): Rule<K> {
  return rules[node.op];
}
