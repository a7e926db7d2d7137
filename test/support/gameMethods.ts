/** The methods for games of the conformance table, with what theory promises of each. */
import { adaptiveExtragradient } from "../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../src/operators/games/adaptiveGoldenRatio.ts";
import { alternatingDescentAscent } from "../../src/operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../src/operators/games/consensus.ts";
import { dualExtrapolation } from "../../src/operators/games/dualExtrapolation.ts";
import { extraAnchoredGradient } from "../../src/operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../src/operators/games/extragradient.ts";
import { fastOptimistic } from "../../src/operators/games/fastOptimistic.ts";
import { forwardBackwardForward } from "../../src/operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../src/operators/games/goldenRatio.ts";
import { halpern } from "../../src/operators/games/halpern.ts";
import { mirrorProx } from "../../src/operators/games/mirrorProx.ts";
import { optimistic } from "../../src/operators/games/optimistic.ts";
import { optimisticMirrorDescent } from "../../src/operators/games/optimisticMirrorDescent.ts";
import { popov } from "../../src/operators/games/popov.ts";
import { proximalPoint } from "../../src/operators/games/proximalPoint.ts";
import { reflectedGradient } from "../../src/operators/games/reflectedGradient.ts";
import { restarts } from "../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../src/operators/games/semismoothNewton.ts";
import { stochasticExtragradient } from "../../src/operators/games/stochasticExtragradient.ts";
import { symplecticAdjustment } from "../../src/operators/games/symplecticAdjustment.ts";
import { decayingStep } from "../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { chain } from "../../src/streams/chain.ts";
import type { Update } from "../../src/streams/types.ts";

export type Kind = "strongly monotone" | "monotone" | "bilinear" | "not monotone";

/** L is at most 1.15 for all fields below; a method with one evaluation a step takes eta, one with two 2 eta. */
const eta = 0.37;

export interface GameMethod {
  readonly name: string;
  readonly update: () => Update;
  /** The natural residual that it must reach in 400 steps; undefined: theory promises nothing, and nothing is asked. */
  readonly reaches: Partial<Record<Kind, number>>;
  readonly entropic?: boolean;
  /** Its theory is for the whole space. */
  readonly unconstrained?: boolean;
  /** Needs a product of the players' sets, and says so elsewhere. */
  readonly products?: boolean;
}

/** Products of sets for the first two coordinates and for the last two. */
export const products = ["wholeSpace", "orthant", "box", "productSet"];

const linear = { "strongly monotone": 1e-9, monotone: 1e-3, bilinear: 1e-3 } as const;
const onlyStrongly = { "strongly monotone": 1e-9 } as const;
/** Anchored methods: O(1 / k), whatever the problem. */
const anchored = { "strongly monotone": 0.05, monotone: 0.05, bilinear: 0.05 } as const;

export const gameMethods: readonly GameMethod[] = [
  { name: "gradientStep", update: () => gradientStep(eta), reaches: onlyStrongly },
  {
    name: "decayingStep",
    update: () => decayingStep({ stepSize: 0.5, delay: 50 }),
    reaches: { "strongly monotone": 1e-4 },
  },
  {
    name: "alternatingDescentAscent",
    update: () => alternatingDescentAscent({ stepSize: eta }),
    products: true,
    reaches: onlyStrongly,
  },
  {
    name: "alternatingDescentAscent, negative momentum",
    update: () => alternatingDescentAscent({ stepSize: 0.6, decay: -0.4 }),
    products: true,
    reaches: { ...onlyStrongly, bilinear: 1e-3 },
    unconstrained: true,
  },
  {
    name: "negative momentum",
    update: () => chain(momentum({ decay: -0.2 }), gradientStep(eta)),
    reaches: onlyStrongly,
    unconstrained: true,
  },
  {
    name: "symplecticAdjustment",
    update: () => chain(symplecticAdjustment({ weight: 0.5 }), gradientStep(eta)),
    reaches: linear,
    unconstrained: true,
  },
  {
    name: "consensus",
    update: () => chain(consensus({ weight: 0.5 }), gradientStep(eta)),
    reaches: linear,
    unconstrained: true,
  },
  { name: "proximalPoint", update: () => proximalPoint({ stepSize: 2 }), reaches: linear },
  {
    name: "proximalPoint, inexact",
    update: () => proximalPoint({ stepSize: 2, relativeTolerance: 0.5 }),
    reaches: linear,
  },
  { name: "extragradient", update: () => extragradient({ stepSize: 2 * eta }), reaches: linear },
  { name: "adaptiveExtragradient", update: () => adaptiveExtragradient(), reaches: linear },
  { name: "optimistic", update: () => chain(optimistic(), gradientStep(eta)), reaches: linear },
  { name: "popov", update: () => popov({ stepSize: eta }), reaches: linear },
  { name: "reflectedGradient", update: () => reflectedGradient({ stepSize: eta }), reaches: linear },
  { name: "forwardBackwardForward", update: () => forwardBackwardForward({ stepSize: 2 * eta }), reaches: linear },
  { name: "forwardReflectedBackward", update: () => forwardReflectedBackward({ stepSize: eta }), reaches: linear },
  {
    name: "forwardReflectedBackward, adaptive",
    update: () => forwardReflectedBackward({ stepSize: eta, adaptive: 0.8 }),
    reaches: linear,
  },
  {
    name: "dualExtrapolation",
    update: () => dualExtrapolation({ stepSize: 2 * eta }),
    reaches: { "strongly monotone": 0.1 },
  },
  { name: "goldenRatio", update: () => goldenRatio({ stepSize: 2 * eta }), reaches: linear },
  { name: "adaptiveGoldenRatio", update: () => adaptiveGoldenRatio(), reaches: linear },
  { name: "adaptiveGoldenRatio, hybrid", update: () => adaptiveGoldenRatio({ hybrid: true }), reaches: linear },
  { name: "extraAnchoredGradient", update: () => extraAnchoredGradient({ stepSize: 2 * eta }), reaches: anchored },
  {
    name: "halpern around proximalPoint",
    update: () => chain(proximalPoint({ stepSize: 1 }), halpern()),
    reaches: anchored,
  },
  {
    name: "halpern around gradientStep",
    update: () => chain(gradientStep(0.25), halpern()),
    reaches: { "strongly monotone": 0.05 },
  },
  { name: "fastOptimistic", update: () => fastOptimistic({ stepSize: 0.2 }), reaches: anchored },
  {
    name: "stochasticExtragradient, exact field",
    update: () => stochasticExtragradient({ aheadStepSize: 2 * eta, power: 0 }),
    reaches: linear,
  },
  { name: "extragradient, restarted", update: () => restarts(extragradient({ stepSize: 2 * eta })), reaches: linear },
  {
    name: "mirrorProx, Euclidean",
    update: () => mirrorProx({ stepSize: 2 * eta, geometry: "euclidean" }),
    reaches: linear,
  },
  {
    name: "mirrorProx, entropic",
    update: () => mirrorProx({ stepSize: 0.3 }),
    reaches: { "strongly monotone": 1e-4 },
    entropic: true,
  },
  {
    name: "optimisticMirrorDescent, Euclidean",
    update: () => optimisticMirrorDescent({ stepSize: eta, geometry: "euclidean" }),
    reaches: linear,
  },
  {
    name: "optimisticMirrorDescent, entropic",
    update: () => optimisticMirrorDescent({ stepSize: 0.2 }),
    reaches: { "strongly monotone": 1e-4 },
    entropic: true,
  },
  {
    name: "semismoothNewton",
    update: () => semismoothNewton(),
    reaches: { "strongly monotone": 1e-12, monotone: 1e-9, bilinear: 1e-9 },
  },
];
