import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { checkGraph } from "../../../src/autodiff/derivatives/checkGraph.ts";
import { gradient, pullback, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { isOp, type Node } from "../../../src/autodiff/graph/graph.ts";
import { printGraph } from "../../../src/autodiff/graph/printGraph.ts";
import { linearize } from "../../../src/autodiff/passes/linearize.ts";
import { evaluate } from "../../support/graphLaws.ts";

const differentiating = suite("gradient, pullback, pushforward, linearize");

differentiating("give a constant 0 for what an output does not depend on", () => {
  const b = new GraphBuilder();
  const [x, y] = [b.input("x", "parameter", [2]), b.input("y", "parameter", [3])] as const;
  const [dx, dy] = gradient(b, b.sum(b.mul(x, x)), [x, y]) as [Node, Node];
  assert.is(dx.op, "mul");
  assert.ok(isOp(dy, "fill") && dy.attributes.value === 0);
  assert.equal(dy.shape, [3]);
  const [moved] = pushforward(b, [x], new Map<Node, Node>([[y, b.input("v", "tangent", [4, 3])]]), 1);
  assert.ok(isOp(moved!, "fill"));
  assert.equal(moved.shape, [4, 2]);
});

differentiating("differentiate with respect to nodes in the middle of a graph", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", []);
  const middle = b.unary("sin", x);
  const [slope] = gradient(b, b.mul(middle, middle), [middle]);
  assert.equal(evaluate([slope!], { x: Float64Array.of(0.3) }), [Float64Array.of(2 * Math.sin(0.3))]);
});

differentiating("refuse shapes that do not fit, as our own mistakes", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [2]);
  assert.throws(() => gradient(b, x, [x]), /internal: gradient: expected one number.*\[2\]/);
  assert.throws(() => pullback(b, [x], [b.fill(1, [3])], [x]), /internal: pullback.*output 0.*\[2\]/);
  assert.throws(() => pushforward(b, [x], new Map<Node, Node>([[x, b.fill(1, [3])]])), /internal: pushforward.*\[3\]/);
});

differentiating("leave out tangents that are 0 with either sign, so that products stay linear by structure", () => {
  // d max(x, x - 1) - dx = 0 everywhere, found by simplification; its multiples are 0 and -0.
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [2]);
  const above = b.binary("max", x, b.sub(x, b.fill(1, [2])));
  const none = b.sub(above, x);
  const y = b.add(b.mul(x, x), b.select(b.binary("less", x, above), b.scale(-2, none), b.scale(2, none)));
  const { linear, residuals, directions } = linearize(b, [y], [x], { count: 3 });
  checkGraph(linear, { linearIn: directions });
  assert.equal(residuals, [x], printGraph(linear));
});

differentiating("split a product into residuals of the point and a graph that is linear in the direction", () => {
  const b = new GraphBuilder();
  const [x, w] = [b.input("x", "data", [4, 3]), b.input("w", "parameter", [3, 2])] as const;
  const outputs = [b.sum(b.unary("tanh", b.matmul(x, w)), [0])];
  const { linear, residuals, directions } = linearize(b, outputs, [w]);
  assert.is(directions.length, 1);
  assert.is(
    printGraph(linear),
    [
      "tangent v0 [3, 2]",
      "residual r0 [4, 3]",
      "residual r1 [4, 2]",
      "%0 [4, 2] = matmul(r0, v0)",
      "%1 [4, 2] = mul(%0, r1)",
      "%2 [2] = sum(%1) over [0]",
      "%3 [2] = mul(4, %2)",
      "return %3",
    ].join("\n"),
  );
  assert.equal(
    residuals.map(({ op }) => op),
    ["input", "logisticDensity"],
  );
  const transposed = linearize(b, outputs, [w], { transpose: true });
  assert.match(printGraph(transposed.linear), /^cotangent u0 \[2\]\n/);
  assert.equal(transposed.linear.outputs[0]!.shape, [3, 2]);
});

differentiating.run();
