/**
 * The parts that the experiments on the deep linear autoencoder share: the problem, its trajectories, the starts, and
 * the ends.
 */
import type { Observable } from "rxjs";
import { z } from "zod";
import type { Row } from "../../arrow/row.ts";
import { untilStep } from "../../operators/measures/untilStep.ts";
import { gradientStep } from "../../operators/steps/gradientStep.ts";
import {
  type DeepLinearAutoencoder,
  deepLinearAutoencoder,
} from "../../problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { chain } from "../../streams/chain.ts";
import { heightDrawer } from "../../streams/sampleByHeight.ts";
import { iterationDrawer } from "../../streams/sampleByIteration.ts";
import type { Sample } from "../../streams/sampling.ts";
import type { Course } from "../framework/course.ts";
import type { ExperimentContext, Finding } from "../framework/definition.ts";
import type { Repeated } from "./agreement.ts";
import type { SearchEnd } from "./search.ts";
import { protocolShape, smallStart, withTrajectories } from "./trajectory.ts";

/** Absolute tolerance within which losses agree. Critical ends are far closer to their class. */
export const lossAgrees = 1e-8;

/** Fields of a schema: sizes of the autoencoder and step size of its trajectories. */
export const dlaeShape = {
  inputs: z.number().int().positive().default(16).describe("length of a sample"),
  hidden: z.number().int().positive().default(4).describe("width of the hidden layer"),
  samples: z
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe("number of Gaussian samples, whose variances are 1 to inputs"),
  reduce: z
    .boolean()
    .default(true)
    .describe("work on the triangular factor of the data, which is much faster and gives the same loss to rounding"),
  stepSize: z.number().positive().default(0.01).describe("step size of the trajectory"),
  ...protocolShape,
} as const;

interface DlaeOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly samples: number;
  readonly reduce: boolean;
  readonly stepSize: number;
  readonly startScale: number;
  readonly trajectories: number;
  readonly trajectorySteps: number;
}

/** Runs trajectories of gradient descent on the autoencoder, and then the searches that `then` makes from them. */
export function onTrajectories(
  context: ExperimentContext,
  options: DlaeOptions,
  then: (problem: DeepLinearAutoencoder, trajectories: readonly (readonly Row[])[]) => Observable<Row>,
): Observable<Row> {
  const { inputs, hidden, samples, reduce, stepSize, startScale, trajectories, trajectorySteps } = options;
  const { seed } = context;
  const problem = deepLinearAutoencoder({ inputs, hidden, samples, seed, reduce });
  return withTrajectories(
    context,
    problem,
    {
      count: trajectories,
      start: (index) => smallStart(problem.dimension, seed, index, startScale),
      update: chain(untilStep(trajectorySteps), gradientStep(stepSize)),
    },
    (rows) => then(problem, rows),
  );
}

/** How starts are drawn from a trajectory: uniformly in height, that is in loss, or uniformly over iterations. */
export type Scheme = "height" | "iteration";

/** A start, and how it was drawn. */
interface Start extends Sample {
  readonly scheme: Scheme;
  /** Number of the trajectory, counted from 1. */
  readonly trajectory: number;
  /** Variance of the Gaussian noise that was added. */
  readonly variance: number;
}

/** How a start was drawn, without the point, which a million ends need not keep. */
type Drawn = Omit<Start, "point">;

interface StartsOptions {
  readonly seed: number;
  /** Number of starts from each trajectory. */
  readonly count: number;
  readonly scheme: Scheme;
  readonly variance: number;
}

export function drawStarts(trajectories: readonly (readonly Row[])[], options: StartsOptions): Start[] {
  const start = startsFrom(trajectories, options);
  return Array.from({ length: options.count * trajectories.length }, (_, index) => start(index));
}

/**
 * Draws starts from trajectories by their index: first the i-th start of each trajectory, then the (i + 1)-th. Nothing
 * is drawn before it is asked for, so that a search among a million costs what it costs alone.
 *
 * Groups that differ in variance only are drawn from the same rows, so that comparing them shows the effect of noise.
 */
export function startsFrom(
  trajectories: readonly (readonly Row[])[],
  { seed, scheme, variance }: Omit<StartsOptions, "count">,
): (index: number) => Start {
  const make = scheme === "height" ? heightDrawer : iterationDrawer;
  const drawers = trajectories.map((rows, t) => make(rows, { seed: seed + t, variance }));
  return (index) => {
    const t = index % drawers.length;
    return { ...drawers[t]!(Math.floor(index / drawers.length)), scheme, trajectory: t + 1, variance };
  };
}

/** Draws starts, half of them as they are and half with noise, in turns and equally from all trajectories. */
export function halfNoisy(
  trajectories: readonly (readonly Row[])[],
  options: { readonly seed: number; readonly count: number; readonly variance: number },
): Start[] {
  const { seed, count, variance } = options;
  // Twice as many as needed are drawn, so that noisy starts come from rows of their own.
  const each = 2 * Math.ceil(count / (2 * trajectories.length));
  const drawn = [0, variance].map((noise) =>
    drawStarts(trajectories, { seed, count: each, scheme: "height", variance: noise }),
  );
  const perRound = trajectories.length;
  return Array.from({ length: count }, (_, i) => {
    const round = Math.floor(i / perRound);
    return drawn[round % 2]![round * perRound + (i % perRound)]!;
  });
}

/** Describes a start for `run.json`. */
export function describeStart({ step, value, scheme, trajectory, variance }: Drawn): Record<string, number | string> {
  return { trajectory, step, value, scheme, variance };
}

/** The end of a search, and the class of critical points to which it belongs. */
export interface DlaeEnd extends Repeated<DlaeEnd> {
  readonly run: string;
  readonly start: Drawn;
  readonly squaredFieldNorm: number;
  readonly value: number;
  readonly morseIndex: number | undefined;
  /** Whether the search was judged to end at a critical point. */
  readonly critical: boolean;
  /** Eigenvectors of the class, as positions of their eigenvalues, the largest at 0; undefined unless critical. */
  readonly directions: readonly number[] | undefined;
  /** Morse index of the class; undefined unless critical. */
  readonly classIndex: number | undefined;
  /** Loss of the end minus that of the class; undefined unless critical. */
  readonly lossDifference: number | undefined;
  readonly course: Course;
  readonly steps: number;
  readonly seconds: number;
  readonly products: number;
  readonly evaluations: number;
}

/** Matches the ends of a search and of its repetitions with their analytic classes. Only critical ends have one. */
export function endOf(
  problem: DeepLinearAutoencoder,
  start: Drawn,
  { last, judgement, course }: SearchEnd,
  repetitions: readonly SearchEnd[] = [],
): DlaeEnd {
  const { step, value, scheme, trajectory, variance } = start;
  const critical = judgement.verdict === "critical point";
  const match = critical && last.point !== undefined ? problem.match(last.point) : undefined;
  return {
    run: last.run.name,
    start: { step, value, scheme, trajectory, variance },
    squaredFieldNorm: last.squaredFieldNorm,
    value: last.value,
    morseIndex: last.columns.morseIndex,
    critical,
    directions: match?.class.directions,
    classIndex: match?.class.morseIndex,
    lossDifference: match?.lossDifference,
    course,
    steps: last.step,
    seconds: last.seconds,
    products: last.products,
    evaluations: last.evaluations,
    repetitions: repetitions.map((end) => endOf(problem, start, end)),
  };
}

/** The class of critical points at which a search ended, for comparison; undefined unless it is critical. */
export function classOf({ directions }: DlaeEnd): string | undefined {
  return directions?.join();
}

/** Makes the columns of the summary that compare an end with its class. */
export function comparison({ directions, classIndex, lossDifference }: DlaeEnd): NonNullable<Finding["numbers"]> {
  if (directions === undefined) return {};
  return {
    class: `{${directions.map((i) => i + 1).join(",")}}`,
    "loss - class": lossDifference,
    "class index": classIndex,
  };
}

/** Counts the critical ends whose index differs from that of their class, and finds the largest distance in loss. */
export function disagreement(ends: readonly DlaeEnd[]): { readonly indices: number; readonly loss: number } {
  const critical = ends.filter((end) => end.critical);
  return {
    indices: critical.filter(({ morseIndex, classIndex }) => morseIndex !== classIndex).length,
    loss: critical.reduce((most, { lossDifference }) => Math.max(most, Math.abs(lossDifference ?? 0)), 0),
  };
}
