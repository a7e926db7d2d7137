import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { compileFunction } from "../../../src/autodiff/compileFunction.ts";
import { gradient, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { type Graph, isOp, type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import { dependents, reachable } from "../../../src/autodiff/graph/walk.ts";
import { normalForm } from "../../../src/autodiff/passes/normalForm.ts";
import { regroup } from "../../../src/autodiff/passes/regroup.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

interface Case {
  readonly b: GraphBuilder;
  readonly directions: readonly Node<"input">[];
  /** Of the products J v. */
  readonly graph: Graph;
}

/** J v of the gradient of mean((W2 act(W1 X) - X)^2). */
function autoencoder(act: (b: GraphBuilder, h: Node) => Node, inputs = 6, hidden = 2, samples = 40): Case {
  const b = new GraphBuilder();
  const parameters = [
    b.input("w1", "parameter", [hidden, inputs]),
    b.input("w2", "parameter", [inputs, hidden]),
  ] as const;
  const x = b.input("x", "data", [inputs, samples]);
  const output = b.matmul(parameters[1], act(b, b.matmul(parameters[0], x)));
  const error = b.sub(output, x);
  const field = gradient(b, b.mean(b.mul(error, error)), parameters);
  const directions = parameters.map((node, i) => b.input(`v${i}`, "tangent", node.shape));
  const products = pushforward(b, field, new Map(parameters.map((node, i) => [node, directions[i]!])));
  return { b, directions, graph: { inputs: [...parameters, x, ...directions], outputs: products } };
}

const linear = (_: GraphBuilder, h: Node): Node => h;
const swish = (b: GraphBuilder, h: Node): Node => b.mul(h, b.unary("sigmoid", h));

function assertSameValues(found: Graph, expected: Graph): void {
  const { inputs } = expected;
  const numbers = Object.fromEntries(
    inputs.map(({ attributes, shape }, i) => [attributes.name, normalVector(sizeOf(shape), 10 + i)]),
  );
  const [a, e] = [compileFunction(found), compileFunction(expected)];
  const [after, before] = [a(numbers), e(numbers)];
  for (const [i, values] of before.entries()) assertClose(after[i]!, values, 1e-13, `output ${i}`);
}

/** Operations of the products that depend on v. */
function work({ outputs }: Graph, directions: readonly Node[]): number {
  const nodes = reachable(outputs);
  const moving = dependents(nodes, directions);
  let sum = 0;
  for (const node of nodes) {
    if (!isOp(node, "matmul") || !moving.has(node)) continue;
    sum += 2 * sizeOf(node.shape) * node.inputs[0]!.shape.at(node.attributes.transposeA ? 0 : 1)!;
  }
  return sum;
}

const regrouping = suite("regroup");
for (const [name, act] of [
  ["linear", linear],
  ["swish", swish],
] as const) {
  regrouping(`keeps the values of a ${name} network's J v`, () => {
    const { b, graph } = autoencoder(act);
    assertSameValues(regroup(b, normalForm(b, graph)), graph);
  });
}
regrouping("leaves a linear network nothing that grows with the number of samples", () => {
  const { b, directions, graph } = autoencoder(linear);
  const nodes = reachable(regroup(b, graph).outputs);
  const moving = dependents(nodes, directions);
  const largest = Math.max(...nodes.filter((node) => moving.has(node)).map((node) => sizeOf(node.shape)));
  assert.ok(largest <= 36, `a result of ${largest} numbers depends on v`);
});
regrouping("saves a quarter of the products of a nonlinear one", () => {
  const { b, directions, graph } = autoencoder(swish, 16, 8, 1000);
  const found = regroup(b, normalForm(b, graph));
  assert.ok(work(found, directions) <= 0.76 * work(graph, directions));
});
regrouping("leaves alone what has no three factors", () => {
  const b = new GraphBuilder();
  const [w, v] = [b.input("w", "parameter", [3, 4]), b.input("v", "tangent", [4, 5])];
  const graph = { inputs: [w, v], outputs: [b.matmul(w, v)] };
  assert.is(regroup(b, graph), graph);
});
regrouping("multiplies a long chain from its small end", () => {
  const b = new GraphBuilder();
  const [w, v] = [b.input("w", "parameter", [50, 50]), b.input("v", "tangent", [50, 1])];
  const graph = { inputs: [w, v], outputs: [b.matmul(b.matmul(b.matmul(w, w), w), v)] };
  const found = regroup(b, graph);
  assert.ok(work(found, [v]) <= 3 * 2 * 50 * 50);
  assertSameValues(found, graph);
});
regrouping.run();

const normal = suite("normalForm");
normal("turns every elementwise expression in v into coefficients times sums of products", () => {
  const { b, directions, graph } = autoencoder((builder, h) => builder.unary("tanh", h));
  const found = normalForm(b, graph);
  assertSameValues(found, graph);
  const nodes = reachable(found.outputs);
  const moving = dependents(nodes, directions);
  for (const node of nodes) {
    if (!isOp(node, "mul") || !moving.has(node) || isOp(node.inputs[0]!, "fill")) continue;
    const depth = node.inputs.filter(
      (input) => isOp(input, "mul") && moving.has(input) && !isOp(input.inputs[0]!, "fill"),
    );
    assert.is(depth.length, 0, "a coefficient is multiplied in two steps");
  }
});
normal("divides, negates and selects coefficients, not directions", () => {
  const b = new GraphBuilder();
  const [w, v] = [b.input("w", "parameter", [5]), b.input("v", "tangent", [5])];
  const positive = b.binary("less", b.fill(0, [5]), w);
  const product = b.sub(b.select(positive, b.div(v, w), b.neg(v)), b.mul(b.unary("exp", w), v));
  const graph = { inputs: [w, v], outputs: [product] };
  const found = normalForm(b, graph);
  const nodes = reachable(found.outputs);
  assert.is(nodes.filter((node) => dependents(nodes, [v]).has(node)).length, 2, "v and one product");
  assertSameValues(found, graph);
});
normal("keeps 0 where a branch that is not taken would be infinite", () => {
  const b = new GraphBuilder();
  const [w, v] = [b.input("w", "parameter", [2]), b.input("v", "tangent", [2])];
  const positive = b.binary("less", b.fill(0, [2]), w);
  const product = b.select(positive, b.div(v, w), b.fill(0, [2]));
  const run = compileFunction(normalForm(b, { inputs: [w, v], outputs: [product] }));
  assert.equal([...run({ w: [0, 2], v: [1, 1] })[0]!], [0, 0.5]);
});
normal.run();
