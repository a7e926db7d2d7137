import { suite } from "uvu";
import * as assert from "uvu/assert";
import { symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { denseMatrix } from "../../../src/linalg/maps/maps.ts";
import { isFiniteVector } from "../../../src/linalg/vector.ts";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { dampedNewton } from "../../../src/operators/newton/dampedNewton.ts";
import { denseNewtonDirection } from "../../../src/operators/newton/denseNewtonDirection.ts";
import { eigenvectorFollowing } from "../../../src/operators/newton/eigenvectorFollowing.ts";
import { gentlestAscent } from "../../../src/operators/newton/gentlestAscent.ts";
import { levenbergMarquardt } from "../../../src/operators/newton/levenbergMarquardt.ts";
import { backtrackGradientNorm } from "../../../src/operators/newton/lineSearch/backtrackGradientNorm.ts";
import { wolfeLineSearch } from "../../../src/operators/newton/lineSearch/wolfeLineSearch.ts";
import { minimizeGradientNorm } from "../../../src/operators/newton/minimizeGradientNorm.ts";
import { newtonFlow } from "../../../src/operators/newton/newtonFlow.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { saddleFreeDirection } from "../../../src/operators/newton/saddleFreeDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { autoencoderClasses } from "../../../src/problems/linearAutoencoder/autoencoderClasses.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { assertClose, checkError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";

interface Finder {
  readonly make: () => Update;
  /** Lowers ||F||^2, or at least never raises it. */
  readonly monotone: boolean;
  /** Goes to zeros of any index, so that an indefinite quadratic is solved. */
  readonly anyIndex: boolean;
  /** Solves consistent singular systems. */
  readonly singular: boolean;
  /** Climbs along its lowest mode, to saddles only. */
  readonly climbs?: boolean;
  /** Asks for eigenvectors by Lanczos, which refuses a Jacobian that is not finite by an error. */
  readonly lanczos?: boolean;
  /** Uses no second derivatives but one product per step, and so takes many more steps. */
  readonly gradientOnly?: boolean;
}

const finders: Readonly<Record<string, Finder>> = {
  newtonMR: { make: () => newtonMR(), monotone: true, anyIndex: true, singular: true },
  dampedNewton: { make: () => dampedNewton(), monotone: true, anyIndex: true, singular: true },
  "minimizeGradientNorm, backtracking": {
    make: () => minimizeGradientNorm(),
    monotone: true,
    anyIndex: true,
    singular: true,
    gradientOnly: true,
  },
  "minimizeGradientNorm, Wolfe": {
    make: () => minimizeGradientNorm({ wolfe: true, direction: { scale: "cauchy" } }),
    monotone: true,
    anyIndex: true,
    singular: true,
    gradientOnly: true,
  },
  "minimizeGradientNorm, conjugate": {
    make: () => minimizeGradientNorm({ direction: { conjugate: true } }),
    monotone: true,
    anyIndex: true,
    singular: true,
    gradientOnly: true,
  },
  "pseudo-inverse Newton": {
    make: () => chain(denseNewtonDirection(), backtrackGradientNorm({ stepSize: 1 })),
    monotone: true,
    anyIndex: true,
    singular: true,
  },
  "exact Newton": {
    make: () => chain(denseNewtonDirection({ inverse: "exact" }), backtrackGradientNorm({ stepSize: 1 })),
    monotone: true,
    anyIndex: true,
    singular: false,
  },
  levenbergMarquardt: { make: () => levenbergMarquardt(), monotone: true, anyIndex: true, singular: true },
  "newtonFlow, descending": {
    make: () => newtonFlow({ orientation: "descent" }),
    monotone: false,
    anyIndex: true,
    singular: false,
  },
  "saddle-free Newton": {
    make: () => chain(saddleFreeDirection(), wolfeLineSearch({ merit: "value", maxStepSize: 100 })),
    monotone: false,
    anyIndex: false,
    singular: true,
    lanczos: true,
  },
  "eigenvectorFollowing, index 1": {
    make: () => eigenvectorFollowing({ index: 1 }),
    monotone: false,
    anyIndex: true,
    singular: true,
  },
  "gentlestAscent, index 1": {
    make: () => chain(gentlestAscent({ index: 1 }), gradientStep(0.2)),
    monotone: false,
    anyIndex: true,
    singular: true,
    climbs: true,
    lanczos: true,
  },
};

const run = (problem: Problem, start: ArrayLike<number>, update: Update, steps: number, squaredFieldNorm = 1e-20) =>
  firstRows(problem, start, chain(untilCritical({ squaredFieldNorm }), update), steps);

/** Nothing in the rows is NaN but the step size of a last row. */
function assertNumbers(rows: readonly Iterate[], what: string): void {
  for (const row of rows) {
    assert.ok(isFiniteVector(row.at.field) && isFiniteVector(row.point), `${what}: row ${row.step}`);
    assert.ok(isFiniteVector(row.direction), `${what}: direction of row ${row.step}`);
    for (const [name, value] of Object.entries(row.columns)) {
      assert.ok(value === undefined || Number.isFinite(value), `${what}: ${name} of row ${row.step} is ${value}`);
    }
  }
}

const indefinite = linearProblem(
  [
    [2, 1],
    [1, -3],
  ],
  [1, 2],
);
const singular = [
  [1, 1, 0],
  [1, 1, 0],
  [0, 0, -1],
];

const tests = suite("finders");

for (const [name, { make, monotone, anyIndex, singular: solvesSingular, climbs, lanczos }] of Object.entries(finders)) {
  if (anyIndex) {
    tests(`${name} solves an indefinite quadratic`, () => {
      const rows = run(indefinite, [5, 5], make(), 400);
      assert.is(rows.at(-1)!.status, "converged");
      assertClose(rows.at(-1)!.point, [5 / 7, -3 / 7], 1e-9);
      assertNumbers(rows, name);
    });
  }
  // A quadratic that falls for ever has no minimum to find.
  const budget = anyIndex ? 400 : 20;
  tests(`${name} goes to a zero of a singular consistent quadratic, or says that it does not`, () => {
    const rows = run(linearProblem(singular, [2, 2, 1]), [3, -2, 0.5], make(), budget);
    const last = rows.at(-1)!;
    assertNumbers(rows, name);
    if (solvesSingular && anyIndex) {
      assert.is(last.status, "converged");
      assertClose(last.point[0]! + last.point[1]!, 2, 1e-9);
      assertClose(last.point[2]!, -1, 1e-9);
    } else if (!solvesSingular) assert.is(last.status, "stagnated");
  });
  tests(`${name} ends at the least residual of an inconsistent quadratic, without NaN`, () => {
    const rows = run(linearProblem(singular, [1, 3, 1]), [3, -2, 0.5], make(), budget);
    const last = rows.at(-1)!;
    assertNumbers(rows, name);
    assert.ok(last.squaredFieldNorm >= 2 - 1e-9, `${last.squaredFieldNorm}`);
    if (monotone && solvesSingular) assertClose(last.squaredFieldNorm, 2, 1e-6);
  });
  tests(`${name} stays at a critical point, without NaN`, () => {
    for (const problem of [linearProblem([[2]], [0]), quartic()]) {
      const start = problem.dimension === 1 ? [0] : [-3, 0];
      const rows = firstRows(problem, start, make(), 3);
      assertNumbers(rows, name);
      for (const row of rows) assertClose(row.point, start, 1e-12);
    }
  });
  // The quartic has no saddle to climb to.
  if (climbs) continue;
  tests(`${name} ends where it stands when the Jacobian is not finite, or refuses it`, () => {
    const broken = {
      ...quartic(),
      linearize: () => denseMatrix(2, 2, new Float64Array(4).fill(Number.NaN), { symmetric: true }),
    };
    try {
      const rows = firstRows(broken, [-3.5, 1], make(), 5);
      assert.is(rows.length, 1);
      assert.is(rows[0]!.status, "stagnated");
      assert.equal(Array.from(rows[0]!.point), [-3.5, 1]);
    } catch (error) {
      if (lanczos !== true) throw error;
      checkError(error, "ERR_NOT_FINITE");
    }
  });
  tests(`${name} ends on the quartic at its critical point or short of the flat one`, () => {
    for (const start of [
      [-3.5, 1],
      [2.5, 0.5],
      [0.5, -2],
    ]) {
      const rows = run(quartic(), start, make(), 600);
      const last = rows.at(-1)!;
      assertNumbers(rows, name);
      if (monotone) {
        for (let k = 1; k < rows.length; k++) assert.ok(rows[k]!.squaredFieldNorm <= rows[k - 1]!.squaredFieldNorm);
        const ends = last.status === "converged" || last.squaredFieldNorm > 11;
        assert.ok(ends, `${last.point} ${last.squaredFieldNorm}`);
      }
      if (last.status === "converged") assertClose(last.point, [-3, 0], 1e-9);
    }
  });
}

const monotoneFinders = Object.entries(finders).filter(([, { monotone, singular }]) => monotone && singular);
for (const [name, { make, gradientOnly }] of monotoneFinders) {
  tests(`${name} finds analytic critical points of a small deep linear autoencoder`, () => {
    const inputs = 4;
    const hidden = 2;
    const moment = secondMoment(gaussianData({ inputs, samples: 200, seed: 1 }), inputs);
    const problem = referenceDeepLinearAutoencoder({ inputs, hidden, moment });
    const classes = autoencoderClasses({ inputs, hidden, moment, hash: "test" });
    let found = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const start = normalVector(problem.dimension, seed).map((x) => 0.4 * x);
      const last = run(problem, start, make(), gradientOnly ? 4000 : 200, 1e-18).at(-1)!;
      if (last.squaredFieldNorm > 1e-14) continue;
      found++;
      const match = classes.match(last.point);
      const { values } = symmetricEigen(last.at.linearize());
      assert.is(values.filter((value) => value < -1e-5).length, match.class.morseIndex, `index, seed ${seed}`);
      assertClose(last.value, match.class.loss, 1e-8, "loss", 1);
    }
    assert.ok(found >= (gradientOnly ? 1 : 2), `${found} of 4`);
  });
}

tests.run();
