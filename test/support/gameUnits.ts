/** The methods for games with their step sizes in any units, and in which sense each of them is scale-free. */
import type { Update } from "../../src/authoring/index.ts";
import { chain } from "../../src/authoring/index.ts";
import * as operators from "../../src/operators/index.ts";
import type { ConvexSet } from "../../src/problems/problem.ts";
import {
  affineSubspace,
  ball,
  box,
  budgetSet,
  cappedSimplex,
  halfSpace,
  intersectionSet,
  orthant,
  polyhedron,
  productSet,
  secondOrderCone,
  simplex,
} from "../../src/problems/sets/index.ts";

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

export interface SetInUnits {
  readonly name: string;
  /** Makes t C from numbers that are t times those of C. */
  readonly make: (t: number) => ConvexSet | undefined;
  readonly bounded: boolean;
  /** Whether it is a product of a set of the first two numbers and one of the last two. */
  readonly product: boolean;
  readonly entropic: boolean;
}

const times = (t: number, ...values: readonly number[]): number[] => values.map((x) => t * x);
const set = (
  name: string,
  make: SetInUnits["make"],
  ...kinds: readonly ("bounded" | "product" | "entropic")[]
): SetInUnits => ({
  name,
  make,
  bounded: kinds.includes("bounded"),
  product: kinds.includes("product"),
  entropic: kinds.includes("entropic"),
});

/** Sets of four numbers. */
export const setsInUnits: readonly SetInUnits[] = [
  set("none", () => undefined, "product"),
  set("orthant", () => orthant(4), "product", "entropic"),
  set("box", (t) => box(times(t, -1, -1, 0, 0), times(t, 1, 0.5, 1, 2)), "bounded", "product"),
  set("ball", (t) => ball(times(t, 0.5, 0, 0, 0), t), "bounded"),
  set("simplex", (t) => simplex(4, { total: 2 * t }), "bounded", "entropic"),
  set("cappedSimplex", (t) => cappedSimplex(4, { total: 2 * t, cap: 0.8 * t }), "bounded", "entropic"),
  set("budgetSet", (t) => budgetSet(4, { budget: 1.5 * t }), "bounded", "entropic"),
  set("halfSpace", (t) => halfSpace([1, 1, -1, 0], 0.3 * t)),
  set("affineSubspace", (t) => affineSubspace([[1, 1, 1, 1], [1, -2, 0, 1]], times(t, 1, 0.25))), // biome-ignore format: a matrix
  set("secondOrderCone", () => secondOrderCone(4)),
  set("polyhedron", (t) =>
    polyhedron({
      inequalities: {
        matrix: [[1, 1, 0, 0], [0, 1, 1, -1], [-1, 0, 0, 2]], // biome-ignore format: a matrix
        bounds: times(t, 0.5, 0.4, 1),
      },
    }),
  ),
  set("productSet", (t) => productSet([simplex(2, { total: t }), ball([0, 0], t)]), "bounded", "product"),
  set(
    "two simplices",
    (t) => productSet([simplex(2, { total: t }), simplex(2, { total: t })]),
    "bounded",
    "product",
    "entropic",
  ),
  set("intersectionSet", (t) => intersectionSet([ball([0, 0, 0, 0], t), orthant(4)]), "bounded"),
];
