/** The first rows of the table "Choosing a method" of docs/games.md: the methods, and what holds for them. */
import * as assert from "uvu/assert";
import { spectralNorm } from "../../../src/linalg/spectra/norms.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { extraAnchoredGradient } from "../../../src/operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { fastOptimistic } from "../../../src/operators/games/fastOptimistic.ts";
import { forwardBackwardForward } from "../../../src/operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { popov } from "../../../src/operators/games/popov.ts";
import { reflectedGradient } from "../../../src/operators/games/reflectedGradient.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { affineGame, randomGame } from "../games.ts";
import {
  after,
  assertLikeOneOverK,
  disc,
  order,
  projectionsPerStep,
  squared,
  squaredResidual,
  steep,
  stepsTo,
  type Trial,
  worstCase,
} from "./problems.ts";

export const monotoneTrials: readonly Trial[] = [
  {
    situation: "F is a gradient (cocoercive)",
    methods: [["gradientStep", "1", () => gradientStep(1.98)]],
    holds() {
      // L = 1; along the third axis every point is a solution.
      const valley = affineGame(
        [
          [1, 0, 0, 0],
          [0, 0.1, 0, 0],
          [0, 0, 0, 0],
          [0, 0, 0, 0.5],
        ],
        [1, 1, 0, 0],
      );
      const start = [3, 3, 3, 3];
      assert.ok(after(valley, start, gradientStep(1.98), 1500).squaredFieldNorm < 1e-20);
      assert.ok(after(valley, start, gradientStep(2.02), 1500).squaredFieldNorm > 1e6);
    },
  },
  {
    situation: "strongly monotone",
    methods: [
      ["gradientStep", "1", () => gradientStep(0.3)],
      ["extragradient", "2", () => extragradient({ stepSize: 0.5 })],
      ["optimistic", "1", () => chain(optimistic(), gradientStep(0.3))],
    ],
    holds() {
      const start = new Float64Array(10).fill(1);
      for (const modulus of [0.1, 0.3, 0.6, 2, 6]) {
        const game = randomGame(10, 6, { modulus });
        const lipschitz = spectralNorm(game.linearize(start));
        const share = modulus / lipschitz;
        const rows = firstRows(game, start, gradientStep(modulus / lipschitz ** 2), 400);
        for (let k = 1; k < rows.length; k++) {
          const bound = (1 - share ** 2) * norm(rows[k - 1]!.point) ** 2;
          assert.ok(norm(rows[k]!.point) ** 2 <= bound * (1 + 1e-9) + 1e-300);
        }
        const plain = stepsTo(game, start, gradientStep(modulus / lipschitz ** 2));
        for (const [name, update] of [
          ["extragradient", extragradient({ stepSize: 0.7 / lipschitz })],
          ["optimistic", chain(optimistic(), gradientStep(0.45 / lipschitz))],
        ] as const) {
          const steps = stepsTo(game, start, update);
          const text = `${name} ${steps}, gradientStep ${plain} steps at mu / L = ${share}`;
          assert.ok(steps > 0, text);
          if (share < 1 / 3) assert.ok(plain < 0 || steps < plain, text);
          if (share > 0.9) assert.ok(steps > plain, text);
        }
      }
    },
  },
  {
    situation: "monotone, L known",
    methods: [
      ["extragradient", "2", () => extragradient({ stepSize: 0.95 })],
      ["forwardBackwardForward", "2", () => forwardBackwardForward({ stepSize: 0.95 })],
    ],
    holds() {
      assertLikeOneOverK("extragradient", () => extragradient({ stepSize: 0.95 }));
      assertLikeOneOverK("forwardBackwardForward", () => forwardBackwardForward({ stepSize: 0.95 }));
      for (const method of [extragradient, forwardBackwardForward]) {
        assert.ok(after(bilinear(), [1, 1], method({ stepSize: 1.02 }), 3000).squaredFieldNorm > 1e3);
      }
    },
  },
  {
    situation: "the same, evaluations are expensive",
    methods: [
      ["optimistic", "1", () => chain(optimistic(), gradientStep(0.49))],
      ["popov", "1", () => popov({ stepSize: 0.49 })],
      ["forwardReflectedBackward", "1", () => forwardReflectedBackward({ stepSize: 0.49 })],
      ["goldenRatio", "1", () => goldenRatio({ stepSize: 0.809 })],
    ],
    holds() {
      for (const [name, , make] of this.methods) assertLikeOneOverK(name, make);
    },
  },
  {
    situation: "the same, projections are expensive",
    methods: [
      ["optimistic", "1", () => chain(optimistic(), gradientStep(0.49))],
      ["forwardReflectedBackward", "1", () => forwardReflectedBackward({ stepSize: 0.49 })],
      ["reflectedGradient", "1 + 1", () => reflectedGradient({ stepSize: 0.41 })],
    ],
    holds() {
      for (const [name, , make] of this.methods) {
        assertLikeOneOverK(name, make);
        assert.is(projectionsPerStep(make()), 1, name);
      }
      assert.is(projectionsPerStep(extragradient({ stepSize: 0.5 })), 2);
      assert.is(projectionsPerStep(popov({ stepSize: 0.4 })), 2);
    },
  },
  {
    situation: "monotone, L unknown or varying",
    methods: [
      ["adaptiveExtragradient", "2 to 3", () => adaptiveExtragradient()],
      ["adaptiveGoldenRatio", "1", () => adaptiveGoldenRatio()],
    ],
    holds() {
      for (const [name, , make] of this.methods) {
        for (const start of [
          [0.1, 0.1],
          [30, -20],
        ]) {
          const end = after(steep, start, make(), 3000);
          assert.ok(norm(end.point) < 1e-6, `${name} from ${start}: ${norm(end.point)}`);
        }
      }
    },
  },
  {
    situation: "monotone, ||F|| must become small in few steps",
    methods: [
      ["extraAnchoredGradient", "2", () => extraAnchoredGradient({ stepSize: 0.5 })],
      ["fastOptimistic", "1 + 1", () => fastOptimistic({ stepSize: 0.24 })],
    ],
    holds() {
      for (const [name, update] of [
        ["extraAnchoredGradient", extraAnchoredGradient({ stepSize: 1 })],
        ["fastOptimistic", fastOptimistic({ stepSize: 0.24 })],
      ] as const) {
        const found = order(worstCase, update, squared, undefined, 60);
        // log k of the rotations take part at step k, so that the exponent measured here is a little above -2.
        assert.ok(found < -1.65, `${name}: order ${found}`);
      }
      for (const [name, , make] of this.methods) {
        const found = order(disc, make(), squaredResidual, naturalResidual(), 60);
        assert.ok(found < -1.8, `${name} over a ball: order ${found}`);
      }
    },
  },
];
