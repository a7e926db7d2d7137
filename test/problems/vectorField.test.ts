import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/index.ts";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { vectorField } from "../../src/problems/vectorField.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { normalVector } from "../support/random.ts";

const fieldOf = (problem: Problem, point: Float64Array): Float64Array => {
  const out = new Float64Array(problem.dimension);
  assert.ok(Number.isNaN(problem.evaluate(point, out)));
  return out;
};
/** [J v, J^T u] */
const products = (problem: Problem, point: Float64Array, v: Float64Array, u: Float64Array): readonly Float64Array[] => {
  const jacobian = problem.linearize(point);
  const [forward, backward] = [new Float64Array(v.length), new Float64Array(u.length)];
  jacobian.apply(v, forward);
  jacobian.applyTranspose(u, backward);
  return [forward, backward];
};

const fields = suite("vectorField");

fields("traces a game's field and gives J v and J^T u, equal to those of the problem written by hand", () => {
  const game = vectorField([[], []], (x, y) => [y, tf.neg(x)], { names: ["x", "y"], players: ["min", "max"] });
  const byHand = bilinear();
  const point = Float64Array.of(0.3, -0.7);
  assert.is(game.symmetric, false);
  assert.equal(
    game.blocks.map(({ name, player }) => [name, player]),
    [
      ["x", "min"],
      ["y", "max"],
    ],
  );
  assert.equal(fieldOf(game, point), Float64Array.of(-0.7, -0.3));
  const [v, u] = [Float64Array.of(2, 3), Float64Array.of(-1, 4)];
  const expected = products(byHand, point, v, u);
  for (const [i, product] of products(game, point, v, u).entries()) assertClose(product, expected[i]!, 0);
});

fields("has the Jacobian of a nonlinear field of matrices", () => {
  // F(A, b) = (tanh(A A^T) A, A^T b b_1): nothing about it is symmetric.
  const problem = vectorField([[2, 2], [2]], (a, b) => [
    tf.matMul(tf.tanh(tf.matMul(a, a, false, true)), a),
    tf.mul(tf.dot(tf.transpose(a), b), tf.slice(b, [0], [1])),
  ]);
  const report = checkDerivatives(problem, normalVector(6, 1), { tolerance: 1e-9 });
  assert.is(report.verdict, "agrees", report.table);
  assert.equal(
    report.checks.map(({ quantity }) => quantity),
    ["product", "transpose", "linearity"],
  );
});

fields("takes players' gradients written by tf.grad", () => {
  // min over x, max over y of f = x^2 y + sin(y): F = (2 x y, -(x^2 + cos y)).
  const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.square(x), y), tf.sin(y));
  const problem = vectorField([[], []], (x, y) => [tf.grad((z) => f(z, y))(x), tf.neg(tf.grad((z) => f(x, z))(y))]);
  const [x, y] = [1.5, 0.4];
  const point = Float64Array.of(x, y);
  assertClose(fieldOf(problem, point), [2 * x * y, -(x * x + Math.cos(y))], 1e-15);
  const [forward, backward] = products(problem, point, Float64Array.of(1, 2), Float64Array.of(1, 2));
  const jacobian = [2 * y, 2 * x, -2 * x, Math.sin(y)] as const;
  assertClose(forward!, [jacobian[0] + 2 * jacobian[1], jacobian[2] + 2 * jacobian[3]], 1e-15);
  assertClose(backward!, [jacobian[0] + 2 * jacobian[2], jacobian[1] + 2 * jacobian[3]], 1e-15);
});

fields("may return the tensor itself where there is one parameter", () => {
  const problem = vectorField([[3]], (x) => tf.square(x));
  assert.equal(fieldOf(problem, Float64Array.of(1, 2, 3)), Float64Array.of(1, 4, 9));
});

fields("exchanges data, and keeps maps on other data right", () => {
  const problem = vectorField([[2]], (x) => tf.mul(data("slopes", [1, 2], [2]), tf.square(x)));
  const jacobian = problem.linearize(Float64Array.of(1, 1));
  const other = problem.with({ slopes: Float64Array.of(10, 20) });
  assert.equal(fieldOf(other, Float64Array.of(1, 2)), Float64Array.of(10, 80));
  const out = new Float64Array(2);
  jacobian.apply(Float64Array.of(1, 1), out);
  assert.equal(out, Float64Array.of(2, 4));
});

fields("refuses what does not return one tensor of each parameter's shape", () => {
  const returning = (result: (x: tf.Tensor, y: tf.Tensor) => unknown) => () =>
    vectorField([[2], [3]], result as (x: tf.Tensor, y: tf.Tensor) => tf.Tensor[]);
  assertError(
    returning((x) => x),
    "ERR_LOSS",
    /vectorField.*tensor of shape \[2\].*\[2\], \[3\].*one tensor for each/,
  );
  assertError(
    returning((x, y) => [y, x]),
    "ERR_LOSS",
    /instead of tensors of the shapes/,
  );
  assertError(
    returning((x, y) => [x, y, y]),
    "ERR_LOSS",
    /instead of tensors/,
  );
  assertError(
    returning((x) => [x, 3]),
    "ERR_LOSS",
    /a number/,
  );
  assertError(
    returning(() => undefined),
    "ERR_LOSS",
    /undefined/,
  );
});

fields.run();
