/** Rates of convergence: bounds that theory proves, step by step, and exponents measured over two decades. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { norm } from "../../../src/linalg/vector.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { dualExtrapolation } from "../../../src/operators/games/dualExtrapolation.ts";
import { extraAnchoredGradient } from "../../../src/operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { fastOptimistic } from "../../../src/operators/games/fastOptimistic.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { halpern } from "../../../src/operators/games/halpern.ts";
import { mirrorProx } from "../../../src/operators/games/mirrorProx.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { optimisticMirrorDescent } from "../../../src/operators/games/optimisticMirrorDescent.ts";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { average } from "../../../src/operators/measures/average.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { primalGap } from "../../../src/operators/measures/gaps/primalGap.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Measure, Update } from "../../../src/streams/types.ts";
import { matrixGameOf, over, randomGame, randomMatrixGame, rockPaperScissors } from "../../support/games.ts";
import { logLogSlope } from "../../support/slope.ts";

/** Rotations of modulus 2^0 ... 2^-12, started at 1 in all: ||F||^2 of extragradient then falls as the theory's worst case. */
const pairs = 13;
const moduli = Array.from({ length: pairs }, (_, k) => 2 ** -k);
const worstCase = bilinear({ matrix: moduli.map((s, i) => moduli.map((_, j) => (i === j ? s : 0))) });
const ones = new Float64Array(2 * pairs).fill(1);
/** ||z_0 - z*||^2. */
const wayThere = 2 * pairs;

const both =
  (first: Measure, second: Measure): Measure =>
  (source) =>
    second(first(source));

/** Steps 2^3 ... of what is measured. */
function slopeOf(rows: readonly Iterate[], value: (row: Iterate) => number, from = 8): number {
  const points: (readonly [number, number])[] = [];
  for (let k = from; k < rows.length; k = Math.ceil(1.3 * k)) points.push([k, value(rows[k]!)]);
  return logLogSlope(points);
}

const last = suite("last iterate");

for (const [name, update] of [
  ["extragradient", extragradient({ stepSize: 0.5 })],
  ["the optimistic gradient", chain(optimistic(), gradientStep(0.45))],
  ["the golden ratio", goldenRatio({ stepSize: 0.8 })],
  ["the proximal point", proximalPoint({ stepSize: 1 })],
] satisfies readonly (readonly [string, Update])[]) {
  last(`${name}: ||F||^2 falls like 1 / k where rotations of all speeds meet`, () => {
    const rows = firstRows(worstCase, ones, update, 1001);
    const slope = slopeOf(rows, (row) => row.squaredFieldNorm);
    assert.ok(Math.abs(slope + 1) < 0.15, `slope ${slope}`);
  });
}

for (const [name, update, bound] of [
  [
    "fast extra-anchored gradient, eta = 1 / L",
    extraAnchoredGradient({ stepSize: 1 }),
    (k: number) => (4 * wayThere) / k ** 2,
  ],
  [
    "extra-anchored gradient of constant step, eta = 1 / (8 L)",
    extraAnchoredGradient({ stepSize: 1 / 8, variant: "constant" }),
    (k: number) => (((4 * (1 + 1 / 8 + 1 / 64)) / ((1 / 64) * (1 + 1 / 8))) * wayThere) / (k + 1) ** 2,
  ],
] satisfies readonly (readonly [string, Update, (k: number) => number])[]) {
  last(`${name}: below the proved bound at every step, and O(1 / k^2)`, () => {
    const rows = firstRows(worstCase, ones, update, 1001);
    for (let k = 1; k < rows.length; k++) {
      assert.ok(rows[k]!.squaredFieldNorm <= bound(k), `${rows[k]!.squaredFieldNorm} above ${bound(k)} at step ${k}`);
    }
    // log k of the rotations take part at step k, so that the exponent measured here is a little above -2.
    const slope = slopeOf(rows, (row) => row.squaredFieldNorm, 30);
    assert.ok(slope < -1.65, `slope ${slope}`);
  });
}

last("Halpern around the proximal point: ||z - T z|| <= 2 ||z_0 - z*|| / (k + 1), and ||F||^2 = O(1 / k^2)", () => {
  const rows = firstRows(worstCase, ones, chain(proximalPoint({ stepSize: 1 }), halpern()), 401);
  // T z = (I + J)^-1 z, so that z - T z = F(T z), where ||F|| is at most at z.
  for (let k = 0; k < 400; k++) {
    const row = rows[k]!;
    let sum = 0;
    for (let i = 0; i < pairs; i++) {
      const s = moduli[i]!;
      sum += ((s * s) / (1 + s * s)) * (row.point[i]! ** 2 + row.point[pairs + i]! ** 2);
    }
    const bound = (2 * Math.sqrt(wayThere)) / (k + 1);
    assert.ok(Math.sqrt(sum) <= bound, `${Math.sqrt(sum)} above ${bound} at step ${k}`);
  }
  const slope = slopeOf(rows, (row) => row.squaredFieldNorm, 30);
  assert.ok(slope < -1.8, `slope ${slope}`);
});

last("fast optimistic: ||F||^2 falls at least like 1 / k^2", () => {
  const rows = firstRows(worstCase, ones, fastOptimistic({ stepSize: 0.24 }), 2001);
  const slope = slopeOf(rows, (row) => row.squaredFieldNorm, 100);
  assert.ok(slope < -1.8, `slope ${slope}`);
});

last("anchoring with a constraint: the squared natural residual is O(1 / k^2), extragradient's O(1 / k)", () => {
  const disc = over(worstCase, ball(new Float64Array(2 * pairs), 6));
  for (const [update, least, most] of [
    [extraAnchoredGradient({ stepSize: 0.5 }), -9, -1.8],
    [fastOptimistic({ stepSize: 0.24 }), -9, -1.8],
    [extragradient({ stepSize: 0.5 }), -1.2, -0.8],
  ] as const) {
    const rows = firstRows(disc, ones, update, 1001, { after: naturalResidual() });
    const slope = slopeOf(rows, (row) => row.columns.naturalResidual! ** 2, 60);
    assert.ok(slope > least && slope < most, `slope ${slope}`);
  }
});

last("the proximal point: steps never grow, and under strong monotonicity shrink by 1 / (1 + eta mu)", () => {
  const steps = firstRows(worstCase, ones, proximalPoint({ stepSize: 3 }), 60).map(
    (row) => 3 * Math.sqrt(row.squaredFieldNorm),
  );
  const game = randomGame(8, 5, { modulus: 0.5 });
  const rows = firstRows(game, new Float64Array(8).fill(1), proximalPoint({ stepSize: 2 }), 15);
  for (let k = 1; k < rows.length; k++) {
    assert.ok(norm(rows[k]!.point) <= (norm(rows[k - 1]!.point) / (1 + 2 * 0.5)) * (1 + 1e-9));
  }
  for (let k = 1; k < steps.length; k++) assert.ok(steps[k]! <= steps[k - 1]! * (1 + 1e-9));
});

last("descent-ascent under strong monotonicity: squared distance times 1 - 2 eta mu + eta^2 L^2 at most", () => {
  const modulus = 0.4;
  const game = randomGame(10, 6, { modulus });
  const eta = 0.1;
  // ||J||^2 = mu^2 + ||A||^2 <= mu^2 + ||A||_F^2 for the skew part.
  const lipschitz = Math.hypot(modulus, 2);
  const rows = firstRows(game, new Float64Array(10).fill(1), gradientStep(eta), 100);
  for (let k = 1; k < rows.length; k++) {
    const factor = 1 - 2 * eta * modulus + eta ** 2 * lipschitz ** 2;
    assert.ok(norm(rows[k]!.point) ** 2 <= factor * norm(rows[k - 1]!.point) ** 2 * (1 + 1e-12));
  }
});
last.run();

const averages = suite("averaged iterate");
const uniform = both(average(), naturalResidual({ of: "average" }));

averages("of alternating descent-ascent on xy: O(1 / k), although the last iterate cycles", () => {
  const rows = firstRows(bilinear(), [1, 1], alternatingDescentAscent({ stepSize: 0.1 }), 5001, { after: uniform });
  assert.ok(norm(rows.at(-1)!.point) > 0.5);
  let most = 0;
  for (let k = 100; k < rows.length; k++) most = Math.max(most, k * rows[k]!.columns.averageNaturalResidual!);
  assert.ok(most < 2 * 30, `${most}`);
});

averages("of extragradient on xy: exactly 1 / k", () => {
  const rows = firstRows(bilinear(), [1, 1], extragradient({ stepSize: 0.5 }), 2001, { after: uniform });
  const slope = slopeOf(rows, (row) => row.columns.averageNaturalResidual!, 200);
  assert.ok(Math.abs(slope + 1) < 0.02, `slope ${slope}`);
});

averages(
  "of descent-ascent with steps like 1 / sqrt(k) over a simplex: gap O(1 / sqrt k), the last iterate away",
  () => {
    const game = matrixGameOf(rockPaperScissors);
    const rows = firstRows(
      game,
      [0.6, 0.3, 0.1, 0.2, 0.5, 0.3],
      chain(decayingStep({ stepSize: 0.5, power: 0.5 }), average({ kind: "steps" })),
      6001,
      { after: both(primalGap(), primalGap({ of: "average" })) },
    );
    for (let k = 10; k < rows.length; k += 10) {
      assert.ok(rows[k]!.columns.averagePrimalGap! < 4 / Math.sqrt(k), `step ${k}`);
    }
    assert.ok(rows[6000]!.columns.averagePrimalGap! < 0.05);
    assert.ok(rows[6000]!.columns.primalGap! > 0.3);
  },
);

for (const [name, update] of [
  ["mirror-prox", mirrorProx({ stepSize: 0.9 })],
  ["optimistic mirror descent", optimisticMirrorDescent({ stepSize: 0.45 })],
] satisfies readonly (readonly [string, Update])[]) {
  averages(`of ${name}: the gap stays below (log p + log q) / (eta k), up to the start`, () => {
    const [p, q] = [12, 9];
    const eta = name === "mirror-prox" ? 0.9 : 0.45;
    const game = randomMatrixGame(p, q, 4);
    const start = new Float64Array(p + q).fill(1 / p);
    start.fill(1 / q, p);
    const rows = firstRows(game, start, update, 1500, { after: both(average(), primalGap({ of: "average" })) });
    // The average here is of the points, not of the points looked at: twice the bound covers the difference.
    for (let k = 5; k < rows.length; k++) {
      const bound = (2 * (Math.log(p) + Math.log(q))) / (eta * k);
      assert.ok(rows[k]!.columns.averagePrimalGap! <= bound, `step ${k}`);
    }
  });
}

averages("of dual extrapolation over a ball: gap O(1 / k)", () => {
  const disc = over(worstCase, ball(new Float64Array(2 * pairs), 6));
  const rows = firstRows(disc, ones, dualExtrapolation({ stepSize: 0.9 }), 1001, {
    after: both(average(), primalGap({ of: "average" })),
  });
  const slope = slopeOf(rows, (row) => row.columns.averagePrimalGap!, 30);
  assert.ok(slope < -0.9, `slope ${slope}`);
});
averages.run();

const again = suite("restarts");
again("make extragradient linear on a matrix game, where averages alone are O(1 / k)", () => {
  const game = randomMatrixGame(10, 10, 8);
  const start = new Float64Array(20).fill(0.1);
  const plain = firstRows(game, start, extragradient({ stepSize: 0.25 }), 3000, { after: uniform });
  const restarted = firstRows(game, start, restarts(extragradient({ stepSize: 0.25 })), 3000, {
    after: naturalResidual(),
  });
  assert.ok(plain.at(-1)!.columns.averageNaturalResidual! > 1e-5);
  assert.ok(restarted.at(-1)!.columns.naturalResidual! < 1e-12, `${restarted.at(-1)!.columns.naturalResidual}`);
  assert.ok(restarted.filter((row) => row.columns.restarted === 1).length > 3);
});

again("at the point make an anchored method linear under strong monotonicity", () => {
  const game = randomGame(8, 5, { modulus: 0.2 });
  const start = new Float64Array(8).fill(1);
  const update = (): Update => extraAnchoredGradient({ stepSize: 0.5 });
  const plain = firstRows(game, start, update(), 600).at(-1)!;
  const restarted = firstRows(game, start, restarts(update(), { to: "point", decrease: 0.5 }), 600).at(-1)!;
  assert.ok(plain.squaredFieldNorm > 1e-9);
  assert.ok(restarted.squaredFieldNorm < 1e-20, `${restarted.squaredFieldNorm}`);
});
again.run();
