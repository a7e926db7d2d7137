/** The studies of networks, and what they tell. */
import { from, type Observable, switchMap } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import { gaussNewtonDirection } from "../../../operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../operators/newton/kfacDirection.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { momentum } from "../../../operators/steps/momentum.ts";
import { chain } from "../../../streams/chain.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { tellAdvice, tellData, tellFaster } from "./advice.ts";
import { armNames, armTitles } from "./arms.ts";
import type { Draw } from "./draw.ts";
import { lambdaName } from "./linearContests.ts";
import { networkOf } from "./networkModel.ts";
import { type NetworkArm, networkStudy } from "./networkStudy.ts";
import { tellCell } from "./report.ts";
import type { Source } from "./source.ts";
import { type Plan, tie } from "./studies.ts";

const networkRates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;
const networkLambdas = [1, 0.3, 0.1, 0.01, 1e-5] as const;

const ascending = (list: readonly number[]): number[] => [...new Set(list)].sort((a, b) => a - b);

/** Raw and whitened data: a network, gradient descent with momentum on all training rows. */
export function networkArmsStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, options, percent, draws } = plan;
  const { rates = networkRates, updates = 1000, hidden = 64, loss } = options;
  const grid = ascending(rates);
  return from(networkOf(options.model, source, hidden)).pipe(
    switchMap((model) =>
      networkStudy(context, {
        ...plan,
        ...{ name: "network-arms", model, loss: source.labels === undefined ? "meanSquared" : "crossEntropy" },
        stated: source.labels === undefined ? statedOf(loss) : () => loss,
        arms: armNames.map(
          (name): NetworkArm => ({
            ...{ name, data: name, rates: grid, updates },
            update: (rate) => chain(momentum({ decay: 0.9 }), gradientStep(rate)),
          }),
        ),
        tell(cells) {
          tellData(context, source);
          for (const cell of cells) {
            const results = tellCell(context, {
              ...{ study: "network-arms", cell, draws, percent, titles: armTitles },
              heading: `${model.name}, n ${cell.n} (${ofWidth(cell.n, source)})`,
              rules: { arms: armNames, baseline: "raw", rates: grid, tie },
            });
            if (cell === cells.at(-1)) tellAdvice(context, cell, results, percent);
          }
        },
      }),
    ),
  );
}

/** Gradient descent, Gauss and Newton's updates [(1 - lambda) B + lambda I]^-1 g, and K-FAC's, on raw data. */
export function gaussNewtonStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, options, percent, draws } = plan;
  const { rates = networkRates, updates = 3000, hidden = 8, loss, newtonRates, newtonUpdates } = options;
  const lambdas = [...new Set([1, ...(options.lambdas ?? networkLambdas)])];
  const newton = { data: "raw", rates: ascending(newtonRates), updates: newtonUpdates } as const;
  const arms: NetworkArm[] = lambdas.map((mixing) =>
    mixing === 1
      ? { name: lambdaName(1), data: "raw", rates: ascending(rates), updates, update: (rate) => gradientStep(rate) }
      : {
          ...{ name: lambdaName(mixing), ...newton },
          update: (rate) =>
            chain(gaussNewtonDirection({ mixing, solver: "cg", maxIterations: 200 }), gradientStep(rate)),
        },
  );
  arms.push({
    ...{ name: "kfac 0.1", ...newton },
    update: (rate) => chain(kfacDirection({ mixing: 0.1 }), gradientStep(rate)),
  });
  const names = arms.map(({ name }) => name);
  return from(networkOf(options.model, source, hidden)).pipe(
    switchMap((model) =>
      networkStudy(context, {
        ...plan,
        ...{ name: "network-lambda", model, loss: "meanSquared", stated: statedOf(loss), arms },
        tell(cells) {
          for (const cell of cells) {
            const results = tellCell(context, {
              ...{ study: "network-lambda", cell, draws, percent },
              heading: `${model.name}, [(1 - lambda) B + lambda I]^-1 with Gauss and Newton's B, n ${cell.n} (${ofWidth(cell.n, source)})`,
              rules: {
                ...{ arms: names, baseline: lambdaName(1), tie },
                rates: (arm) => arms.find(({ name }) => name === arm)?.rates ?? [],
              },
            });
            tellFaster(context, results, cell.n, percent);
          }
        },
      }),
    ),
  );
}

const ofWidth = (n: number, { width }: Source): string => `${(n / width).toPrecision(2)} d`;

/** A share of the loss of outputs that are all 0. */
function statedOf(share: number): (draw: Draw) => number {
  return ({ train: { targets } }) => (share * targets.reduce((sum, y) => sum + y * y, 0)) / targets.length;
}
