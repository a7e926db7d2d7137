import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { generalEigenvalues } from "../../../src/linalg/dense/generalEigenvalues.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { forsaken } from "../../../src/problems/games/forsaken.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose } from "../../support/assert.ts";
import { naturalResidual } from "../../support/solve.ts";

const test = suite("forsaken");
const game = forsaken();
const [solution] = game.solutions;

test("has its stationary point at about (0.08, 0.4), as published", () => {
  assertClose(naturalResidual(game, solution!), 0, 1e-15, "residual", 1);
  assertClose(solution![0]!, 0.08, 0.05);
  assertClose(solution![1]!, 0.41, 0.01);
});

test("its Jacobian and the field of its costs are right", () => {
  const point = Float64Array.of(0.7, -0.4);
  assert.is(checkDerivatives(game, point).verdict, "agrees");
  const h = 1e-6;
  const field = new Float64Array(2);
  game.evaluate(point, field);
  for (const player of [0, 1]) {
    const at = (shift: number): number => {
      const costs = new Float64Array(2);
      game.game!.costs(
        point.map((z, i) => z + (i === player ? shift : 0)),
        costs,
      );
      return costs[player]!;
    };
    assertClose((at(h) - at(-h)) / (2 * h), field[player]!, 1e-8);
  }
});

test("is not monotone, and its stationary point attracts though the symmetric part of J is indefinite there", () => {
  const jacobian = denseOf(game.linearize(solution!));
  // The players' coupling is antisymmetric: what is left of the symmetric part is the diagonal.
  assert.is(jacobian[1]!, -jacobian[2]!);
  assert.ok(Math.min(jacobian[0]!, jacobian[3]!) < -0.3);
  assert.ok(generalEigenvalues(jacobian).real.every((re) => re > 0));
});

test("extragradient with short steps, started outside the inner cycle, stays on the outer one", () => {
  const rows = firstRows(game, [0.8, 0.8], extragradient({ stepSize: 0.05 }), 6001);
  const far = rows.slice(3000).map(({ point }) => Math.hypot(point[0]! - solution![0]!, point[1]! - solution![1]!));
  assert.ok(Math.min(...far) > 0.5 && Math.max(...far) < 2, `${Math.min(...far)} to ${Math.max(...far)}`);
});
test.run();
