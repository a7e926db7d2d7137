/** Tells what the cells of a study show: a table for each n, and a refusal for each arm that its protocol forbids. */
import type { ExperimentContext } from "../../framework/definition.ts";
import { type ArmResult, compareArms } from "../../protocols/comparison/compareArms.ts";
import { type MeanEstimate, meanText } from "../../protocols/comparison/paired.ts";
import type { Cell, CellRules } from "./studies.ts";

/** What is said of a cell. */
interface Told {
  readonly study: string;
  /** Line above the table, such as what n is of d. */
  readonly heading: string;
  readonly cell: Cell;
  readonly draws: number;
  readonly rules: CellRules;
  /** Names of the arms in the table. Default: their own. */
  readonly titles?: Readonly<Record<string, string>>;
  /** Heading of the seconds. Default "seconds". */
  readonly time?: string;
  /** Whether scores are shares of rows, which are written in percent. */
  readonly percent: boolean;
}

/** Judges a cell and tells it. Returns the arms; of a refused baseline no differences may be used. */
export function tellCell(context: ExperimentContext, told: Told): readonly ArmResult[] {
  const { study, heading, cell, draws, rules, titles = {}, time = "seconds", percent } = told;
  const results = compareArms(cell.trials, { ...rules, draws });
  const baseline = results.find(({ arm }) => arm === rules.baseline)!;
  const titleOf = (arm: string): string => titles[arm] ?? arm;
  const unit = percent ? 100 : 1;
  const text = (own: MeanEstimate, signed = false): string =>
    meanText({ ...own, mean: unit * own.mean, half: unit * own.half }, { digits: percent ? 1 : 3, signed });
  const lines: string[][] = [
    ["arm", "rate", "test at best stop", "at the end", "stop - baseline", "end - baseline", "updates to loss", time],
  ];
  context.conclude(heading);
  for (const result of results) {
    const { arm, rate, refused, stop, end, stopDifference, endDifference, updatesToLoss, stopUpdates, seconds } =
      result;
    const title = titleOf(arm);
    if (refused !== undefined) {
      context.refuse(`${study}, n ${cell.n}, ${title}: ${refused}`);
      context.report({ run: `${study}, n ${cell.n}, ${title}`, verdict: "refused", because: refused });
      lines.push([title, "refused"]);
      continue;
    }
    const compared = baseline.refused === undefined && arm !== rules.baseline;
    lines.push([
      ...[title, `${rate}`, text(stop), text(end)],
      ...(compared ? [text(stopDifference, true), text(endDifference, true)] : ["", ""]),
      ...[Number(updatesToLoss.toPrecision(3)).toString(), seconds.toPrecision(2)],
    ]);
    context.report({
      run: `${study}, n ${cell.n}, ${title}`,
      numbers: {
        ...{ draws, rate, "at best stop": stop.mean, "+- stop": stop.half, "at the end": end.mean, "+- end": end.half },
        ...(compared
          ? {
              "stop - baseline": stopDifference.mean,
              "+- stop - baseline": stopDifference.half,
              "end - baseline": endDifference.mean,
              "+- end - baseline": endDifference.half,
            }
          : {}),
        ...{ "updates to loss": updatesToLoss, "updates to stop": stopUpdates, seconds },
      },
    });
  }
  for (const line of columnsOf(lines)) context.conclude(`  ${line}`);
  if (baseline.refused !== undefined) {
    context.conclude("  no differences are told, because the baseline is refused");
  }
  return results;
}

/** Sets a table with columns of equal width. */
function columnsOf(lines: readonly (readonly string[])[]): string[] {
  const count = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, j) => Math.max(...lines.map((line) => line[j]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, j) => cell.padEnd(widths[j]!))
      .join("  ")
      .trimEnd(),
  );
}
