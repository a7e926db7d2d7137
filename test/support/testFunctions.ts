/** Functions of More, Garbow and Hillstrom's collection as losses, with their standard starts. */
import * as tf from "@tensorflow/tfjs";
import { objective } from "../../src/problems/objective.ts";
import type { TracedProblem } from "../../src/problems/problem.ts";

const { add, sub, mul, div, exp, square, neg, pow, atan2, sqrt } = tf;

type Residuals = (x: readonly tf.Scalar[]) => readonly tf.Tensor[];

interface TestFunction {
  readonly problem: TracedProblem;
  readonly start: readonly number[];
  /** Whether the Hessian is singular at a minimum. */
  readonly singular: boolean;
}

function leastSquares(name: string, start: readonly number[], residuals: Residuals, singular = false): TestFunction {
  const problem = objective(
    start.map(() => [] as const),
    (...x: tf.Scalar[]) =>
      residuals(x)
        .map((f) => square(f))
        .reduce((sum, f) => add(sum, f)),
    { name },
  );
  return { problem, start, singular };
}

/**
 * The sums of squares number 1, 2, 3, 4, 5, 7, 13 and 14 of the collection.
 *
 * @see More, Garbow and Hillstrom, "Testing unconstrained optimization software", ACM Trans. Math. Softw. 7, 1981,
 *   doi:10.1145/355934.355936
 */
export const testFunctions: readonly TestFunction[] = [
  leastSquares("Rosenbrock", [-1.2, 1], ([x, y]) => [mul(10, sub(y!, square(x!))), sub(1, x!)]),
  leastSquares("Freudenstein and Roth", [0.5, -2], ([x, y]) => [
    add(sub(x!, 13), mul(sub(mul(sub(5, y!), y!), 2), y!)),
    add(sub(x!, 29), mul(sub(mul(add(y!, 1), y!), 14), y!)),
  ]),
  leastSquares("Powell badly scaled", [0, 1], ([x, y]) => [
    sub(mul(1e4, mul(x!, y!)), 1),
    sub(add(exp(neg(x!)), exp(neg(y!))), 1.0001),
  ]),
  leastSquares("Brown badly scaled", [1, 1], ([x, y]) => [sub(x!, 1e6), sub(y!, 2e-6), sub(mul(x!, y!), 2)]),
  leastSquares("Beale", [1, 1], ([x, y]) => [1.5, 2.25, 2.625].map((c, i) => sub(c, mul(x!, sub(1, pow(y!, i + 1)))))),
  leastSquares("helical valley", [-1, 0, 0], ([x, y, z]) => [
    mul(10, sub(z!, div(mul(10, atan2(y!, x!)), 2 * Math.PI))),
    mul(10, sub(sqrt(add(square(x!), square(y!))), 1)),
    z!,
  ]),
  leastSquares(
    "Powell singular",
    [3, -1, 0, 1],
    ([a, b, c, d]) => [
      add(a!, mul(10, b!)),
      mul(Math.sqrt(5), sub(c!, d!)),
      square(sub(b!, mul(2, c!))),
      mul(Math.sqrt(10), square(sub(a!, d!))),
    ],
    true,
  ),
  leastSquares("Wood", [-3, -1, -3, -1], ([a, b, c, d]) => [
    mul(10, sub(b!, square(a!))),
    sub(1, a!),
    mul(Math.sqrt(90), sub(d!, square(c!))),
    sub(1, c!),
    mul(Math.sqrt(10), sub(add(b!, d!), 2)),
    mul(1 / Math.sqrt(10), sub(b!, d!)),
  ]),
];
