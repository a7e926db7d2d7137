import { suite } from "uvu";
import * as assert from "uvu/assert";
import { norm } from "../../../../src/linalg/vector.ts";
import { checkDerivatives } from "../../../../src/problems/checkDerivatives.ts";
import { ganRing } from "../../../../src/problems/games/adversarial/ganRing.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { assertCatalogued } from "../../../support/catalogue.ts";

const ring = suite("ganRing");

ring("stacks the gradients of generator and discriminator, penalty included", () => {
  for (const loss of ["minimax", "nonSaturating"] as const) {
    const problem = ganRing({ hidden: [6], batch: 8, penalty: 0.5, weightDecay: 0.1, loss });
    const point = problem.initialPoint(1);
    const report = checkDerivatives(problem, point);
    assert.is(report.verdict, "agrees", report.table);
    assertCatalogued(problem, 0.3);
    assert.equal(
      problem.game.players.map(({ name }) => name),
      ["generator", "discriminator"],
    );
  }
});

ring("certifies a point by differences of costs in plain numbers", () => {
  for (const [loss, penalty, weightDecay] of [
    ["minimax", 0, 0.01],
    ["nonSaturating", 0.5, 0],
  ] as const) {
    const problem = ganRing({ hidden: [5, 4], batch: 6, penalty, weightDecay, loss });
    const point = problem.initialPoint(2);
    const field = new Float64Array(problem.dimension);
    problem.evaluate(point, field);
    assertClose(problem.certificate(point), norm(field), 1e-9);
    // Weights of 0 are stationary: nothing is generated, nothing is told apart.
    assertClose(problem.certificate(point.fill(0)), 0, 1e-12, "at 0", 1);
  }
});

ring("draws minibatches from the ring, the same for seed and step", () => {
  const problem = ganRing({ modes: 4, radius: 2, deviation: 0.01, batch: 50, hidden: [4] });
  const { real } = problem.minibatch(1, 7);
  assert.equal(real, problem.minibatch(1, 7).real);
  assert.is.not(real[0], problem.minibatch(1, 8).real[0]);
  for (let i = 0; i < 50; i++) assertClose(Math.hypot(real[2 * i]!, real[2 * i + 1]!), 2, 0.05);
  const [a, b] = [new Float64Array(problem.dimension), new Float64Array(problem.dimension)];
  const point = problem.initialPoint(1);
  problem.evaluate(point, a);
  problem.with(problem.minibatch(1, 7)).evaluate(point, b);
  assert.is.not(a[0], b[0]);
});

ring("generates with the network that it trains, and counts the modes it covers", () => {
  const problem = ganRing({ modes: 4, deviation: 0.1, batch: 4, hidden: [] });
  // Without hidden layers G(l) = W^T l + b: all points at (1, 0), the first mode.
  const point = new Float64Array(problem.dimension);
  const bias = problem.blocks.find(({ name }) => name === "generator2")!;
  point[bias.offset] = 1;
  assert.equal([...problem.samples(point, 2, 1)], [1, 0, 1, 0]);
  assert.is(problem.modesCovered(point, 10, 1), 1);
  // One Gaussian of four, and narrower than that: some way from 0 to log 2.
  const away = problem.divergence(point, 1);
  assert.ok(away > 0.3 && away < Math.log(2), `${away}`);
  point[0] = 1;
  const [x, y] = problem.samples(point, 1, 3);
  assert.is.not(x, 1);
  assert.is(y, 0);
});

ring("refuses sizes that make no sense", () => {
  assertError(() => ganRing({ modes: 0 }), "ERR_OPTION_RANGE", /modes/);
  assertError(() => ganRing({ batch: 2.5 }), "ERR_OPTION_RANGE", /batch to be a positive integer/);
  assertError(() => ganRing({ penalty: -1 }), "ERR_OPTION_RANGE", /penalty/);
  assertError(() => ganRing({ weightDecay: Number.NaN }), "ERR_OPTION_RANGE", /weightDecay/);
  assertError(() => ganRing({ loss: "hinge" as never }), "ERR_OPTION_RANGE", /hinge/);
});

ring.run();
