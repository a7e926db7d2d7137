/** Every stationary linear method on f(x, y) = xy: its trajectory is the powers of its companion matrix. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generalEigenvalues } from "../../../src/linalg/dense/generalEigenvalues.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../../src/operators/games/consensus.ts";
import { dualExtrapolation } from "../../../src/operators/games/dualExtrapolation.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { forwardBackwardForward } from "../../../src/operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { popov } from "../../../src/operators/games/popov.ts";
import { proximalPoint } from "../../../src/operators/games/proximalPoint.ts";
import { reflectedGradient } from "../../../src/operators/games/reflectedGradient.ts";
import { symplecticAdjustment } from "../../../src/operators/games/symplecticAdjustment.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose } from "../../support/assert.ts";

type Matrix = readonly (readonly number[])[];

const identity: Matrix = [
  [1, 0],
  [0, 1],
];
/** F(x, y) = (y, -x). */
const rotation: Matrix = [
  [0, 1],
  [-1, 0],
];
const zero: Matrix = [
  [0, 0],
  [0, 0],
];
const phi = (1 + Math.sqrt(5)) / 2;

/** sum of c_i M_i. */
function sum(...terms: readonly (readonly [number, Matrix])[]): Matrix {
  return zero.map((row, i) => row.map((_, j) => terms.reduce((total, [c, m]) => total + c * m[i]![j]!, 0)));
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((total, x, k) => total + x * b[k]![j]!, 0)));
}

/** [[a, b], [c, d]] of 2 x 2 blocks. */
function blocks(a: Matrix, b: Matrix, c: Matrix, d: Matrix): Matrix {
  return [...a.map((row, i) => [...row, ...b[i]!]), ...c.map((row, i) => [...row, ...d[i]!])];
}

interface Case {
  readonly name: string;
  readonly update: (eta: number) => Update;
  /** What the state (z, further vectors) is multiplied by. */
  readonly companion: (eta: number) => Matrix;
  /** The further vectors at the start, from z. */
  readonly memory?: (z: readonly number[]) => readonly number[];
  readonly radius: (eta: number) => number;
  /** Step sizes below which |z| does not grow; 0: for none. */
  readonly limit: number;
}

const gradient = (eta: number): Matrix => sum([1, identity], [-eta, rotation]);
const lookAhead = (eta: number): Matrix =>
  sum([1, identity], [-eta, rotation], [eta * eta, product(rotation, rotation)]);
const optimisticCompanion = (eta: number): Matrix =>
  blocks(sum([1, identity], [-2 * eta, rotation]), sum([eta, rotation]), identity, zero);
const extragradientRadius = (eta: number): number => Math.sqrt(1 - eta ** 2 + eta ** 4);
/** Largest root of s^2 - (1 - 2 i eta) s - i eta. */
function optimisticRadius(eta: number): number {
  // The discriminant 1 - 4 eta^2 is real.
  const d = 1 - 4 * eta * eta;
  const roots =
    d >= 0
      ? [Math.hypot((1 + Math.sqrt(d)) / 2, eta), Math.hypot((1 - Math.sqrt(d)) / 2, eta)]
      : [Math.hypot(1 / 2, eta + Math.sqrt(-d) / 2), Math.hypot(1 / 2, eta - Math.sqrt(-d) / 2)];
  return Math.max(...roots);
}
const again = (z: readonly number[]): readonly number[] => z;
const nothing = (): readonly number[] => [0, 0];
const weight = 0.4;
const decay = -0.3;

/** x' = x + v', v' = decay v - eta y; y' = y + w', w' = decay w + eta x'. */
const alternatingWithMomentum = (eta: number): Matrix => [
  [1, -eta, decay, 0],
  [eta, 1 - eta ** 2, eta * decay, decay],
  [0, -eta, decay, 0],
  [eta, -(eta ** 2), eta * decay, decay],
];

const cases: readonly Case[] = [
  {
    name: "descent-ascent",
    update: (eta) => gradientStep(eta),
    companion: gradient,
    radius: (eta) => Math.sqrt(1 + eta ** 2),
    limit: 0,
  },
  {
    name: "alternating descent-ascent",
    update: (eta) => alternatingDescentAscent({ stepSize: eta }),
    companion: (eta) => [
      [1, -eta],
      [eta, 1 - eta ** 2],
    ],
    radius: (eta) => (eta <= 2 ? 1 : (eta ** 2 - 2 + eta * Math.sqrt(eta ** 2 - 4)) / 2),
    limit: 2,
  },
  {
    name: "alternating descent-ascent with negative momentum",
    update: (eta) => alternatingDescentAscent({ stepSize: eta, decay }),
    // x' = x + v', v' = decay v - eta y; y' = y + w', w' = decay w + eta x'.
    companion: alternatingWithMomentum,
    memory: nothing,
    radius: (eta) => radiusOf(alternatingWithMomentum(eta)),
    // ((s - 1) (s - decay))^2 + eta^2 s^3 = 0 has the root -1 there.
    limit: 2 * (1 + decay),
  },
  {
    name: "proximal point",
    update: (eta) => proximalPoint({ stepSize: eta, relativeTolerance: 1e-14 }),
    companion: (eta) => sum([1 / (1 + eta ** 2), sum([1, identity], [-eta, rotation])]),
    radius: (eta) => 1 / Math.sqrt(1 + eta ** 2),
    limit: Number.POSITIVE_INFINITY,
  },
  {
    name: "extragradient",
    update: (eta) => extragradient({ stepSize: eta }),
    companion: lookAhead,
    radius: extragradientRadius,
    limit: 1,
  },
  {
    name: "forward-backward-forward",
    update: (eta) => forwardBackwardForward({ stepSize: eta }),
    companion: lookAhead,
    radius: extragradientRadius,
    limit: 1,
  },
  {
    name: "dual extrapolation",
    update: (eta) => dualExtrapolation({ stepSize: eta }),
    companion: lookAhead,
    radius: extragradientRadius,
    limit: 1,
  },
  {
    name: "optimistic gradient",
    update: (eta) => chain(optimistic(), gradientStep(eta)),
    companion: optimisticCompanion,
    memory: again,
    radius: optimisticRadius,
    limit: 1 / Math.sqrt(3),
  },
  {
    name: "forward-reflected-backward",
    update: (eta) => forwardReflectedBackward({ stepSize: eta }),
    companion: optimisticCompanion,
    memory: again,
    radius: optimisticRadius,
    limit: 1 / Math.sqrt(3),
  },
  {
    name: "reflected gradient",
    update: (eta) => reflectedGradient({ stepSize: eta }),
    companion: optimisticCompanion,
    memory: again,
    radius: optimisticRadius,
    limit: 1 / Math.sqrt(3),
  },
  {
    name: "Popov's method",
    update: (eta) => popov({ stepSize: eta }),
    // (w, z) -> (z - 2 eta F(w), z - eta F(w)).
    companion: (eta) => blocks(sum([-2 * eta, rotation]), identity, sum([-eta, rotation]), identity),
    memory: again,
    radius: optimisticRadius,
    limit: 1 / Math.sqrt(3),
  },
  {
    name: "golden ratio",
    update: (eta) => goldenRatio({ stepSize: eta }),
    companion: (eta) =>
      blocks(
        sum([(phi - 1) / phi, identity], [-eta, rotation]),
        sum([1 / phi, identity]),
        sum([(phi - 1) / phi, identity]),
        sum([1 / phi, identity]),
      ),
    memory: again,
    // Largest root of s^2 - (1 - i eta) s - i eta / phi.
    radius: (eta) => {
      const [re, im] = rootOf(1 - eta ** 2, -2 * eta + (4 * eta) / phi);
      return Math.max(Math.hypot(1 + re, -eta + im), Math.hypot(1 - re, -eta - im)) / 2;
    },
    // 2 sin 36 degrees.
    limit: Math.sqrt((5 - Math.sqrt(5)) / 2),
  },
  {
    name: "negative momentum",
    update: (eta) => chain(momentum({ decay }), gradientStep(eta)),
    companion: (eta) =>
      blocks(gradient(eta), sum([decay * eta, identity]), sum([-1, rotation]), sum([decay, identity])),
    memory: nothing,
    // Largest root of s^2 - (1 + decay - i eta) s + decay.
    radius: (eta) => {
      const [re, im] = rootOf((1 + decay) ** 2 - eta ** 2 - 4 * decay, -2 * eta * (1 + decay));
      return Math.max(Math.hypot(1 + decay + re, -eta + im), Math.hypot(1 + decay - re, -eta - im)) / 2;
    },
    limit: 0,
  },
  {
    name: "symplectic adjustment",
    update: (eta) => chain(symplecticAdjustment({ weight }), gradientStep(eta)),
    companion: (eta) => sum([1 - eta * weight, identity], [-eta, rotation]),
    radius: (eta) => Math.hypot(1 - eta * weight, eta),
    limit: (2 * weight) / (1 + weight ** 2),
  },
  {
    name: "consensus",
    update: (eta) => chain(consensus({ weight }), gradientStep(eta)),
    companion: (eta) => sum([1 - eta * weight, identity], [-eta, rotation]),
    radius: (eta) => Math.hypot(1 - eta * weight, eta),
    limit: (2 * weight) / (1 + weight ** 2),
  },
];

/** A square root of re + i im. */
function rootOf(re: number, im: number): readonly [number, number] {
  const size = Math.hypot(re, im);
  const a = Math.sqrt((size + re) / 2);
  const b = Math.sqrt((size - re) / 2);
  return [a, im < 0 ? -b : b];
}

function radiusOf(matrix: Matrix): number {
  const { real, imaginary } = generalEigenvalues(Float64Array.from(matrix.flat()));
  return Math.max(...real.map((re, k) => Math.hypot(re, imaginary[k]!)));
}

const start = [1, 0.5];
const steps = 50;
const trajectories = suite("trajectories on f(x, y) = xy");

for (const { name, update, companion, memory, radius } of cases) {
  trajectories(`${name}: powers of the companion matrix, to 1e-12 over ${steps} steps`, () => {
    for (const eta of [0.1, 0.3, 0.5]) {
      const rows = firstRows(bilinear(), start, update(eta), steps + 1);
      const matrix = companion(eta);
      let state: readonly number[] = [...start, ...(memory?.(start) ?? [])];
      for (const [k, row] of rows.entries()) {
        assertClose(row.point, state.slice(0, 2), 1e-12, `step ${k}, eta ${eta}`, 1e-3);
        state = matrix.map((line) => line.reduce((total, x, j) => total + x * state[j]!, 0));
      }
      assert.is(rows.length, steps + 1);
      // Defective at eta = 1/2, where two roots meet: half the digits are lost there.
      assertClose(radiusOf(matrix), radius(eta), 1e-7, `radius at eta ${eta}`);
    }
  });
}
trajectories.run();

const limits = suite("limits of stability on f(x, y) = xy");
for (const { name, update, limit } of cases) {
  limits(`${name}: |z| falls below the limit of the step size and grows above`, () => {
    const size = (eta: number): number => {
      const rows = firstRows(bilinear(), start, update(eta), 2001);
      const last = rows.at(-1)!;
      return last.status === "diverged" ? Number.POSITIVE_INFINITY : Math.hypot(last.point[0]!, last.point[1]!);
    };
    if (limit === 0) {
      assert.ok(size(0.1) > 3);
      return;
    }
    // Alternating descent-ascent alone does not fall: it cycles.
    const bound = name === "alternating descent-ascent" ? 10 : 1e-4;
    for (const part of [0.5, 0.97])
      assert.ok(size(part * Math.min(limit, 1e3)) < bound, `${size(part * Math.min(limit, 1e3))}`);
    if (Number.isFinite(limit)) assert.ok(size(1.03 * limit) > 100, `${size(1.03 * limit)} above`);
  });
}
limits.run();

const known = suite("known values on f(x, y) = xy");
known("extragradient is fastest at eta = 1 / sqrt 2, with factor sqrt(3) / 2", () => {
  const rows = firstRows(bilinear(), start, extragradient({ stepSize: Math.SQRT1_2 }), 11);
  assertClose(Math.sqrt(rows[10]!.squaredFieldNorm / rows[9]!.squaredFieldNorm), Math.sqrt(3) / 2, 1e-14);
});

known("the optimistic gradient at eta = 1 / 2 is defective: still 0.7106 a step after 200, towards 1 / sqrt 2", () => {
  const rows = firstRows(bilinear(), start, chain(optimistic(), gradientStep(0.5)), 202);
  const ratio = Math.sqrt(rows[201]!.squaredFieldNorm / rows[200]!.squaredFieldNorm);
  assertClose(ratio, 0.7106, 1e-4);
  assert.ok(ratio > Math.SQRT1_2);
});

known("alternating descent-ascent conserves x^2 + y^2 - eta x y", () => {
  const eta = 0.7;
  const energy = ([x, y]: Float64Array): number => x! ** 2 + y! ** 2 - eta * x! * y!;
  const rows = firstRows(bilinear(), start, alternatingDescentAscent({ stepSize: eta }), 1001);
  for (const row of rows) assertClose(energy(row.point), energy(Float64Array.from(start)), 1e-11);
});
known.run();
