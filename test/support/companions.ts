import { generalEigenvalues } from "../../src/linalg/dense/generalEigenvalues.ts";
import { alternatingDescentAscent } from "../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../src/operators/games/consensus.ts";
import { dualExtrapolation } from "../../src/operators/games/dualExtrapolation.ts";
import { extragradient } from "../../src/operators/games/extragradient.ts";
import { forwardBackwardForward } from "../../src/operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../src/operators/games/goldenRatio.ts";
import { optimistic } from "../../src/operators/games/optimistic.ts";
import { popov } from "../../src/operators/games/popov.ts";
import { proximalPoint } from "../../src/operators/games/proximalPoint.ts";
import { reflectedGradient } from "../../src/operators/games/reflectedGradient.ts";
import { symplecticAdjustment } from "../../src/operators/games/symplecticAdjustment.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { chain } from "../../src/streams/chain.ts";
import type { Update } from "../../src/streams/types.ts";

export type Matrix = readonly (readonly number[])[];

export const identity: Matrix = [
  [1, 0],
  [0, 1],
];
/** F(x, y) = (y, -x). */
export const rotation: Matrix = [
  [0, 1],
  [-1, 0],
];
export const zero: Matrix = [
  [0, 0],
  [0, 0],
];
export const phi = (1 + Math.sqrt(5)) / 2;

/** sum of c_i M_i. */
export function sum(...terms: readonly (readonly [number, Matrix])[]): Matrix {
  return zero.map((row, i) => row.map((_, j) => terms.reduce((total, [c, m]) => total + c * m[i]![j]!, 0)));
}

export function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((total, x, k) => total + x * b[k]![j]!, 0)));
}

/** [[a, b], [c, d]] of 2 x 2 blocks. */
export function blocks(a: Matrix, b: Matrix, c: Matrix, d: Matrix): Matrix {
  return [...a.map((row, i) => [...row, ...b[i]!]), ...c.map((row, i) => [...row, ...d[i]!])];
}

export interface Case {
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

export const gradient = (eta: number): Matrix => sum([1, identity], [-eta, rotation]);
export const lookAhead = (eta: number): Matrix =>
  sum([1, identity], [-eta, rotation], [eta * eta, product(rotation, rotation)]);
export const optimisticCompanion = (eta: number): Matrix =>
  blocks(sum([1, identity], [-2 * eta, rotation]), sum([eta, rotation]), identity, zero);
export const extragradientRadius = (eta: number): number => Math.sqrt(1 - eta ** 2 + eta ** 4);
/** Largest root of s^2 - (1 - 2 i eta) s - i eta. */
export function optimisticRadius(eta: number): number {
  // The discriminant 1 - 4 eta^2 is real.
  const d = 1 - 4 * eta * eta;
  const roots =
    d >= 0
      ? [Math.hypot((1 + Math.sqrt(d)) / 2, eta), Math.hypot((1 - Math.sqrt(d)) / 2, eta)]
      : [Math.hypot(1 / 2, eta + Math.sqrt(-d) / 2), Math.hypot(1 / 2, eta - Math.sqrt(-d) / 2)];
  return Math.max(...roots);
}
export const again = (z: readonly number[]): readonly number[] => z;
export const nothing = (): readonly number[] => [0, 0];
export const weight = 0.4;
export const decay = -0.3;

/** x' = x + v', v' = decay v - eta y; y' = y + w', w' = decay w + eta x'. */
export const alternatingWithMomentum = (eta: number): Matrix => [
  [1, -eta, decay, 0],
  [eta, 1 - eta ** 2, eta * decay, decay],
  [0, -eta, decay, 0],
  [eta, -(eta ** 2), eta * decay, decay],
];

export const cases: readonly Case[] = [
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

export function radiusOf(matrix: Matrix): number {
  const { real, imaginary } = generalEigenvalues(Float64Array.from(matrix.flat()));
  return Math.max(...real.map((re, k) => Math.hypot(re, imaginary[k]!)));
}
