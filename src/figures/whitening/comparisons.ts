/** Reads the comparisons of arms from the runs of `fluxion run whitening`, and judges them as the experiment does. */
import { armTitles } from "../../experiments/catalogue/whitening/arms.ts";
import { followsOf, tie } from "../../experiments/catalogue/whitening/studies.ts";
import { columnOf } from "../../experiments/protocols/comparison/armColumns.ts";
import { type ArmResult, compareArms, type Trial } from "../../experiments/protocols/comparison/compareArms.ts";
import { trialsFrom } from "../../experiments/protocols/comparison/trialsFrom.ts";
import { described, type FigureSource, type RecordedRun } from "../figure.ts";
import { coursesOf } from "../runs.ts";

/** The arms of one study for one number of training rows. */
export interface Comparison {
  readonly study: string;
  readonly n: number;
  /** Number d of features. */
  readonly d: number;
  readonly draws: number;
  /** Mean rank of the training rows; undefined if it was not measured. */
  readonly rank: number | undefined;
  readonly results: readonly ArmResult[];
}

/** What a study is called in the title of a panel. */
export const studyTitles: Readonly<Record<string, string>> = {
  arms: "linear model",
  lambda: "linear model",
  "network-arms": "network",
  "network-lambda": "network",
  "network-kinds": "network, PCA beside ZCA",
};

export const titleOf = (arm: string): string => armTitles[arm as keyof typeof armTitles] ?? arm;

interface Gathered {
  readonly study: string;
  readonly n: number;
  readonly d: number;
  readonly trials: Trial[];
  readonly ranks: number[];
  /** Whether the rows of each full whitening of a network are linearly independent. */
  readonly independent: number[];
}

/**
 * Gathers the trials of the studies that `wanted` accepts. A draw counts if all its trials are there, so that what an
 * interrupted experiment has can be drawn.
 */
export async function comparisonsOf(
  { runs }: FigureSource,
  wanted: (study: string) => boolean,
): Promise<readonly Comparison[]> {
  const cells = new Map<string, Gathered>();
  for (const run of runs) {
    const study = described(run, "study");
    const [n, d, draw] = ["n", "d", "draw"].map((key) => described(run, key));
    if (typeof study !== "string" || !wanted(study)) continue;
    if (typeof n !== "number" || typeof d !== "number" || typeof draw !== "number") continue;
    const key = `${study} ${n}`;
    const cell = cells.get(key) ?? { study, n, d, trials: [], ranks: [], independent: [] };
    cells.set(key, cell);
    const arms = armsOf(run);
    const collector = trialsFrom(arms, draw);
    const { last } = await coursesOf(run, (row) => collector.take(row));
    if (last === undefined || last.status === "running") continue;
    cell.trials.push(...collector.ended());
    const rank = last.columns[columnOf(arms[0]!, "rank")];
    if (rank !== undefined) cell.ranks.push(rank);
    const independent = last.columns[columnOf("full", "independent")];
    if (study.startsWith("network") && independent !== undefined) cell.independent.push(independent);
  }
  return [...cells.values()]
    .map(({ study, n, d, trials, ranks, independent }): Comparison => {
      const arms = [...new Set(trials.map(({ arm }) => arm))].sort((a, b) => placeOf(a) - placeOf(b));
      const rates = (arm: string): number[] =>
        [...new Set(trials.filter((trial) => trial.arm === arm).map(({ rate }) => rate))].sort((a, b) => a - b);
      const whole = completeDraws(trials);
      const rank = ranks.length === 0 ? undefined : ranks.reduce((sum, own) => sum + own, 0) / ranks.length;
      const kept = trials.filter(({ draw }) => whole.includes(draw));
      const follows = followsOf(independent);
      const results = compareArms(kept, { arms, baseline: arms[0] ?? "", rates, draws: whole.length, tie, follows });
      return { study, n, d, draws: whole.length, rank, results };
    })
    .filter(({ draws }) => draws > 0)
    .sort((a, b) => a.study.localeCompare(b.study) || a.n - b.n);
}

/** Place of an arm, the baseline first, whatever the order of its runs: raw, whitened ones, then by their share lambda. */
function placeOf(arm: string): number {
  const titled = Object.keys(armTitles).indexOf(arm);
  if (titled >= 0) return titled;
  const [, family, share] = /^(\w+) (.*)$/.exec(arm) ?? [];
  return (family === "lambda" ? 100 : 200) - Number(share ?? 0);
}

function completeDraws(trials: readonly Trial[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const { draw } of trials) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return [...counts].filter(([, count]) => count === most).map(([draw]) => draw);
}

function armsOf(run: RecordedRun): readonly string[] {
  const own = described(run, "arms") ?? described(run, "problem", "arms");
  return Array.isArray(own) ? own.filter((arm) => typeof arm === "string") : [];
}
