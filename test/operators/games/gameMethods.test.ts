/** Conformance: every method, every set, fields strongly monotone, monotone, bilinear and not monotone. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../../src/operators/games/consensus.ts";
import { dualExtrapolation } from "../../../src/operators/games/dualExtrapolation.ts";
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
import { stochasticExtragradient } from "../../../src/operators/games/stochasticExtragradient.ts";
import { symplecticAdjustment } from "../../../src/operators/games/symplecticAdjustment.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { warnNotMonotone } from "../../../src/operators/measures/warnNotMonotone.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { ConvexSet, Problem } from "../../../src/problems/problem.ts";
import { wholeSpace } from "../../../src/problems/sets/index.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import type { Iterate, Update } from "../../../src/streams/types.ts";
import { assertError, assertRejects } from "../../support/assert.ts";
import { valuesOf } from "../../support/collect.ts";
import { gameMethods, type Kind, products } from "../../support/gameMethods.ts";
import { gameSets } from "../../support/gameSets.ts";
import { affineGame, over } from "../../support/games.ts";
import { normalVector } from "../../support/random.ts";

const n = 4;
const steps = 400;

const setNamed = (name: string): ConvexSet => gameSets.find((set) => set.name === name)!;

/** M of each kind; the skew part couples the first two coordinates with the last two. */
const matrices: Readonly<Record<Kind, readonly (readonly number[])[]>> = {
  "strongly monotone": withSkew([0.5, 0.6, 0.5, 0.7]),
  monotone: withSkew([0.4, 0, 0, 0.3]),
  bilinear: withSkew([0, 0, 0, 0]),
  "not monotone": withSkew([-0.3, 0.2, -0.2, 0.3]),
};

function withSkew(diagonal: readonly number[]): readonly (readonly number[])[] {
  const coupling = [
    [0.6, -0.3],
    [0.2, 0.8],
  ];
  return diagonal.map((d, i) =>
    diagonal.map((_, j) => {
      if (i === j) return d;
      if (i < 2 && j >= 2) return coupling[i]![j - 2]!;
      if (i >= 2 && j < 2) return -coupling[j]![i - 2]!;
      return 0;
    }),
  );
}

/** F = M z - b with b such that the projection of a point p solves the problem: F(z*) = z* - p, the opposite of a normal. */
function problemOn(set: ConvexSet, kind: Kind): { readonly problem: Problem; readonly solution: Float64Array } {
  const p = normalVector(n, 5).map((x) => 1.5 * x);
  const solution = new Float64Array(n);
  set.project(p, solution);
  const rows = matrices[kind];
  const b = rows.map((row, i) => row.reduce((sum, x, j) => sum + x * solution[j]!, 0) - (solution[i]! - p[i]!));
  return { problem: over(affineGame(rows, b), set), solution };
}

function startIn(set: ConvexSet): Float64Array {
  const start = new Float64Array(n).fill(0.4);
  set.project(start, start);
  return start;
}

for (const { name, update, reaches, entropic, unconstrained, products: needsProduct } of gameMethods) {
  const test = suite(name);
  for (const kind of Object.keys(matrices) as Kind[]) {
    const promised = reaches[kind];
    test(`${kind}: ${promised === undefined ? "ends with data, on" : `natural residual ${promised} on`} every set`, () => {
      const missed: string[] = [];
      for (const set of gameSets) {
        if (entropic && set.projectEntropic === undefined) continue;
        if (needsProduct && !products.includes(set.name)) continue;
        const { problem } = problemOn(set, kind);
        const count = promised === undefined ? 101 : steps + 1;
        const rows = firstRows(problem, startIn(set), update(), count, { after: naturalResidual() });
        checkData(rows, set);
        const last = rows.at(-1)!;
        if (promised === undefined || (unconstrained && set.name !== "wholeSpace")) continue;
        const residual = last.columns.naturalResidual!;
        if (!(residual <= promised)) missed.push(`${set.name} (${residual})`);
      }
      assert.is(missed.join(", "), "");
    });
  }
  test.run();
}

/** Rows stay in C and finite; a run that leaves all bounds says that it diverged. */
function checkData(rows: readonly Iterate[], set: ConvexSet): void {
  for (const row of rows) {
    if (row.status === "diverged") {
      assert.is(row, rows.at(-1)!);
      return;
    }
    assert.ok(row.point.every(Number.isFinite));
    const size = Math.max(1, ...row.point.map(Math.abs));
    assert.ok(
      set.distance(row.point) <= 1e-9 * size,
      `${set.name}: ${set.distance(row.point)} away at step ${row.step}`,
    );
  }
}

const outcomes = suite("outcomes as data");
outcomes("divergence where no guarantee is left: descent-ascent on a bilinear game", () => {
  const { problem } = problemOn(wholeSpace(n), "bilinear");
  const rows = firstRows(problem, startIn(wholeSpace(n)), gradientStep(3), 5000);
  assert.is(rows.at(-1)!.status, "diverged");
});

outcomes("all methods agree on the one solution of strongly monotone problems", () => {
  for (const set of gameSets) {
    const { problem, solution } = problemOn(set, "strongly monotone");
    for (const { name, update, reaches, unconstrained, products: needsProduct } of gameMethods) {
      if (needsProduct && !products.includes(set.name)) continue;
      if (reaches["strongly monotone"] !== 1e-9 || (unconstrained && set.name !== "wholeSpace")) continue;
      const last = firstRows(problem, startIn(set), update(), steps + 1).at(-1)!;
      const away = Math.hypot(...last.point.map((x, i) => x - solution[i]!));
      assert.ok(away < 1e-7, `${name} on ${set.name}: ${away}`);
    }
  }
});

outcomes("alternating play is refused where a projection moves the other player", async () => {
  const { problem } = problemOn(setNamed("simplex"), "strongly monotone");
  const run = valuesOf(iterate(problem, startIn(setNamed("simplex")), alternatingDescentAscent({ stepSize: 0.1 })));
  await assertRejects(run, "ERR_UNSUPPORTED", /simplex, which binds them together/);
});

outcomes("the entropic geometry is refused where the set has none", async () => {
  const { problem } = problemOn(setNamed("ball"), "monotone");
  for (const update of [mirrorProx({ stepSize: 0.1 }), optimisticMirrorDescent({ stepSize: 0.1 })]) {
    await assertRejects(
      valuesOf(iterate(problem, startIn(setNamed("ball")), update)),
      "ERR_UNSUPPORTED",
      /ball; use geometry/,
    );
  }
});
outcomes.run();

const refusals = suite("options");
refusals("every method refuses step sizes that are none", () => {
  const factories: readonly ((stepSize: number) => Update)[] = [
    (stepSize) => alternatingDescentAscent({ stepSize }),
    (stepSize) => proximalPoint({ stepSize }),
    (stepSize) => adaptiveExtragradient({ stepSize }),
    (stepSize) => popov({ stepSize }),
    (stepSize) => reflectedGradient({ stepSize }),
    (stepSize) => forwardBackwardForward({ stepSize }),
    (stepSize) => forwardReflectedBackward({ stepSize }),
    (stepSize) => dualExtrapolation({ stepSize }),
    (stepSize) => goldenRatio({ stepSize }),
    (stepSize) => adaptiveGoldenRatio({ stepSize }),
    (stepSize) => extraAnchoredGradient({ stepSize }),
    (stepSize) => fastOptimistic({ stepSize }),
    (stepSize) => mirrorProx({ stepSize }),
    (stepSize) => optimisticMirrorDescent({ stepSize }),
    (ahead) => stochasticExtragradient({ aheadStepSize: ahead }),
    (first) => decayingStep({ stepSize: first }),
  ];
  for (const make of factories) {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assertError(() => make(value), "ERR_OPTION_RANGE", /expected (stepSize|aheadStepSize) to be a positive number/);
    }
  }
});

refusals("and other numbers out of range", () => {
  assertError(() => alternatingDescentAscent({ stepSize: 1, decay: 1 }), "ERR_OPTION_RANGE", /decay/);
  assertError(() => goldenRatio({ stepSize: 1, ratio: 1 }), "ERR_OPTION_RANGE", /ratio/);
  assertError(() => fastOptimistic({ stepSize: 1, friction: 2 }), "ERR_OPTION_RANGE", /friction/);
  assertError(() => extraAnchoredGradient({ stepSize: 1, variant: "slow" as "fast" }), "ERR_OPTION_RANGE", /slow/);
  assertError(() => mirrorProx({ stepSize: 1, geometry: "spherical" as "entropic" }), "ERR_OPTION_RANGE", /spherical/);
  assertError(() => optimistic({ weight: -1 }), "ERR_OPTION_RANGE", /weight/);
  assertError(() => consensus({ weight: -1 }), "ERR_OPTION_RANGE", /weight/);
  assertError(() => symplecticAdjustment({ weight: Number.NaN }), "ERR_OPTION_RANGE", /weight/);
});
refusals.run();

const warning = suite("warnNotMonotone");
warning("says once, with the modulus, that a game is not monotone, and nothing of one that is", () => {
  const said: string[] = [];
  const watch = (): Update =>
    chain(warnNotMonotone({ warn: (message) => said.push(message) }), extragradient({ stepSize: 0.1 }));
  const set = wholeSpace(n);
  firstRows(problemOn(set, "monotone").problem, startIn(set), watch(), 30);
  firstRows(problemOn(set, "bilinear").problem, startIn(set), watch(), 30);
  assert.equal(said, []);
  const rows = firstRows(problemOn(set, "not monotone").problem, startIn(set), watch(), 30);
  assert.is(said.length, 1);
  assert.match(said[0]!, /is not monotone: its modulus is -0\.(3|29999)\d* at step 0 of run "run"/);
  assert.ok(Math.abs(rows[0]!.columns.leastModulus! + 0.3) < 1e-12);
});
warning.run();
