/**
 * The protocol that the experiments on networks share: trajectories with momentum, searches by Newton-MR from starts on
 * them, and the fractions of searches that end critical or flat.
 */
import { concat, type Observable } from "rxjs";
import { z } from "zod";
import type { Row } from "../../arrow/row.ts";
import { untilStep } from "../../operators/measures/untilStep.ts";
import { gradientStep } from "../../operators/steps/gradientStep.ts";
import { momentum } from "../../operators/steps/momentum.ts";
import type { Network } from "../../problems/networks/network.ts";
import { chain } from "../../streams/chain.ts";
import { sampleByHeight } from "../../streams/sampleByHeight.ts";
import type { ExperimentContext } from "../framework/definition.ts";
import { agreeMeaning, agreeText, type Repeated } from "./agreement.ts";
import { indexMedians } from "./indexMedians.ts";
import { criticalPointSearch, type SearchEnd } from "./search.ts";
import { fractionText, median } from "./statistics.ts";
import { chosenThresholds, criterionText, searchOptions, type ThresholdSet, thresholdField } from "./thresholds.ts";
import { atTheEnd, protocolShape, searchName, smallStart, withTrajectories } from "./trajectory.ts";

/** Fields that the schemas of all these experiments have. */
export const networkShape = {
  noise: z.number().min(0).default(0).describe("variance of the Gaussian noise added to each start"),
  start: z
    .enum(["scaled", "small"])
    .optional()
    .describe(
      "start of the trajectories. scaled: weights of variance 1 / (inputs of the layer), biases 0. " +
        "small: all parameters of variance 1 / (number of parameters) (default: scaled, full: small)",
    ),
  stepSize: z.number().positive().default(0.1).describe("step size of the trajectories"),
  momentum: z.number().min(0).lt(1).default(0.9).describe("momentum of the trajectories"),
  thresholds: thresholdField("relative, full: thesis"),
  relativeTolerance: z.number().min(0).max(1).default(5e-4).describe("relative residual at which MINRES-QLP ends"),
  ...protocolShape,
} as const;

interface NetworkProtocol {
  readonly problem: Network;
  readonly full: boolean;
  readonly searches: number;
  readonly iterations: number;
  readonly trajectories: number;
  readonly trajectorySteps: number;
  readonly noise: number;
  readonly start?: "scaled" | "small" | undefined;
  readonly stepSize: number;
  readonly momentum: number;
  /** Relative residual at which MINRES-QLP ends. */
  readonly relativeTolerance: number;
  readonly startScale: number;
  readonly returnedIterate: "passed" | "last";
  /** Set of thresholds. Default: those of the thesis if the protocol is the full one, else relative ones. */
  readonly thresholds?: ThresholdSet | undefined;
  /** Largest ||grad||^2 that the thesis calls critical, where it is not that of the set. */
  readonly thesisCritical?: number;
  /** Published fractions, as the paper states them. */
  readonly published: { readonly critical?: string; readonly flatAtEnd?: string; readonly everFlat?: string };
}

interface End extends Repeated<End> {
  readonly point: Float64Array | undefined;
  readonly critical: boolean;
  readonly value: number;
  readonly morseIndex: number | undefined;
  readonly lastResidual: number | undefined;
  readonly largestResidual: number | undefined;
  /** Largest residual of the rows whose solve ended by the co-kernel test. */
  readonly largestCokernelEnd: number | undefined;
  readonly everFlat: boolean;
}

/**
 * Runs trajectories of gradient descent with momentum, and Newton-MR from starts drawn from them uniformly in height.
 */
export function searchNetwork(context: ExperimentContext, protocol: NetworkProtocol): Observable<Row> {
  const { problem, full, searches, iterations, noise, stepSize, startScale } = protocol;
  const thresholds = chosenThresholds(protocol);
  const { seed } = context;
  const small = (protocol.start ?? (full ? "small" : "scaled")) === "small";
  // More trajectories than searches would leave some without a start.
  const trajectories = Math.min(protocol.trajectories, searches);
  const ends: End[] = [];
  const stepsMost = protocol.trajectorySteps;
  const update = chain(untilStep(stepsMost), momentum({ decay: protocol.momentum }), gradientStep(stepSize));
  const start = (index: number): Float64Array =>
    small
      ? smallStart(problem.dimension, seed, index, startScale)
      : problem.initialPoint(seed + index).map((parameter) => startScale * parameter);
  return concat(
    withTrajectories(context, problem, { count: trajectories, start, update, stepsMost }, (rows) => {
      const perTrajectory = Math.ceil(searches / trajectories);
      const starts = rows.map((own, t) =>
        sampleByHeight(own, { count: perTrajectory, seed: seed + t, variance: noise }),
      );
      return context.campaign(searches, (i) => {
        const trajectory = i % trajectories;
        const { point, step, value } = starts[trajectory]![Math.floor(i / trajectories)]!;
        const name = searchName(i, searches);
        context.note(`${name} starts at step ${step} of trajectory ${trajectory + 1}, loss ${value.toPrecision(5)}`);
        return criticalPointSearch(context, problem, point, {
          name,
          iterations,
          ...searchOptions(thresholds),
          newton: {
            direction: { relativeTolerance: protocol.relativeTolerance, returnedIterate: protocol.returnedIterate },
          },
          description: { method: "newton-mr", start: { trajectory: trajectory + 1, step, value, variance: noise } },
          compare(last, judgement, course, repetitions) {
            ends.push({
              ...endOf({ last, judgement, course }),
              repetitions: repetitions.map((end) => ({ ...endOf(end), repetitions: [] })),
            });
            return { "largest r": course.largestResidual, "flat rows": course.flatRows };
          },
        });
      });
    }),
    atTheEnd(context, () =>
      tell(context, ends, { criterion: criterionText(thresholds), published: protocol.published, problem }),
    ),
  );
}

function endOf({ last, judgement, course }: SearchEnd): Omit<End, "repetitions"> {
  return {
    point: last.point,
    critical: judgement.verdict === "critical point",
    value: last.value,
    morseIndex: last.columns.morseIndex,
    lastResidual: judgement.relativeResidual,
    largestResidual: course.largestResidual,
    largestCokernelEnd: course.largestLeastSquaresResidual,
    everFlat: course.flatRows > 0,
  };
}

function tell(
  context: ExperimentContext,
  ends: readonly End[],
  {
    criterion,
    published,
    problem,
  }: { readonly criterion: string; readonly published: NetworkProtocol["published"]; readonly problem: Network },
): void {
  // The finding of a single search needs no conclusion.
  if (ends.length < 2) return;
  const n = ends.length;
  const counted = (holds: (end: End) => boolean): string => fractionText(ends.filter(holds).length, n);
  const beside = (text: string | undefined): string => (text === undefined ? "" : `; published ${text}`);
  const isCritical = (end: End): boolean => end.critical;
  context.conclude(
    `critical at the end, ${criterion}: ${counted(isCritical)}${beside(published.critical)}${agreeText(ends, isCritical)}`,
  );
  const isFlat = ({ lastResidual }: End): boolean => (lastResidual ?? 0) > 0.9;
  context.conclude(
    `flat at the end, r > 0.9: ${counted(isFlat)}${beside(published.flatAtEnd)}${agreeText(ends, isFlat)}`,
  );
  const wasFlat = ({ largestResidual }: End): boolean => (largestResidual ?? 0) > 0.9;
  context.conclude(
    `ever flat, r > 0.9: ${counted(wasFlat)}${beside(published.everFlat)}; ` +
      `with r_H < 5e-4 too: ${counted(({ everFlat }) => everFlat)}${agreeText(ends, wasFlat)}`,
  );
  const byCokernel = ({ largestCokernelEnd }: End): boolean => (largestCokernelEnd ?? 0) > 0.9;
  context.conclude(
    `  of rows whose solve ended by the co-kernel test, as the published fractions count: r > 0.9 in ` +
      `${counted(byCokernel)}, r > 0.99 in ${counted(({ largestCokernelEnd }) => (largestCokernelEnd ?? 0) > 0.99)}` +
      agreeText(ends, byCokernel),
  );
  const indices = ends.flatMap(({ morseIndex }) => morseIndex ?? []);
  if (indices.length > 0) {
    context.conclude(
      `Morse indices at the end: ${least(indices)} to ${most(indices)}, median ${median(indices)}, of ` +
        `${problem.dimension} eigenvalues${agreeText(ends, ({ morseIndex }) => morseIndex)}`,
    );
  }
  const points = ends.flatMap(({ point }) => point ?? []);
  if (points.length >= fewestForMedians) {
    const medians = indexMedians(problem, points);
    context.conclude(
      `  medians by what counts as negative: ${medians.map((own) => `${own.median} below ${own.below}`).join("; ")}`,
    );
  }
  const critical = ends.filter(isCritical);
  if (critical.length > 0) {
    const losses = critical.map(({ value }) => value);
    const own = critical.flatMap(({ morseIndex }) => morseIndex ?? []);
    context.conclude(
      `  critical points: losses ${least(losses).toPrecision(4)} to ${most(losses).toPrecision(4)}, ` +
        `Morse indices ${least(own)} to ${most(own)}`,
    );
  }
  for (const line of agreeMeaning(ends)) context.conclude(line);
}

/** Number of searches from which on their median indices are told: each point costs n products and n^3 operations. */
const fewestForMedians = 10;

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
