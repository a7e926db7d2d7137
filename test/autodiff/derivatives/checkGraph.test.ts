import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { checkGraph } from "../../../src/autodiff/derivatives/checkGraph.ts";
import { gradient, inputsOf, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import type { Node } from "../../../src/autodiff/graph/graph.ts";
import { linearize } from "../../../src/autodiff/passes/linearize.ts";

const checks = suite("checkGraph");

function model() {
  const b = new GraphBuilder();
  const w = b.input("w", "parameter", [3, 2]);
  const x = b.input("x", "data", [4, 3]);
  const loss = b.sum(b.unary("tanh", b.matmul(x, w)));
  return { b, w, x, loss };
}

checks("accepts what the builder and both modes make", () => {
  const { b, w, x, loss } = model();
  checkGraph({ inputs: [w, x], outputs: [loss] });
  const first = gradient(b, loss, [w]);
  checkGraph({ inputs: [w, x], outputs: first });
  const v = b.input("v", "tangent", [3, 2]);
  const products = pushforward(b, first, new Map<Node, Node>([[w, v]]));
  checkGraph({ inputs: [w, x, v], outputs: products }, { linearIn: [v] });
  const { directions, residuals, linear } = linearize(b, first, [w]);
  checkGraph({ inputs: [w, x], outputs: residuals });
  checkGraph(linear, { linearIn: directions });
});

checks("names an input that is not listed, or twice", () => {
  const { w, x, loss } = model();
  assert.throws(() => checkGraph({ inputs: [w], outputs: [loss] }), /input "x" is not listed/);
  assert.throws(() => checkGraph({ inputs: [w, x, w], outputs: [loss] }), /listed twice/);
});

checks("names a node whose shape does not follow from its operands", () => {
  const { w } = model();
  const wrong: Node = { id: 90, op: "exp", inputs: [w], attributes: {}, shape: [2, 3] };
  assert.throws(
    () => checkGraph({ inputs: [w], outputs: [wrong] }),
    /exp \(node 90\): its shape is \[2, 3\].*\[3, 2\]/,
  );
});

checks("refuses ids that are no order, and two nodes of one id", () => {
  const { w } = model();
  const early: Node = { id: w.id, op: "exp", inputs: [w], attributes: {}, shape: [3, 2] };
  assert.throws(() => checkGraph({ inputs: [w], outputs: [early] }), /two nodes have the id|operand comes after/);
  const self: Node = { id: -1, op: "exp", inputs: [w], attributes: {}, shape: [3, 2] };
  assert.throws(() => checkGraph({ inputs: [w], outputs: [self] }), /operand comes after its user/);
});

checks("refuses what is not linear in the tangents", () => {
  const b = new GraphBuilder();
  const v = b.input("v", "tangent", [2]);
  const r = b.input("r", "residual", [2]);
  const linear = (output: Node): void =>
    checkGraph({ inputs: inputsOf([output]), outputs: [output] }, { linearIn: [v] });
  linear(b.add(v, b.mul(r, v)));
  linear(b.select(r, v, b.fill(0, [2])));
  linear(b.fill(0, [2]));
  for (const wrong of [
    b.mul(v, v),
    b.add(v, r),
    b.div(r, v),
    b.unary("exp", v),
    b.select(v, r, b.fill(0, [2])),
    b.select(r, v, b.fill(1, [2])),
    b.binary("max", v, r),
    r,
  ]) {
    assert.throws(() => linear(wrong), /not linear|constant where/, wrong.op);
  }
});

checks.run();
