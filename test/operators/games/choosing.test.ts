/** The table "Choosing a method" of docs/games.md: each row is tried, and the evaluations and projections are counted. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { spectralNorm } from "../../../src/linalg/spectra/norms.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../../src/operators/games/consensus.ts";
import { extraAnchoredGradient } from "../../../src/operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { fastOptimistic } from "../../../src/operators/games/fastOptimistic.ts";
import { forwardBackwardForward } from "../../../src/operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { mirrorProx } from "../../../src/operators/games/mirrorProx.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { optimisticMirrorDescent } from "../../../src/operators/games/optimisticMirrorDescent.ts";
import { popov } from "../../../src/operators/games/popov.ts";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { reflectedGradient } from "../../../src/operators/games/reflectedGradient.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { stochasticExtragradient } from "../../../src/operators/games/stochasticExtragradient.ts";
import { symplecticAdjustment } from "../../../src/operators/games/symplecticAdjustment.ts";
import * as operators from "../../../src/operators/index.ts";
import { average } from "../../../src/operators/measures/average.ts";
import { diagnoseField } from "../../../src/operators/measures/diagnoseField.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { primalGap } from "../../../src/operators/measures/gaps/primalGap.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { ConvexSet, Problem } from "../../../src/problems/problem.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { box, orthant } from "../../../src/problems/sets/box.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Measure, Update } from "../../../src/streams/types.ts";
import { counted } from "../../support/countedProblem.ts";
import { affineGame, over, randomGame, randomMatrixGame } from "../../support/games.ts";
import { meanSquares } from "../../support/noise.ts";
import { logLogSlope } from "../../support/slope.ts";

/** Rotations of modulus 2^0 ... 2^-12: L is 1, and no order of residuals is better here than in the worst case. */
const pairs = 13;
const moduli = Array.from({ length: pairs }, (_, k) => 2 ** -k);
const worstCase = bilinear({ matrix: moduli.map((s, i) => moduli.map((_, j) => (i === j ? s : 0))) });
const ones = new Float64Array(2 * pairs).fill(1);
const disc = over(worstCase, ball(new Float64Array(2 * pairs), 6));

/** Monotone, and steeper the further from 0: F = (x^3 + y, y^3 - x). */
const steep: Problem = {
  ...affineGame(
    [
      [0, 1],
      [-1, 0],
    ],
    [0, 0],
  ),
  evaluate([x, y], field) {
    field[0] = x! ** 3 + y!;
    field[1] = y! ** 3 - x!;
    return Number.NaN;
  },
};

/** A rotation with an attraction near 0, a repulsion beyond |z|^2 = 0.2: stable at 0, and not monotone. */
const whirl: Problem = {
  ...affineGame(
    [
      [0.2, 1],
      [-1, 0.2],
    ],
    [0, 0],
  ),
  evaluate([x, y], field) {
    const pull = 0.2 - x! ** 2 - y! ** 2;
    field[0] = y! + pull * x!;
    field[1] = -x! + pull * y!;
    return Number.NaN;
  },
  linearize([x, y]) {
    const pull = 0.2 - x! ** 2 - y! ** 2;
    return affineGame(
      [
        [pull - 2 * x! ** 2, 1 - 2 * x! * y!],
        [-1 - 2 * x! * y!, pull - 2 * y! ** 2],
      ],
      [0, 0],
    ).linearize(Float64Array.of(0, 0));
  },
};

const strong = affineGame(
  [
    [1, 1],
    [-1, 1],
  ],
  [0, 0],
);

function after(problem: Problem, start: ArrayLike<number>, update: Update, steps: number): Iterate {
  return firstRows(problem, start, update, steps + 1).at(-1)!;
}

/** Order p of a quantity that falls like k^p, measured over steps `from` to 1000. */
function order(
  problem: Problem,
  update: Update,
  value: (row: Iterate) => number,
  measure?: Measure,
  from = 30,
): number {
  const rows = firstRows(problem, ones, update, 1001, measure === undefined ? {} : { after: measure });
  const points: (readonly [number, number])[] = [];
  for (let k = from; k < rows.length; k = Math.ceil(1.3 * k)) points.push([k, value(rows[k]!)]);
  return logLogSlope(points);
}

const squared = (row: Iterate): number => row.squaredFieldNorm;
const squaredResidual = (row: Iterate): number => row.columns.naturalResidual! ** 2;

/** ||F||^2, or the squared natural residual over a ball, is O(1 / k). */
function assertLikeOneOverK(name: string, update: () => Update): void {
  const free = order(worstCase, update(), squared);
  assert.ok(free < -0.85, `${name}: order ${free}`);
  const bound = order(disc, update(), squaredResidual, naturalResidual(), 60);
  assert.ok(bound < -0.8, `${name} over a ball: order ${bound}`);
}

/** Steps until ||z|| is at most 1e-8 of what it was. */
function stepsTo(problem: Problem, start: Float64Array, update: Update): number {
  return firstRows(problem, start, update, 5000).findIndex((row) => norm(row.point) <= 1e-8 * norm(start));
}

/** Whether the residual falls linearly: from 1e-4 to 1e-7 in about as many steps as from 1e-7 to 1e-10. */
function fallsLinearly(problem: Problem, start: ArrayLike<number>, update: Update, most: number): void {
  const rows = firstRows(problem, start, update, most, { after: naturalResidual() });
  const [a, b, c] = [1e-4, 1e-7, 1e-10].map((level) =>
    rows.findIndex((row) => row.columns.naturalResidual! <= level),
  ) as [number, number, number];
  assert.ok(a >= 0 && c > 0, `${problem.name}: 1e-10 is not reached`);
  assert.ok(c - b < 4 * (b - a) + 20, `${problem.name}: steps ${a}, ${b}, ${c}`);
}

const noisySteps = [100, 200, 400, 800, 1600, 3200];
const orderOf = (values: readonly number[]): number => logLogSlope(noisySteps.map((k, i) => [k, values[i]!]));

/** The linear programme min <c, x>, A x >= b, x >= 0, as the saddle point of its Lagrangian: x = (1, 1), y = (1, 1). */
const linearProgramme = over(
  affineGame(
    [
      [0, 0, -2, -1],
      [0, 0, -1, -3],
      [2, 1, 0, 0],
      [1, 3, 0, 0],
    ],
    [-3, -4, 3, 4],
  ),
  orthant(4),
);

/** What the last cells mean: least and greatest number of evaluations per step, that of the row itself included. */
const evaluations = {
  "1": [1, 1],
  "2": [2, 2],
  "2 to 3": [2, 3],
  "1 + 1": [2, 2],
  "1, and products with J": [1, 1],
  "1 to 3, and GMRES": [1, 3],
  several: [1.5, 100],
} as const;

interface Trial {
  /** First cell of the row. */
  readonly situation: string;
  /** Methods of the row, with what its last cell says of the evaluations per step. */
  readonly methods: readonly (readonly [name: string, evaluations: keyof typeof evaluations, make: () => Update])[];
  /** Problem on which evaluations are counted. Default: rotations over a ball. */
  readonly on?: { readonly problem: Problem; readonly start: ArrayLike<number> };
  readonly holds: () => void;
}

const inPlane = { problem: whirl, start: [0.3, 0] } as const;
const simplices = (() => {
  const [p, q] = [12, 9];
  const start = new Float64Array(p + q).fill(1 / p);
  start.fill(1 / q, p);
  return { p, q, start, problem: randomMatrixGame(p, q, 4) };
})();

const trials: readonly Trial[] = [
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

function perStep(count: (steps: number) => number): number {
  return (count(60) - count(20)) / 40;
}

function projectionsPerStep(update: Update): number {
  return perStep((steps) => {
    let projections = 0;
    const set = disc.constraint!;
    const watched: ConvexSet = {
      ...set,
      project(point, out) {
        projections++;
        return set.project(point, out);
      },
    };
    firstRows(over(worstCase, watched), ones, update, steps);
    return projections;
  });
}

const choosing = suite("Choosing a method");
/** Cells of the rows of the table. */
const table = (() => {
  const text = readFileSync(new URL("../../../docs/games.md", import.meta.url), "utf8");
  const section = text.split("\n## Choosing a method\n")[1]!.split("\n## ")[0]!;
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|").replaceAll("\\*", "*")),
    );
})();

choosing("the table has the rows that are tried here, with their methods", () => {
  assert.equal(
    table.map(([situation]) => situation),
    trials.map(({ situation }) => situation),
  );
  for (const [i, [situation, method]] of table.entries()) {
    const names = [...method!.matchAll(/`([^`]*)`/g)].flatMap(([, code]) =>
      [...code!.matchAll(/[a-z]\w+/g)]
        .map(([name]) => name)
        .filter((name) => name in operators || name === "gradientStep"),
    );
    /** What stands beside or inside a method. */
    const companions = ["diagnoseField", "adaptiveExtragradient", "gradientStep"];
    const tried = trials[i]!.methods.map(([name]) => name);
    for (const name of names) assert.ok(tried.includes(name) || companions.includes(name), `${situation}: ${name}`);
    for (const name of tried) assert.ok(names.includes(name), `${situation}: ${name} is not in the table`);
    // One entry for each method, or one for all.
    const wanted = trials[i]!.methods.map(([, count]) => count);
    const given = table[i]![3]!.split("; ").filter((entry) => entry !== "");
    assert.equal(given.length === 1 ? [...new Set(wanted)] : wanted, given, situation);
  }
});
choosing("descent-ascent on xy: no step size and no momentum makes it converge", () => {
  for (const stepSize of [0.01, 0.1, 1]) {
    for (const decay of [0, 0.3, 0.6, 0.9]) {
      const end = after(bilinear(), [1, 1], chain(momentum({ decay }), gradientStep(stepSize)), 2000);
      assert.not.ok(norm(end.point) < 1.05 * Math.SQRT2, `${stepSize} ${decay}: ${norm(end.point)}`);
    }
  }
});
for (const trial of trials) {
  const { situation, methods, on = { problem: disc, start: ones } } = trial;
  choosing(`${situation}: holds`, () => trial.holds());
  if (methods.length === 0) continue;
  choosing(`${situation}: takes as many evaluations per step as the table says`, () => {
    for (const [name, expected, make] of methods) {
      const found = perStep((steps) => {
        const problem = counted(on.problem);
        firstRows(problem, on.start, make(), steps);
        return problem.calls.evaluate;
      });
      const [least, most] = evaluations[expected];
      assert.ok(found > least - 0.2 && found < most + 0.2, `${name}: ${found} instead of ${expected}`);
    }
  });
}
choosing.run();
