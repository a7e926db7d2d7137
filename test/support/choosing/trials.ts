import * as assert from "uvu/assert";
import { norm } from "../../../src/linalg/vector.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../../src/operators/games/consensus.ts";
import { mirrorProx } from "../../../src/operators/games/mirrorProx.ts";
import { optimisticMirrorDescent } from "../../../src/operators/games/optimisticMirrorDescent.ts";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { stochasticExtragradient } from "../../../src/operators/games/stochasticExtragradient.ts";
import { symplecticAdjustment } from "../../../src/operators/games/symplecticAdjustment.ts";
import { average } from "../../../src/operators/measures/average.ts";
import { diagnoseField } from "../../../src/operators/measures/diagnoseField.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { primalGap } from "../../../src/operators/measures/gaps/primalGap.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { box } from "../../../src/problems/sets/box.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Measure, Update } from "../../../src/streams/types.ts";
import { affineGame, over, randomGame, randomMatrixGame } from "../games.ts";
import { meanSquares } from "../noise.ts";
import { monotoneTrials } from "./monotoneTrials.ts";
import {
  after,
  fallsLinearly,
  inPlane,
  linearProgramme,
  noisySteps,
  orderOf,
  simplices,
  steep,
  strong,
  type Trial,
  whirl,
} from "./problems.ts";

export const trials: readonly Trial[] = [
  ...monotoneTrials,
  {
    situation: "bilinear, matrix games, linear programmes",
    methods: [["restarts", "2 to 3", () => restarts(adaptiveExtragradient())]],
    holds() {
      const update = (): Update => restarts(adaptiveExtragradient());
      fallsLinearly(bilinear(), [1, 1], update(), 4000);
      fallsLinearly(randomMatrixGame(12, 9, 4), simplices.start, update(), 6000);
      fallsLinearly(linearProgramme, [0, 0, 0, 0], update(), 6000);
    },
  },
  {
    situation: "simplices with many entries",
    methods: [
      ["mirrorProx", "2", () => mirrorProx({ stepSize: 1 })],
      ["optimisticMirrorDescent", "1", () => optimisticMirrorDescent({ stepSize: 0.49 })],
    ],
    on: simplices,
    holds() {
      const { p, q, start, problem } = simplices;
      for (const [name, , make] of this.methods) {
        const eta = name === "mirrorProx" ? 1 : 0.49;
        const measure: Measure = (rows) => primalGap({ of: "average" })(average()(rows));
        // The entries of the matrix are tanh of normal numbers, so that max |A_ij| < 1.
        for (const row of firstRows(problem, start, make(), 1500, { after: measure }).slice(5)) {
          // The average here is of the points, not of the points looked at: twice the bound covers the difference.
          const bound = (2 * (Math.log(p) + Math.log(q))) / (eta * row.step);
          assert.ok(row.columns.averagePrimalGap! <= bound, `${name}: step ${row.step}`);
        }
      }
    },
  },
  {
    situation: "products with J are available, and the solution is wanted to many digits",
    methods: [["semismoothNewton", "1 to 3, and GMRES", () => semismoothNewton()]],
    on: simplices,
    holds() {
      // At the solution the first coordinate is at its bound.
      const game = affineGame(
        [
          [1, 2],
          [-2, 1],
        ],
        [3, -1],
      );
      const curved: Problem = over(
        {
          ...game,
          evaluate(point, field) {
            game.evaluate(point, field);
            for (let i = 0; i < 2; i++) field[i] = field[i]! + point[i]! ** 3 / 3;
            return Number.NaN;
          },
          linearize: ([x, y]) =>
            affineGame(
              [
                [1 + x! ** 2, 2],
                [-2, 1 + y! ** 2],
              ],
              [0, 0],
            ).linearize(Float64Array.of(0, 0)),
        },
        box([-1, -1], [0.25, 5]),
      );
      const rows = firstRows(curved, [-1, 4], semismoothNewton(), 20, { after: naturalResidual() });
      const residuals = rows.map((row) => row.columns.naturalResidual!);
      const near = residuals.findIndex((r) => r < 0.1);
      assert.ok(near > 0 && residuals[near]! > 0, residuals.join(" "));
      for (let k = near; k + 1 < residuals.length; k++) {
        assert.ok(residuals[k + 1]! <= 10 * residuals[k]! ** 2 + 1e-14, residuals.join(" "));
      }
    },
  },
  {
    situation: "systems with J are cheap to solve, F is stiff",
    methods: [["proximalPoint", "several", () => proximalPoint({ stepSize: 3 })]],
    holds() {
      const game = randomGame(8, 5, { modulus: 0.5, rotation: 50 });
      for (const eta of [0.01, 1, 100]) {
        const rows = firstRows(game, new Float64Array(8).fill(1), proximalPoint({ stepSize: eta }), 12);
        for (let k = 1; k < rows.length; k++) {
          const bound = norm(rows[k - 1]!.point) / (1 + eta * 0.5);
          assert.ok(norm(rows[k]!.point) <= bound * (1 + 1e-6) + 1e-13, `eta ${eta}, step ${k}`);
        }
      }
    },
  },
  {
    situation: "noise (minibatches), strongly monotone",
    methods: [["decayingStep", "1", () => decayingStep({ stepSize: 0.5, delay: 8 })]],
    holds() {
      const found = orderOf(meanSquares(strong, () => decayingStep({ stepSize: 0.5, delay: 8 }), noisySteps));
      assert.ok(found > -1.3 && found < -0.7, `order ${found}`);
    },
  },
  {
    situation: "noise, bilinear or monotone",
    methods: [["stochasticExtragradient", "2", () => stochasticExtragradient({ aheadStepSize: 0.5 })]],
    holds() {
      const bold = { aheadStepSize: 0.5, aheadPower: 0, power: 1, stepSize: 1, delay: 20 };
      const found = orderOf(
        meanSquares(bilinear(), (second) => stochasticExtragradient({ ...bold, second }), noisySteps),
      );
      assert.ok(found > -1.35 && found < -0.7, `order ${found}`);
      const careful = { aheadStepSize: 0.3, aheadPower: 0.3, power: 0.75, delay: 20 };
      const values = meanSquares(steep, (second) => stochasticExtragradient({ ...careful, second }), noisySteps);
      assert.ok(values.at(-1)! < values[0]! / 4, values.join(" "));
    },
  },
  {
    situation: "smooth games without constraints, GANs",
    methods: [
      ["symplecticAdjustment", "1, and products with J", () => chain(symplecticAdjustment(), gradientStep(0.5))],
      ["consensus", "1, and products with J", () => chain(consensus(), gradientStep(0.5))],
      ["alternatingDescentAscent", "2", () => alternatingDescentAscent({ stepSize: 0.5, decay: -0.3 })],
    ],
    on: inPlane,
    holds() {
      // The step alone leaves the stable solution, the corrected ones do not.
      const { problem, start } = inPlane;
      assert.not.ok(norm(after(problem, start, gradientStep(0.5), 300).point) < 0.3);
      for (const [name, , make] of this.methods) {
        const end = norm(after(problem, start, make(), 300).point);
        assert.ok(end < 1e-6, `${name}: ${end}`);
      }
    },
  },
  {
    situation: "not monotone",
    methods: [],
    holds() {
      const rows = firstRows(whirl, [1, 0], gradientStep(0.01), 2, { after: diagnoseField() });
      assert.ok(rows[0]!.columns.monotonicity! < 0);
    },
  },
];
