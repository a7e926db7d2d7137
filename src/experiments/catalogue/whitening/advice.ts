/** What the studies mean for the data at hand, in sentences with intervals. */
import { whitening } from "../../../problems/whitening/whitening.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import type { ArmResult } from "../../protocols/comparison/compareArms.ts";
import { meanText } from "../../protocols/comparison/paired.ts";
import { median } from "../../protocols/statistics.ts";
import { armTitles } from "./arms.ts";
import { powerOfMeans } from "./means.ts";
import type { Source } from "./source.ts";
import type { Cell } from "./studies.ts";

/** Score that counts as none the worse: the interval of a difference lies below it. One point for shares of rows. */
const tolerated = 0.01;

/** Share of the power in the means from which on the data are said to be far from the origin. That of digits is 0.7. */
const farFromOrigin = 0.95;

/** Tells n, d, rank and condition of the data, and whether they lie so far from the origin that rates suit the means alone. */
export function tellData(context: ExperimentContext, source: Source): void {
  const { rank, condition, spectrum } = whitening(source.inputs, { features: source.width });
  const total = spectrum.reduce((sum, value) => sum + value, 0);
  const [first] = spectrum;
  context.conclude(
    `${source.name}: n = ${source.count} rows, d = ${source.width}, rank ${rank}, condition of the uncentred moment ` +
      `${condition.toPrecision(3)}, its largest eigenvalue has ${((100 * first!) / total).toFixed(0)} % of the power`,
  );
  const share = powerOfMeans(source.inputs, source.width);
  if (share > farFromOrigin) {
    context.conclude(
      `  the means of the features have ${share < 0.999 ? (100 * share).toFixed(1) : "more than 99.9"} % of the power: rates that suit them are too small for ` +
        "anything else, so raw data learn hardly anything; --centred takes the means off",
    );
  }
}

/** Tells which lambda learns fastest at no cost in the test score. */
export function tellFaster(
  context: ExperimentContext,
  results: readonly ArmResult[],
  n: number,
  percent: boolean,
): void {
  const descent = results.find(({ arm }) => arm === "lambda 1");
  if (descent === undefined || descent.refused !== undefined) return;
  const others = results.filter((result) => result !== descent && result.refused === undefined);
  const harmless = others
    .filter(({ stopDifference: { mean, half } }) => mean + half < tolerated)
    .map((result) => ({ result, factor: speedUp(descent, result) }));
  const good = harmless.filter(({ factor }) => factor > 1).sort((a, b) => b.factor - a.factor)[0];
  if (good === undefined && harmless.length > 0) {
    context.conclude(
      `  n ${n}: no lambda below 1 that is shown to cost less than ${textOf(tolerated, percent)} reaches the training loss ` +
        "of gradient descent at its best stop in fewer updates",
    );
    return;
  }
  if (good === undefined) {
    context.conclude(
      `  n ${n}: of no lambda below 1 is it shown that it costs less than ${textOf(tolerated, percent)}`,
    );
    return;
  }
  const { result, factor } = good;
  const unit = percent ? 100 : 1;
  const { mean, half } = result.stopDifference;
  const cost = meanText({ mean: unit * mean, half: unit * half, count: 0 }, { digits: percent ? 1 : 3, signed: true });
  const seconds = ratio(descent, result, ({ secondsToLoss }) => secondsToLoss);
  const time = Number.isFinite(seconds) ? ` and ${seconds.toPrecision(2)} times the CPU seconds` : "";
  context.conclude(
    `  n ${n}: ${result.arm} reaches the training loss of gradient descent at its best stop in ${factor.toPrecision(3)} times ` +
      `fewer updates${time}, at ${cost}${percent ? " points" : ""} of the test score`,
  );
}

function textOf(score: number, percent: boolean): string {
  return percent ? `${100 * score} point` : `${score}`;
}

/** Median over the draws of how many times fewer updates an arm needs than the baseline. */
function speedUp(baseline: ArmResult, arm: ArmResult): number {
  return 1 / ratio(baseline, arm, ({ updatesToLoss }) => Math.max(1, updatesToLoss!));
}

/** Median over the draws of what an arm needs as a multiple of what the baseline needs. */
function ratio(
  baseline: ArmResult,
  arm: ArmResult,
  of: (trial: ArmResult["trials"][number]) => number | undefined,
): number {
  return median(arm.trials.map((trial, i) => (of(trial) ?? Number.NaN) / (of(baseline.trials[i]!) ?? Number.NaN)));
}

/** Advises for or against each whitening, by its paired difference from raw data at the largest n. */
export function tellAdvice(
  context: ExperimentContext,
  cell: Cell,
  results: readonly ArmResult[],
  percent: boolean,
): void {
  const raw = results.find(({ arm }) => arm === "raw");
  if (raw === undefined || raw.refused !== undefined) return;
  const unit = percent ? 100 : 1;
  const least = textOf(tolerated, percent);
  for (const { arm, refused, stopDifference } of results) {
    if (arm === "raw" || refused !== undefined) continue;
    const { mean, half } = stopDifference;
    const text = meanText(
      { mean: unit * mean, half: unit * half, count: 0 },
      { digits: percent ? 1 : 3, signed: true },
    );
    const says =
      mean - half > 0
        ? `it generalises worse${mean + half < tolerated ? `, by less than ${least}` : ""}: leave it out, or mix the identity in`
        : mean + half < 0
          ? `it generalises better${half - mean < tolerated ? `, by less than ${least}` : ""}`
          : Math.max(mean + half, half - mean) < tolerated
            ? `it makes no difference of ${least}`
            : "no difference is shown; more draws (--draws) narrow the interval";
    context.conclude(
      `  advice, n ${cell.n}, ${armTitles[arm as keyof typeof armTitles] ?? arm}: ${text}${percent ? " points" : ""} against raw: ${says}`,
    );
  }
}
