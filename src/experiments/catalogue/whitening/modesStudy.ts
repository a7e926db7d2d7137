/** Which eigen-directions of the data a linear model learns first: gradient descent, whitened updates, and between them. */
import { matMul, type Tensor2D } from "@tensorflow/tfjs-core";
import { concat, defer, type Observable, tap } from "rxjs";
import type { Row } from "../../../arrow/row.ts";
import { data as dataInput } from "../../../autodiff/index.ts";
import { modeProgress } from "../../../operators/measures/training/modeProgress.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { whiten } from "../../../operators/steps/whiten.ts";
import { objective } from "../../../problems/objective.ts";
import { predictions } from "../../../problems/traced/predictions.ts";
import { whitening } from "../../../problems/whitening/whitening.ts";
import { chain } from "../../../streams/chain.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { armOf } from "./arms.ts";
import { drawOf, sizesOf } from "./draw.ts";
import { lambdaName, startOf } from "./linearContests.ts";
import { tableOf } from "./source.ts";
import type { Plan } from "./studies.ts";

/** Shares of the identity: gradient descent, something between, and the inverse of the moment. */
const mixings = [1, 0.1, 0] as const;
const updates = 60;
/** The row that the summary tells. */
const toldAt = 10;
/** Rate as a share of that at which the fastest direction is learnt in one update. */
const share = 0.2;
/** Directions that are measured, the largest eigenvalues first. */
const mostModes = 40;

/** Trains a linear model by three updates, and measures how much of each direction it has learnt after each of them. */
export function modesStudy(context: ExperimentContext, { source, samples, options }: Plan): Observable<Row> {
  const { width: d, outputs } = source;
  const sizes = sizesOf(source);
  const n = options.samples?.[0] ?? Math.min(sizes.most, Math.max(4 * d, samples[0]!));
  const told: string[] = [];
  const rows = tableOf(source);
  return concat(
    context.campaign(mixings.length, (index) =>
      defer(() => {
        const mixing = mixings[index]!;
        const draw = drawOf(source, { ...sizes, train: n }, 0, context.seed);
        const [raw] = armOf("raw", draw, source, { ...sizes, testSets: 1 });
        const { train: inputs } = raw!;
        const { targets } = draw.train;
        const apply = (w: Tensor2D): Tensor2D => matMul(dataInput("inputs", inputs, [n, d]) as Tensor2D, w);
        const problem = objective(
          [[d, outputs]],
          { outputs: apply, loss: "meanSquared", targets },
          { names: ["weights"], name: "linear model" },
        );
        const { spectrum: all, rank } = whitening(inputs, { features: d });
        const spectrum = all.slice(0, rank);
        // The Hessian is 2 B / outputs for each output.
        const fastest = spectrum.reduce((most, b) => Math.max(most, b / ((1 - mixing) * b + mixing)), 0);
        const step = gradientStep((share * outputs) / (2 * fastest));
        const predict = predictions([[d, outputs]], apply);
        const measure = modeProgress(predict, inputs, targets, {
          features: d,
          modes: Math.min(mostModes, rank),
        });
        const method = mixing === 1 ? step : chain(whiten({ block: "weights", inputs, mixing }), step);
        const run = `modes-${lambdaName(mixing).replace(" ", "-")}`;
        return context
          .iterate(problem, startOf(source, context.seed, 0), chain(untilStep(updates), method, measure), {
            ...{ name: run, points: 2 ** 31, repeat: false },
            description: { study: "modes", method: lambdaName(mixing), mixing, data: source.name, rows, n, d },
          })
          .pipe(
            tap(({ run: own, step: at, vectors }) => {
              const progress = vectors.modeProgress;
              if (own.name !== run || at !== toldAt || progress === undefined) return;
              const places = [0, 0.25, 0.5, 1].map((place) => Math.round(place * (progress.length - 1)));
              const shown = [...new Set(places)];
              told[index] =
                `  ${lambdaName(mixing)}: directions ${shown.map((k) => k + 1).join(", ")} are learnt to ` +
                shown.map((k) => `${(100 * progress[k]!).toFixed(0)} %`).join(", ");
            }),
          );
      }),
    ),
    atTheEnd(context, () => {
      context.conclude(
        `linear model, n ${n}, [(1 - lambda) B + lambda I]^-1: after ${toldAt} updates, in the order of the eigenvalues,`,
      );
      for (const line of told) context.conclude(line);
    }),
  );
}
