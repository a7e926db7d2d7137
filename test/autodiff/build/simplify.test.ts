import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { isOp, type Node } from "../../../src/autodiff/graph/graph.ts";
import { reachable } from "../../../src/autodiff/graph/walk.ts";
import { assertClose } from "../../support/assert.ts";
import { evaluate } from "../../support/graphLaws.ts";

const ops = (...outputs: readonly Node[]): string =>
  reachable(outputs)
    .map((node) => node.op)
    .filter((op) => op !== "input" && op !== "fill")
    .join(" ");
const start = () => {
  const b = new GraphBuilder();
  return { b, x: b.input("x", "parameter", [3, 4]), y: b.input("y", "parameter", [3, 4]) };
};

const simplifying = suite("simplification while building");

simplifying("gives equal nodes once, sums and products in any order", () => {
  const { b, x, y } = start();
  assert.is(b.unary("exp", x), b.unary("exp", x));
  assert.is(b.add(x, y), b.add(y, x));
  assert.is(b.mul(x, y), b.mul(y, x));
  assert.is.not(b.sub(x, y), b.sub(y, x));
  assert.is(b.constant([1, 2], [2]), b.constant([1, 2], [2]));
  assert.is.not(b.constant([0, 1], [2]), b.constant([-0, 1], [2]));
});

simplifying("computes what depends on no input", () => {
  const { b } = start();
  const product = b.matmul(b.constant([1, 2, 3, 4], [2, 2]), b.constant([1, 0, 0, 2], [2, 2]));
  assert.ok(isOp(product, "constant"));
  assert.equal(product.attributes.values, Float64Array.of(1, 4, 3, 8));
  const ones = b.sum(b.fill(0.5, [4, 2]), [1]);
  assert.ok(isOp(ones, "fill") && ones.attributes.value === 1);
});

simplifying("drops zeros, ones and inverses", () => {
  const { b, x } = start();
  const [zero, one] = [b.fill(0, [3, 4]), b.fill(1, [3, 4])];
  assert.is(b.add(x, zero), x);
  assert.is(b.mul(one, x), x);
  assert.is(b.mul(zero, x), zero);
  assert.is(b.sub(x, x), zero);
  assert.is(b.neg(b.neg(x)), x);
  assert.is(b.div(x, one), x);
  assert.is(b.unary("log", b.unary("exp", x)), x);
  assert.is(b.transpose(b.transpose(x)), x);
  assert.is(b.reshape(b.reshape(x, [12]), [3, 4]), x);
  assert.is(b.matmul(x, b.fill(0, [4, 2])), b.fill(0, [3, 2]));
});

simplifying("writes powers as products, so that they have derivatives at 0", () => {
  const { b, x } = start();
  for (const exponent of [0, 1, 2, 3, 4, 0.5, -0.5, -1, -2]) {
    assert.not.match(ops(b.binary("pow", x, b.fill(exponent, []))), "pow", String(exponent));
  }
  assert.match(ops(b.binary("pow", x, b.fill(2.5, []))), "pow");
});

simplifying("recognises logSumExp in log(sum(exp)), with and without a shift by the largest", () => {
  const { b, x } = start();
  assert.is(ops(b.unary("log", b.sum(b.unary("exp", x), [1]))), "logSumExp");
  const m = b.reduceMax(x, [1]);
  const shifted = b.sub(x, b.expand(m, [1], [3, 4]));
  const whole = b.add(m, b.unary("log", b.sum(b.unary("exp", shifted), [1])));
  assert.is(ops(whole), "logSumExp");
  // So the largest entry leaves no trace in the derivative.
  assert.not.match(ops(...gradient(b, b.sum(whole), [x])), "reduceMax");
});

simplifying("recognises the shift in a log-softmax", () => {
  const { b, x } = start();
  const shifted = b.sub(x, b.expand(b.reduceMax(x, [1]), [1], [3, 4]));
  const log = b.unary("log", b.sum(b.unary("exp", shifted), [1]));
  const whole = b.sub(shifted, b.expand(log, [1], [3, 4]));
  assert.not.match(ops(whole), "reduceMax");
  const at = { x: Float64Array.from({ length: 12 }, (_, i) => 100 * Math.sin(i)) };
  const direct = b.sub(x, b.expand(b.logSumExp(x, [1]), [1], [3, 4]));
  assertClose(evaluate([whole], at)[0]!, evaluate([direct], at)[0]!, 1e-15);
});

simplifying("recognises a log-softmax with a kept axis, as tf.logSoftmax writes it, in graphs that stay exact", () => {
  const b = new GraphBuilder({ exact: true });
  const x = b.input("x", "parameter", [3, 4]);
  const kept = (y: Node): Node => b.reshape(y, [3, 1]);
  const shifted = b.sub(x, b.broadcast(kept(b.reduceMax(x, [1])), [3, 4]));
  const log = b.unary("log", kept(b.sum(b.unary("exp", shifted), [1])));
  const whole = b.sub(shifted, b.broadcast(log, [3, 4]));
  assert.is(ops(whole), "logSumExp reshape broadcast sub");
  assert.not.match(ops(...gradient(b, b.sum(whole), [x])), "reduceMax");
  const at = { x: Float64Array.from({ length: 12 }, (_, i) => 100 * Math.sin(i)) };
  const direct = b.sub(x, b.expand(b.logSumExp(x, [1]), [1], [3, 4]));
  assertClose(evaluate([whole], at)[0]!, evaluate([direct], at)[0]!, 1e-15);
});

simplifying("recognises softplus and sigmoid as people write them", () => {
  const { b, x } = start();
  const one = b.fill(1, [3, 4]);
  const relu = b.binary("max", b.fill(0, [3, 4]), x);
  const softplus = b.unary("softplus", x);
  assert.is(b.unary("log1p", b.unary("exp", x)), softplus);
  assert.is(b.unary("log", b.add(one, b.unary("exp", x))), softplus);
  assert.is(b.add(relu, b.unary("log1p", b.unary("exp", b.neg(b.unary("abs", x))))), softplus);
  assert.is(b.unary("log", b.unary("sigmoid", x)), b.neg(b.unary("softplus", b.neg(x))));
  assert.is(b.unary("log", b.sub(one, b.unary("sigmoid", x))), b.neg(softplus));
  assert.is(b.div(one, b.add(one, b.unary("exp", b.neg(x)))), b.unary("sigmoid", x));
});

simplifying("recognises sigmoid cross-entropy: max(0, x) - x y + log(1 + e^-|x|) = softplus(x) - x y", () => {
  const { b, x, y } = start();
  const relu = b.binary("max", b.fill(0, [3, 4]), x);
  const rest = b.unary("log1p", b.unary("exp", b.neg(b.unary("abs", x))));
  assert.is(b.add(b.sub(relu, b.mul(x, y)), rest), b.sub(b.unary("softplus", x), b.mul(x, y)));
});

simplifying("does not recognise what only looks alike", () => {
  const { b, x, y } = start();
  const relu = b.binary("max", b.fill(0, [3, 4]), y);
  const other = b.unary("log1p", b.unary("exp", b.neg(b.unary("abs", x))));
  assert.match(ops(b.add(relu, other)), "max");
  // A shift that is not the same along the axis that is summed.
  const log = b.unary("log", b.sum(b.unary("exp", b.sub(x, y)), [1]));
  const m = b.reduceMax(x, [0, 1]);
  assert.match(ops(b.add(b.broadcast(m, [3]), log)), "sub");
});

simplifying("multiplies few numbers before it repeats them", () => {
  const { b } = start();
  const x = b.input("row", "parameter", [4]);
  const y = b.unary("exp", b.broadcast(x, [100, 4]));
  assert.ok(isOp(y, "broadcast"));
  const sum = b.sum(y, [0]);
  assert.is(ops(sum), "exp mul");
});

simplifying("turns transposes into flags and stacks of one matrix into a taller one", () => {
  const { b, x, y } = start();
  assert.is(ops(b.matmul(b.transpose(x), y)), "matmul");
  const stack = b.input("stack", "parameter", [5, 2, 3]);
  const product = b.matmul(stack, x);
  assert.is(ops(product), "reshape matmul reshape");
  assert.equal(product.shape, [5, 2, 4]);
});

simplifying.run();
