/** The studies of networks, and what they tell. */
import { from, type Observable, switchMap } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import { gaussNewtonDirection } from "../../../operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../operators/newton/kfacDirection.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { momentum } from "../../../operators/steps/momentum.ts";
import type { Model } from "../../../problems/models/model.ts";
import { chain } from "../../../streams/chain.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { tellAdvice, tellData, tellFaster } from "./advice.ts";
import { armNames, armTitles } from "./arms.ts";
import type { Draw } from "./draw.ts";
import { lambdaName } from "./linearContests.ts";
import { networkOf } from "./networkModel.ts";
import { type NetworkArm, type NetworkCell, networkStudy } from "./networkStudy.ts";
import { tellCell } from "./report.ts";
import type { Source } from "./source.ts";
import { followsOf, type Plan, tie } from "./studies.ts";

/** Whitened data are often best at 1, so that the grid goes beyond it. */
const armRates = [0.01, 0.03, 0.1, 0.3, 1, 3] as const;
const armUpdates = { quick: 600, full: 800 } as const;

const descentRates = [0.03, 0.1, 0.2, 0.3, 1] as const;
const descentUpdates = 10_000;
const networkLambdas = [1, 0.3, 0.1, 0.01, 1e-5] as const;
/** The last one takes two thirds of the time. */
const quickLambdas = [1, 0.3, 0.1, 0.01] as const;
const kfacLambdas = [0.3, 0.1, 0.01] as const;
/** Hidden units of the perceptron in the study lambda, whose Gauss-Newton matrix is factored in each update. */
const smallHidden = 8;

const ascending = (list: readonly number[]): number[] => [...new Set(list)].sort((a, b) => a - b);

/** Raw and whitened data: a network, gradient descent with momentum on all training rows. */
export function networkArmsStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const arms = armNames.map((name) => descentArm(plan, { name, data: name }));
  return armsOfNetwork(context, plan, "network-arms", arms);
}

/** ZCA, which keeps the layout of images, beside PCA, which does not. For a dense first layer they are the same. */
export function kindsStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const whitened = (["train", "distribution"] as const).flatMap((data) =>
    (["zca", "pca"] as const).map((kind) => descentArm(plan, { name: `${data} ${kind}`, data, kind })),
  );
  return armsOfNetwork(context, plan, "network-kinds", [descentArm(plan, { name: "raw", data: "raw" }), ...whitened]);
}

function descentArm({ options }: Plan, arm: Pick<NetworkArm, "name" | "data" | "kind">): NetworkArm {
  const { rates = armRates, updates = options.full ? armUpdates.full : armUpdates.quick } = options;
  return {
    ...{ ...arm, rates: ascending(rates), updates },
    update: (rate) => chain(momentum({ decay: 0.9 }), gradientStep(rate)),
  };
}

function armsOfNetwork(
  context: ExperimentContext,
  plan: Plan,
  name: string,
  arms: readonly NetworkArm[],
): Observable<Row> {
  const { source, options, percent, draws } = plan;
  const { loss } = options;
  const run = (model: Model): Observable<Row> =>
    networkStudy(context, {
      ...plan,
      ...{ name, model, loss: source.labels === undefined ? "meanSquared" : "crossEntropy", arms },
      stated: source.labels === undefined ? shareOfZero(loss) : () => loss,
      tell(cells) {
        tellData(context, source);
        for (const cell of cells) {
          const results = tellCell(context, {
            ...{ study: name, cell, draws, percent, titles: armTitles },
            heading: `${model.name}, n ${cell.n} (${ofWidth(cell.n, source)})${pooledText(cell)}`,
            time: cpuSeconds,
            rules: {
              ...{ arms: arms.map((arm) => arm.name), baseline: "raw", rates: arms[0]!.rates, tie },
              follows: followsOf(cell.independent),
            },
          });
          if (cell === cells.at(-1)) tellAdvice(context, cell, results, percent);
        }
      },
    });
  return from(networkOf(options.model, source, options.hidden)).pipe(switchMap(run));
}

/**
 * Gauss and Newton's updates [(1 - lambda) B + lambda I]^-1 g, and K-FAC's, on raw data. Arms of second order have few,
 * expensive updates, and rates of their own: B has mean eigenvalue 1, and the loss is a mean over the outputs, so that
 * Newton's step has a rate near the number of outputs.
 */
export function gaussNewtonStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, options, percent, lambdaDraws: draws } = plan;
  const { rates = descentRates, updates = descentUpdates, newtonUpdates } = options;
  const hidden = options.hidden ?? (options.model === "mlp" ? smallHidden : undefined);
  const newtonRates = options.newtonRates ?? newtonShares.map((share) => share * source.outputs);
  const lambdas = [...new Set([1, ...(options.lambdas ?? (options.full ? networkLambdas : quickLambdas))])];
  const newton = { data: "raw", rates: ascending(newtonRates), updates: newtonUpdates } as const;
  const arms: readonly NetworkArm[] = [
    ...lambdas.map((mixing): NetworkArm => {
      const name = lambdaName(mixing);
      return mixing === 1
        ? { name, data: "raw", rates: ascending(rates), updates, update: (rate) => gradientStep(rate) }
        : {
            ...{ name, ...newton },
            update: (rate) => chain(gaussNewtonDirection({ mixing, ...solverOf(mixing) }), gradientStep(rate)),
          };
    }),
    ...kfacLambdas.map(
      (mixing): NetworkArm => ({
        ...{ name: `kfac ${mixing}`, ...newton, demanding: true },
        update: (rate) => chain(kfacDirection({ mixing }), gradientStep(rate)),
      }),
    ),
  ];
  const run = (model: Model): Observable<Row> =>
    networkStudy(context, {
      ...plan,
      ...{ samples: plan.lambdaSamples, draws },
      ...{ name: "network-lambda", model, loss: "meanSquared", stated: undefined, arms },
      tell(cells, told) {
        for (const cell of cells) {
          const results = tellCell(context, {
            ...{ study: "network-lambda", cell, draws, percent },
            heading: `${model.name}, [(1 - lambda) B + lambda I]^-1 with Gauss and Newton's B, n ${cell.n} (${ofWidth(cell.n, source)})`,
            time: cpuSeconds,
            rules: {
              ...{ arms: told.map(({ name }) => name), baseline: lambdaName(1), tie },
              rates: (arm) => arms.find(({ name }) => name === arm)?.rates ?? [],
            },
          });
          tellFaster(context, results, cell.n, percent);
        }
      },
    });
  return from(networkOf(options.model, source, hidden)).pipe(switchMap(run));
}

/** Rates of the arms of second order, as multiples of the number of outputs. */
const newtonShares = [0.03, 0.1, 0.3, 1, 3] as const;

/**
 * How the system of a lambda is solved. Conjugate gradients need some sqrt(1 / lambda) iterations; where they would end
 * early, which regularises too, the matrix is factored.
 */
const solverOf = (mixing: number): { readonly solver: "cg" | "automatic"; readonly relativeTolerance: number } => ({
  solver: mixing < leastForProducts ? "automatic" : "cg",
  relativeTolerance: 1e-6,
});

/** Smallest lambda for conjugate gradients. */
const leastForProducts = 1e-3;
const cpuSeconds = "CPU seconds to loss";

/** How many test sets the fully whitened arm has, and where the theorem could freeze it. */
function pooledText({ independent }: NetworkCell): string {
  if (independent.length === 0) return "";
  const share = independent.reduce((sum, own) => sum + own, 0) / independent.length;
  return (
    `, ${independent.length} fully whitened ${independent.length === 1 ? "test set" : "test sets"}, ` +
    `${(100 * share).toFixed(0)} % of them with a pooled rank of n + n_test`
  );
}

const ofWidth = (n: number, { width }: Source): string => `${(n / width).toPrecision(2)} d`;

/** A share of the loss of outputs that are all 0. */
function shareOfZero(share: number): (draw: Draw) => number {
  return ({ train: { targets } }) => (share * targets.reduce((sum, y) => sum + y * y, 0)) / targets.length;
}
