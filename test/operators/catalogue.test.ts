/** The catalogue of games and variational inequalities, solved from generic starts by methods of both kinds. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adaptiveExtragradient } from "../../src/operators/games/adaptiveExtragradient.ts";
import { restarts } from "../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../src/operators/games/semismoothNewton.ts";
import { nashConv } from "../../src/operators/measures/gaps/nashConv.ts";
import { naturalResidual } from "../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import {
  braess,
  type CertifiedProblem,
  cournot,
  differentialGame,
  diracGan,
  distributionallyRobustRegression,
  kellyAuction,
  kojimaShindo,
  kuhnPoker,
  linearQuadraticGame,
  murphySheraliSoyster,
  murtyComplementarity,
  quadraticSaddle,
  randomMatrixGame,
  robustRegression,
  rockPaperScissors,
  type SolvedProblem,
  trafficAssignment,
} from "../../src/problems/games/index.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import type { Update } from "../../src/streams/types.ts";
import { assertClose } from "../support/assert.ts";
import { genericStart } from "../support/solve.ts";

const inputs = [
  [1, 0.2],
  [0.3, 1],
  [1, 1],
  [-0.5, 1],
  [2, -1],
];
const targets = [1, 2, 4, 0.5, 1];
const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };

const problems: Readonly<Record<string, () => Problem>> = {
  "quadratic saddle": () => quadraticSaddle(),
  "quadratic saddle, pure rotation": () => quadraticSaddle({ modulus: 0, rotation: 1 }),
  "rock, paper, scissors": () => rockPaperScissors(),
  "random matrix game": () => randomMatrixGame({ rows: 20, columns: 30, seed: 2 }),
  "Kuhn poker": () => kuhnPoker(),
  Cournot: () => cournot({ costs: [1, 4, 2] }),
  "Murphy, Sherali, Soyster": () => murphySheraliSoyster(),
  "Kelly auction": () => kellyAuction({ gains: [2, 3, 4], quantities: [100, 50], budgets: [20, 20, 30] }),
  "Kojima-Shindo": () => kojimaShindo(),
  Murty: () => murtyComplementarity(8),
  "Dirac-GAN": () => diracGan(),
  "Braess's network": () => trafficAssignment(braess()),
  "linear-quadratic game": () =>
    linearQuadraticGame({
      dynamics: [[1]],
      start: [1],
      horizon: 5,
      players: [player, { ...player, controlCost: [[2]] }],
    }),
  "differential game": () =>
    differentialGame({ dynamics: [[-1]], start: [1], players: [player, player], duration: 2, steps: 10 }),
  "robust regression": () => robustRegression({ inputs, targets, radius: 0.5 }),
  "distributionally robust regression": () => distributionallyRobustRegression({ inputs, targets, level: 0.5 }),
};

const kinds: Readonly<Record<string, () => Update>> = {
  "restarted extragradient": () => restarts(adaptiveExtragradient()),
  "semismooth Newton": () => semismoothNewton(),
};

for (const [kind, update] of Object.entries(kinds)) {
  const test = suite(`the catalogue by ${kind}`);
  for (const [name, make] of Object.entries(problems)) {
    test(`${name}: natural residual 1e-10, and the known solution or certificate`, () => {
      const problem = make();
      const stop = chain(naturalResidual({ tolerance: 1e-10 }), untilStep(20_000));
      const last = firstRows(problem, genericStart(problem, 4), chain(stop, update()), 20_002).at(-1)!;
      assert.is(last.status, "converged", `${last.columns.naturalResidual} after ${last.step} steps`);
      const { solutions } = problem as Partial<SolvedProblem>;
      const { certificate } = problem as Partial<CertifiedProblem>;
      if (certificate !== undefined) assertClose(certificate(last.point), 0, 1e-8, "certificate", 1);
      else {
        const away = Math.min(...solutions!.map((s) => Math.hypot(...s.map((x, i) => x - last.point[i]!))));
        assert.ok(away < 1e-8, `${away} from the nearest solution`);
      }
    });
  }
  test.run();
}

const values = suite("what is found");
values("Kuhn poker is worth -1/18 to the first player, to 1e-10", () => {
  const game = kuhnPoker();
  const rows = firstRows(
    game,
    genericStart(game, 1),
    chain(naturalResidual({ tolerance: 1e-12 }), semismoothNewton()),
    5000,
  );
  assertClose(game.payoff(rows.at(-1)!.point), -1 / 18, 1e-10);
});

values("equilibria of games with costs have no exploitability", () => {
  for (const make of [problems.Cournot!, problems["Kelly auction"]!, problems["rock, paper, scissors"]!]) {
    const problem = make();
    const update = chain(naturalResidual({ tolerance: 1e-12 }), untilStep(3000), semismoothNewton());
    const last = firstRows(problem, genericStart(problem, 2), update, 3002, { after: nashConv({ every: 1 }) }).at(-1)!;
    assertClose(last.columns.nashConv!, 0, 1e-9, problem.name, 1);
  }
});
values.run();
