/** What the experiments on the deep linear autoencoder share: the problem, its trajectories, starts, and what their ends are. */
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
import { sampleByHeight } from "../../streams/sampleByHeight.ts";
import { sampleByIteration } from "../../streams/sampleByIteration.ts";
import type { Sample } from "../../streams/sampling.ts";
import type { Course } from "../framework/course.ts";
import type { ExperimentContext, Finding } from "../framework/definition.ts";
import { smallStart, withTrajectories } from "./trajectory.ts";

/** Losses agree within this, relative to 1: ends at 1e-28 are far below it, and those of [1] at 1e-10 are too. */
export const lossAgrees = 1e-8;

/** Fields of a schema: sizes of the autoencoder and its trajectories. */
export const dlaeShape = {
  inputs: z.number().int().positive().default(16).describe("numbers a sample"),
  hidden: z.number().int().positive().default(4).describe("width of the hidden layer"),
  samples: z.number().int().positive().default(10_000).describe("Gaussian samples with variances 1 to inputs"),
  reduce: z
    .boolean()
    .default(true)
    .describe("work on the data's triangular factor instead of the data, which is exact"),
  stepSize: z.number().positive().default(0.01).describe("of the gradient steps"),
} as const;

interface DlaeOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly samples: number;
  readonly reduce: boolean;
  readonly stepSize: number;
  readonly trajectories: number;
  readonly trajectorySteps: number;
}

/** The autoencoder and trajectories of gradient descent on it, then what `then` makes of them. */
export function onTrajectories(
  context: ExperimentContext,
  options: DlaeOptions,
  then: (problem: DeepLinearAutoencoder, trajectories: readonly (readonly Row[])[]) => Observable<Row>,
): Observable<Row> {
  const { inputs, hidden, samples, reduce, stepSize, trajectories, trajectorySteps } = options;
  const { seed } = context;
  const problem = deepLinearAutoencoder({ inputs, hidden, samples, seed, reduce });
  return withTrajectories(
    context,
    problem,
    {
      count: trajectories,
      start: (index) => smallStart(problem.dimension, seed, index),
      update: chain(untilStep(trajectorySteps), gradientStep(stepSize)),
    },
    (rows) => then(problem, rows),
  );
}

export type Scheme = "height" | "iteration";

/** A start, and how it was drawn. */
interface Start extends Sample {
  readonly scheme: Scheme;
  /** Counted from 1. */
  readonly trajectory: number;
  /** Variance of the Gaussian that was added. */
  readonly variance: number;
}

interface StartsOptions {
  readonly seed: number;
  /** From each trajectory. */
  readonly count: number;
  readonly scheme: Scheme;
  readonly variance: number;
}

/**
 * Starts drawn from trajectories: the i-th of each, then the (i + 1)-th.
 *
 * Groups that differ in variance only come from the same rows, so that their comparison is that of the noise.
 */
export function drawStarts(trajectories: readonly (readonly Row[])[], options: StartsOptions): Start[] {
  const { seed, count, scheme, variance } = options;
  const draw = scheme === "height" ? sampleByHeight : sampleByIteration;
  const drawn = trajectories.map((rows, t) => draw(rows, { count, seed: seed + t, variance }));
  return Array.from({ length: count }, (_, i) =>
    drawn.map((samples, t) => ({ ...samples[i]!, scheme, trajectory: t + 1, variance })),
  ).flat();
}

/** Half of the starts as they were drawn, half with noise, in turns; of all trajectories alike. */
export function halfNoisy(
  trajectories: readonly (readonly Row[])[],
  options: { readonly seed: number; readonly count: number; readonly variance: number },
): Start[] {
  const { seed, count, variance } = options;
  // Twice as many as needed, so that noisy starts come from rows of their own.
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

/** What is kept of a start in `run.json`. */
export function describeStart({ step, value, scheme, trajectory, variance }: Start): Record<string, number | string> {
  return { trajectory, step, value, scheme, variance };
}

/** The end of a search, beside the class of critical points that it belongs to. */
export interface DlaeEnd {
  readonly run: string;
  readonly start: Start;
  readonly squaredFieldNorm: number;
  readonly value: number;
  readonly morseIndex: number | undefined;
  /** ||F||^2 <= 1e-10. */
  readonly critical: boolean;
  /** Of what is critical: positions of eigenvalues, the largest is 0. */
  readonly directions: readonly number[] | undefined;
  /** Of the class. */
  readonly classIndex: number | undefined;
  /** Loss minus that of the class. */
  readonly lossDifference: number | undefined;
  readonly course: Course;
  readonly steps: number;
  readonly seconds: number;
  readonly products: number;
  readonly evaluations: number;
}

/** Matches the end of a search with its analytic class; only critical ends belong to one. */
export function endOf(problem: DeepLinearAutoencoder, last: Row, start: Start, course: Course): DlaeEnd {
  const critical = last.squaredFieldNorm <= 1e-10;
  const match = critical && last.point !== undefined ? problem.match(last.point) : undefined;
  return {
    run: last.run.name,
    start,
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
  };
}

/** Columns of the summary that say how an end compares with its class. */
export function comparison({ directions, classIndex, lossDifference }: DlaeEnd): NonNullable<Finding["numbers"]> {
  if (directions === undefined) return {};
  return {
    class: `{${directions.map((i) => i + 1).join(",")}}`,
    "loss - class": lossDifference,
    "class index": classIndex,
  };
}

/** Of critical ends: those whose index is not that of their class, and the largest distance in loss. */
export function disagreement(ends: readonly DlaeEnd[]): { readonly indices: number; readonly loss: number } {
  const critical = ends.filter((end) => end.critical);
  return {
    indices: critical.filter(({ morseIndex, classIndex }) => morseIndex !== classIndex).length,
    loss: critical.reduce((most, { lossDifference }) => Math.max(most, Math.abs(lossDifference ?? 0)), 0),
  };
}
