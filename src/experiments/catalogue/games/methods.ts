/** The methods for games by the names that `--method` takes, with the step sizes that their theory allows. */

import type { StationaryMethod } from "../../../linalg/spectra/stationaryMethods.ts";
import { adaptiveExtragradient } from "../../../operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../operators/games/adaptiveGoldenRatio.ts";
import { alternatingDescentAscent } from "../../../operators/games/alternatingDescentAscent.ts";
import { consensus } from "../../../operators/games/consensus.ts";
import { dualExtrapolation } from "../../../operators/games/dualExtrapolation.ts";
import { extraAnchoredGradient } from "../../../operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../../operators/games/extragradient.ts";
import { fastOptimistic } from "../../../operators/games/fastOptimistic.ts";
import { forwardBackwardForward } from "../../../operators/games/forwardBackwardForward.ts";
import { forwardReflectedBackward } from "../../../operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../../operators/games/goldenRatio.ts";
import { halpern } from "../../../operators/games/halpern.ts";
import { mirrorProx } from "../../../operators/games/mirrorProx.ts";
import { optimistic } from "../../../operators/games/optimistic.ts";
import { optimisticMirrorDescent } from "../../../operators/games/optimisticMirrorDescent.ts";
import { popov } from "../../../operators/games/popov.ts";
import { proximalPoint } from "../../../operators/games/proximalPoint.ts";
import { reflectedGradient } from "../../../operators/games/reflectedGradient.ts";
import { restarts } from "../../../operators/games/restarts.ts";
import { semismoothNewton } from "../../../operators/games/semismoothNewton.ts";
import { symplecticAdjustment } from "../../../operators/games/symplecticAdjustment.ts";
import { decayingStep } from "../../../operators/steps/decayingStep.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { chain } from "../../../streams/chain.ts";
import type { Update } from "../../../streams/types.ts";

/** Numbers from which a method is made. */
export interface MethodSetting {
  /** Step size eta. */
  readonly stepSize: number;
  /** Lipschitz constant L, for weights in units of 1 / L. */
  readonly lipschitz: number;
  /** Scale of natural residuals inside the method. Default: the method takes it from the problem. */
  readonly scale?: number | undefined;
}

/** A method for games, with what its theory says. */
export interface GameMethod {
  /** Function that makes the update. */
  readonly make: (setting: MethodSetting) => Update;
  /**
   * Step size in units of 1 / L, a little below what theory allows for monotone fields (for descent-ascent: for
   * gradients). Undefined if the method has no step size, or finds its own.
   */
  readonly reach: number | undefined;
  /** Step size in units of 1 / L with a constraint. Default: `reach`. */
  readonly constrainedReach?: number;
  /** Whether the method's guarantee needs a monotone field. */
  readonly monotone: boolean;
  /** Name of the method in the linear theory of `stationaryMethods`. */
  readonly stationary?: StationaryMethod;
  /** Whether F of the average is O(1 / k) for linear F and bounded iterates, since the sum of the steps telescopes. */
  readonly telescopes?: boolean;
  /** Exponent p if ||F||^2 of the last iterate is O(k^p) for all monotone fields without a constraint. */
  readonly order?: number;
}

const local = { monotone: false } as const;
const needs = { monotone: true } as const;

const table = {
  gda: {
    ...needs,
    make: ({ stepSize }) => gradientStep(stepSize),
    reach: 0.5,
    stationary: "gradientStep",
  },
  "alternating-gda": {
    ...needs,
    make: ({ stepSize }) => alternatingDescentAscent({ stepSize }),
    reach: 0.5,
    telescopes: true,
  },
  "negative-momentum": {
    ...local,
    make: ({ stepSize }) => alternatingDescentAscent({ stepSize, decay: -0.3 }),
    reach: 0.5,
  },
  "decaying-gda": {
    ...needs,
    make: ({ stepSize }) => decayingStep({ stepSize: stepSize, power: 0.5 }),
    reach: 0.5,
  },
  "proximal-point": {
    ...needs,
    make: ({ stepSize }) => proximalPoint({ stepSize }),
    reach: 2,
    stationary: "proximalPoint",
    order: -1,
    telescopes: true,
  },
  extragradient: {
    ...needs,
    make: ({ stepSize }) => extragradient({ stepSize }),
    reach: 0.7,
    stationary: "extragradient",
    order: -1,
    telescopes: true,
  },
  "adaptive-extragradient": { ...needs, make: () => adaptiveExtragradient(), reach: undefined },
  "restarted-extragradient": {
    ...needs,
    make: ({ scale }) => restarts(adaptiveExtragradient(), scale === undefined ? {} : { scale }),
    reach: undefined,
  },
  optimistic: {
    ...needs,
    make: ({ stepSize }) => chain(optimistic(), gradientStep(stepSize)),
    reach: 0.45,
    stationary: "optimistic",
    order: -1,
    telescopes: true,
  },
  popov: {
    ...needs,
    make: ({ stepSize }) => popov({ stepSize }),
    reach: 0.45,
    stationary: "popov",
    order: -1,
    telescopes: true,
  },
  "reflected-gradient": {
    ...needs,
    make: ({ stepSize }) => reflectedGradient({ stepSize }),
    reach: 0.4,
    stationary: "reflectedGradient",
    order: -1,
    telescopes: true,
  },
  "forward-backward-forward": {
    ...needs,
    make: ({ stepSize }) => forwardBackwardForward({ stepSize }),
    reach: 0.7,
    stationary: "forwardBackwardForward",
    order: -1,
    telescopes: true,
  },
  "forward-reflected-backward": {
    ...needs,
    make: ({ stepSize }) => forwardReflectedBackward({ stepSize }),
    reach: 0.45,
    stationary: "forwardReflectedBackward",
    order: -1,
    telescopes: true,
  },
  "golden-ratio": {
    ...needs,
    make: ({ stepSize }) => goldenRatio({ stepSize }),
    reach: 0.75,
    stationary: "goldenRatio",
    order: -1,
    telescopes: true,
  },
  "adaptive-golden-ratio": { ...needs, make: () => adaptiveGoldenRatio(), reach: undefined },
  "mirror-prox": { ...needs, make: ({ stepSize }) => mirrorProx({ stepSize }), reach: 0.9 },
  "optimistic-mirror-descent": {
    ...needs,
    make: ({ stepSize }) => optimisticMirrorDescent({ stepSize }),
    reach: 0.45,
  },
  "dual-extrapolation": {
    ...needs,
    make: ({ stepSize }) => dualExtrapolation({ stepSize }),
    reach: 0.7,
    stationary: "dualExtrapolation",
    order: -1,
    telescopes: true,
  },
  anchored: {
    ...needs,
    make: ({ stepSize }) => extraAnchoredGradient({ stepSize }),
    reach: 0.95,
    constrainedReach: 0.55,
    order: -2,
  },
  halpern: {
    ...needs,
    make: ({ stepSize }) => chain(proximalPoint({ stepSize }), halpern()),
    reach: 1,
    order: -2,
  },
  "fast-optimistic": { ...needs, make: ({ stepSize }) => fastOptimistic({ stepSize }), reach: 0.23, order: -2 },
  symplectic: {
    ...local,
    make: ({ stepSize, lipschitz }) => chain(symplecticAdjustment({ weight: 1 / lipschitz }), gradientStep(stepSize)),
    reach: 0.5,
  },
  consensus: {
    ...local,
    make: ({ stepSize, lipschitz }) => chain(consensus({ weight: 1 / lipschitz }), gradientStep(stepSize)),
    reach: 0.5,
  },
  "semismooth-newton": {
    ...local,
    make: ({ scale }) => semismoothNewton(scale === undefined ? {} : { scale }),
    reach: undefined,
  },
} as const satisfies Readonly<Record<string, GameMethod>>;

/** Name of a method, as `--method` takes it. */
export type GameMethodName = keyof typeof table;

/** The methods, by their names in the literature. */
export const gameMethods: Readonly<Record<GameMethodName, GameMethod>> = table;

/** The names of all methods, in the order of the list that `--help` shows. */
export const gameMethodNames = Object.keys(table) as [GameMethodName, ...GameMethodName[]];
