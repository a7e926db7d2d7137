/** The studies of the linear model, and what they tell. */
import type { Observable } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { tellAdvice, tellData, tellFaster } from "./advice.ts";
import { armNames, armTitles } from "./arms.ts";
import { sizesOf } from "./draw.ts";
import { armsContest, lambdaContest, lambdaName } from "./linearContests.ts";
import { type LinearCell, linearStudy } from "./linearStudy.ts";
import { tellCell } from "./report.ts";
import type { Source } from "./source.ts";
import { type Plan, tie } from "./studies.ts";

const linearRates = [0.01, 0.03, 0.1, 0.3, 1, 1.5, 1.9, 2.5] as const;
const linearLambdas = [1, 0.5, 0.3, 0.15, 0.1, 0.03, 0.01, 0.001, 0] as const;
const linearUpdates = 1_000_000;

const ascending = (list: readonly number[]): number[] => [...new Set(list)].sort((a, b) => a - b);

/** What the studies of the linear model share. */
function linearPlan({
  options,
  ...plan
}: Plan): Plan & { readonly rates: readonly number[]; readonly updates: number } {
  const { rates = linearRates, updates = linearUpdates } = options;
  return { ...plan, options, rates: ascending(rates), updates };
}

/** Raw and whitened data, side by side. */
export function armsStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, percent } = plan;
  const { rates, updates } = linearPlan(plan);
  return linearStudy(context, {
    ...plan,
    ...{ name: "arms", rates, updates },
    arms: armNames.map((name) => ({ name, perTestSet: name === "full" })),
    make: (data) => armsContest(data, armNames),
    tell(cells) {
      tellData(context, source);
      for (const cell of cells) {
        const results = tellCell(context, {
          ...{ study: "arms", heading: armsHeading(cell, source), cell, draws: plan.draws, titles: armTitles },
          rules: { arms: armNames, baseline: "raw", rates, tie },
          percent,
        });
        if (cell === cells.at(-1)) tellAdvice(context, cell, results, percent);
      }
    },
  });
}

/** What n is of d, and whether the theorem freezes the fully whitened arm. */
function armsHeading(cell: LinearCell, source: Source): string {
  const { testSet } = sizesOf(source);
  const rank = cell.mean("raw", "rank");
  const pooled = cell.mean("full", "whiteningRank");
  const frozen = cell.mean("full", "independent") ?? 0;
  const moves = cell.moves("full");
  const theorem =
    frozen === 1
      ? `the theorem freezes the fully whitened arm: its test outputs move by ${moves.toExponential(0)}`
      : frozen === 0
        ? "the theorem does not apply"
        : `the theorem applies to ${(100 * frozen).toFixed(0)} % of the test sets`;
  return (
    `linear model, n ${cell.n} (${(cell.n / source.width).toPrecision(2)} d), rank of the training rows ${rank?.toFixed(1)}, ` +
    `pooled rank ${pooled?.toFixed(1)} of ${cell.n + testSet} rows: ${theorem}`
  );
}

/** Updates [(1 - lambda) B + lambda I]^-1 G on raw data, side by side. */
export function lambdaStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, options, percent } = plan;
  const { rates, updates } = linearPlan(plan);
  const lambdas = [...new Set([1, ...(options.lambdas ?? linearLambdas)])];
  const arms = lambdas.map(lambdaName);
  return linearStudy(context, {
    ...plan,
    ...{ samples: plan.lambdaSamples, draws: plan.lambdaDraws },
    ...{ name: "lambda", rates, updates },
    arms: arms.map((name) => ({ name, perTestSet: false })),
    make: (data) => lambdaContest(data, lambdas, updates),
    tell(cells) {
      for (const cell of cells) {
        const results = tellCell(context, {
          ...{ study: "lambda", cell, draws: plan.lambdaDraws, percent },
          heading: `linear model, [(1 - lambda) B + lambda I]^-1, n ${cell.n} (${(cell.n / source.width).toPrecision(2)} d)`,
          rules: { arms, baseline: lambdaName(1), rates, tie },
        });
        tellFaster(context, results, cell.n, percent);
      }
    },
  });
}
