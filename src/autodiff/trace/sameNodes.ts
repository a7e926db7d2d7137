import { isOp, type Node } from "../graph/graph.ts";

/** Whether two nodes compute the same thing in the same way. */
export function sameNodes(a: Node, b: Node): boolean {
  const partner = new Map<Node, Node>();
  const stack: [Node, Node][] = [[a, b]];
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const [x, y] = pair;
    if (x === y || partner.get(x) === y) continue;
    if (x.op !== y.op || x.inputs.length !== y.inputs.length || x.shape.join() !== y.shape.join()) return false;
    if (isOp(x, "constant") && isOp(y, "constant")) {
      const values = y.attributes.values;
      if (!x.attributes.values.every((value, i) => Object.is(value, values[i]))) return false;
    } else if (JSON.stringify(x.attributes) !== JSON.stringify(y.attributes)) return false;
    partner.set(x, y);
    for (const [i, input] of x.inputs.entries()) stack.push([input, y.inputs[i]!]);
  }
  return true;
}
