/** The methods for games with their step sizes in any units, and in which sense each of them is scale-free. */
import type { Update } from "../../src/authoring/index.ts";
import { chain } from "../../src/authoring/index.ts";
import * as operators from "../../src/operators/index.ts";

export interface MethodInUnits {
  /** Name of the operator, as in the table of docs/games.md. */
  readonly name: string;
  /** Makes it with step sizes times `unit`. */
  readonly make: (unit: number) => Update;
  /** Whether the iterates stay the same, up to the units, when the field, or all parameters together, change theirs. */
  readonly field: boolean;
  readonly together: boolean;
  readonly entropic?: boolean;
  /** Whether its sets must be products of the players' sets. */
  readonly products?: boolean;
}

const {
  adaptiveExtragradient,
  adaptiveGoldenRatio,
  alternatingDescentAscent,
  consensus,
  decayingStep,
  dualExtrapolation,
  extraAnchoredGradient,
  extragradient,
  fastOptimistic,
  forwardBackwardForward,
  forwardReflectedBackward,
  goldenRatio,
  gradientStep,
  halpern,
  mirrorProx,
  momentum,
  optimistic,
  optimisticMirrorDescent,
  popov,
  proximalPoint,
  reflectedGradient,
  restarts,
  semismoothNewton,
  stochasticExtragradient,
  symplecticAdjustment,
} = operators;

const both = { field: true, together: true } as const;

export const methodsInUnits: readonly MethodInUnits[] = [
  { name: "gradientStep", make: (u) => gradientStep(0.3 * u), ...both },
  { name: "decayingStep", make: (u) => decayingStep({ stepSize: 0.5 * u }), ...both },
  { name: "momentum", make: (u) => chain(momentum({ decay: -0.2 }), gradientStep(0.3 * u)), ...both },
  {
    name: "alternatingDescentAscent",
    make: (u) => alternatingDescentAscent({ stepSize: 0.3 * u, decay: -0.3 }),
    ...both,
    products: true,
  },
  { name: "proximalPoint", make: (u) => proximalPoint({ stepSize: 2 * u }), ...both },
  { name: "halpern", make: (u) => chain(proximalPoint({ stepSize: u }), halpern()), ...both },
  { name: "extragradient", make: (u) => extragradient({ stepSize: 0.6 * u }), ...both },
  { name: "adaptiveExtragradient", make: () => adaptiveExtragradient(), ...both },
  { name: "adaptiveExtragradient", make: (u) => adaptiveExtragradient({ stepSize: 3 * u }), ...both },
  { name: "optimistic", make: (u) => chain(optimistic(), gradientStep(0.3 * u)), ...both },
  { name: "popov", make: (u) => popov({ stepSize: 0.3 * u }), ...both },
  { name: "reflectedGradient", make: (u) => reflectedGradient({ stepSize: 0.3 * u }), ...both },
  { name: "forwardBackwardForward", make: (u) => forwardBackwardForward({ stepSize: 0.6 * u }), ...both },
  { name: "forwardReflectedBackward", make: (u) => forwardReflectedBackward({ stepSize: 0.3 * u }), ...both },
  {
    name: "forwardReflectedBackward",
    make: (u) => forwardReflectedBackward({ stepSize: 0.1 * u, adaptive: 0.8 }),
    ...both,
  },
  { name: "dualExtrapolation", make: (u) => dualExtrapolation({ stepSize: 0.6 * u }), ...both },
  { name: "goldenRatio", make: (u) => goldenRatio({ stepSize: 0.6 * u }), ...both },
  { name: "adaptiveGoldenRatio", make: () => adaptiveGoldenRatio(), ...both },
  { name: "adaptiveGoldenRatio", make: (u) => adaptiveGoldenRatio({ hybrid: true, maxStepSize: 2 * u }), ...both },
  { name: "extraAnchoredGradient", make: (u) => extraAnchoredGradient({ stepSize: 0.5 * u }), ...both },
  { name: "fastOptimistic", make: (u) => fastOptimistic({ stepSize: 0.2 * u }), ...both },
  { name: "stochasticExtragradient", make: (u) => stochasticExtragradient({ aheadStepSize: 0.6 * u }), ...both },
  { name: "restarts", make: (u) => restarts(extragradient({ stepSize: 0.6 * u })), ...both },
  { name: "restarts", make: (u) => restarts(adaptiveExtragradient(), { scale: 0.5 * u, checkEvery: 3 }), ...both },
  { name: "semismoothNewton", make: () => semismoothNewton(), ...both },
  { name: "semismoothNewton", make: (u) => semismoothNewton({ scale: u, damping: 0.1 }), ...both },
  { name: "consensus", make: (u) => chain(consensus({ weight: 0.4 * u }), gradientStep(0.3 * u)), ...both },
  {
    name: "symplecticAdjustment, bias: 0",
    make: (u) => chain(symplecticAdjustment({ weight: 0.4 * u, bias: 0 }), gradientStep(0.3 * u)),
    ...both,
  },
  {
    name: "symplecticAdjustment",
    make: (u) => chain(symplecticAdjustment({ weight: 0.4 * u }), gradientStep(0.3 * u)),
    field: false,
    together: false,
  },
  {
    name: "mirrorProx, euclidean",
    make: (u) => mirrorProx({ stepSize: 0.6 * u, geometry: "euclidean" }),
    ...both,
  },
  {
    name: "optimisticMirrorDescent, euclidean",
    make: (u) => optimisticMirrorDescent({ stepSize: 0.3 * u, geometry: "euclidean" }),
    ...both,
  },
  {
    name: "mirrorProx",
    make: (u) => mirrorProx({ stepSize: 0.3 * u }),
    field: true,
    together: false,
    entropic: true,
  },
  {
    name: "optimisticMirrorDescent",
    make: (u) => optimisticMirrorDescent({ stepSize: 0.2 * u }),
    field: true,
    together: false,
    entropic: true,
  },
];
