import { concat, defer, from, type Observable, switchMap, tap } from "rxjs";
import { z } from "zod";
import type { Row } from "../../../arrow/row.ts";
import { accuracy } from "../../../operators/measures/training/accuracy.ts";
import { blockNorms } from "../../../operators/measures/training/blockNorms.ts";
import { calibration } from "../../../operators/measures/training/calibration.ts";
import { earlyStopping, stopReasons } from "../../../operators/measures/training/earlyStopping.ts";
import { testLoss } from "../../../operators/measures/training/testLoss.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import { cosine } from "../../../operators/schedules/cosine.ts";
import { adam } from "../../../operators/steps/adam.ts";
import { adamW } from "../../../operators/steps/adamW.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { momentum } from "../../../operators/steps/momentum.ts";
import type { Dataset } from "../../../problems/datasets/types.ts";
import type { Model } from "../../../problems/models/model.ts";
import { type HeldOut, type Trainable, trainable } from "../../../problems/models/trainable.ts";
import { chain } from "../../../streams/chain.ts";
import { defineRowMeasure } from "../../../streams/defineRowMeasure.ts";
import { scheduled } from "../../../streams/scheduled.ts";
import type { Measure, RowMeasure, Update } from "../../../streams/types.ts";
import { type Experiment, type ExperimentContext, experiment } from "../../framework/definition.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { summaries } from "../summaries.ts";
import { checkDataNames, type TrainingData, trainingData } from "./trainingData.ts";
import { modelNames, trainingModel } from "./trainingModel.ts";

const optimisers = {
  sgd: { stepSize: 0.1, update: (eta: number) => gradientStep(eta) },
  momentum: { stepSize: 0.05, update: (eta: number) => chain(momentum({ decay: 0.9 }), gradientStep(eta)) },
  adam: { stepSize: 0.003, update: (eta: number) => chain(adam(), gradientStep(eta)) },
  adamw: { stepSize: 0.003, update: (eta: number) => chain(adamW(), gradientStep(eta)) },
} as const satisfies Readonly<Record<string, { readonly stepSize: number; readonly update: (eta: number) => Update }>>;

const options = z.object({
  data: z.string().default("digits").describe("digits, mnist, cifar10, or a .csv or .arrow file"),
  folder: z.string().optional().describe("folder of the files of MNIST or CIFAR-10"),
  label: z.string().optional().describe("column of the classes in the file (default: label)"),
  target: z.string().optional().describe("column of the targets in the file, for regression"),
  inMemory: z
    .number()
    .min(0)
    .default(256)
    .describe(
      "megabytes up to which an Arrow file is read into memory; of a larger one, rows are read as they are needed",
    ),
  samples: z.number().int().min(2).optional().describe("number of rows, drawn from all (default: all)"),
  validation: z.number().gt(0).lt(1).default(0.1).describe("share of the rows by which the best point is chosen"),
  test: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.1)
    .describe("share of the rows for the final judgement, if there is no test set"),
  standardise: z
    .boolean()
    .default(true)
    .describe("standardise each feature, and the target of a regression, by the training part"),
  model: z
    .string()
    .default("mlp")
    .describe(`${modelNames.join(", ")}, or a module such as ./net.ts`),
  optimiser: z.enum(["sgd", "momentum", "adam", "adamw"]).default("adam").describe("method"),
  stepSize: z
    .number()
    .positive()
    .optional()
    .describe("first step size (default: sgd 0.1, momentum 0.05, others 0.003)"),
  schedule: z.enum(["cosine", "constant"]).default("cosine").describe("how the step size falls"),
  batch: z.number().int().positive().default(64).describe("rows of a minibatch"),
  epochs: z.number().positive().default(10).describe("passes through the training part"),
  evaluations: z.number().int().positive().default(2).describe("evaluations on the validation part per epoch"),
  patience: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("evaluations without improvement at which to stop (default: never)"),
  regularization: z.number().min(0).default(0).describe("factor c of c ||z||^2, which is added to the loss"),
});

type Options = z.output<typeof options>;

/**
 * Trains a model on data with a validation part: losses, accuracy, norms of gradients and the time that is left in the
 * rows, the best point by validation kept, and judged on the test part at the end.
 */
export const trainExperiment: Experiment = experiment({
  name: "train",
  summary: summaries.train,
  options,
  check: checkDataNames,
  run: (options, context) =>
    defer(() => {
      const data = trainingData(options, context.seed);
      return from(trainingModel(options.model, data.train)).pipe(
        switchMap((model) => trained(options, context, data, model)),
      );
    }),
});

function trained(options: Options, context: ExperimentContext, data: TrainingData, model: Model): Observable<Row> {
  const { optimiser, batch, epochs, evaluations, patience, regularization, schedule } = options;
  const { train, validation } = data;
  const net = trainable(model, train, { regularization });
  // A test set that does not fit is refused here, before the training rather than after it.
  const judge = net.heldOut(data.test);
  const batches = net.batches({ size: Math.min(batch, train.count), seed: context.seed });
  const steps = Math.max(1, Math.round(epochs * batches.perEpoch));
  const every = Math.max(1, Math.round(batches.perEpoch / evaluations));
  const method = optimisers[optimiser];
  const stepSize = options.stepSize ?? method.stepSize;
  const bare = method.update(stepSize);
  const start = net.initialPoint(context.seed);
  const parts = Object.entries(data).map(([part, { count }]) => `${part} ${count}`);
  context.note(
    `${model.name}, ${start.length} parameters; rows: ${parts.join(", ")}; ${batches.perEpoch} steps per epoch`,
  );
  if (batch > train.count)
    context.note(`a batch of ${batch} rows is more than the ${train.count} of an epoch: all rows are one batch`);
  for (const line of absentClasses(data)) context.note(line);
  if (train.names.some((name) => nameless.test(name)))
    context.note(
      "a column without a name is a feature; if another program numbered the rows in it, leave it out of the file",
    );
  const constant = train.standardisation?.constantFeatures.length ?? 0;
  if (constant > 0)
    context.note(`${constant} of ${train.names.length} features are constant in the training part: they are 0`);
  if (train.standardisation?.targets !== undefined)
    context.note(`${options.target ?? "target"} is standardised: a loss of 1 is that of predicting its mean`);
  const update = chain(
    untilStep(steps),
    schedule === "cosine" ? scheduled(bare, { stepSize: cosine({ steps }) }) : bare,
    ...heldOut(net, validation, every),
    blockNorms(net.blocks, { every }),
    timeLeft(steps, every),
    earlyStopping({ of: "validationLoss", patience: patience ?? Number.POSITIVE_INFINITY }),
  );
  const description = {
    optimiser,
    stepSize,
    schedule,
    batch,
    epochs,
    steps,
    seed: context.seed,
    evaluatedEvery: every,
    // Their hashes let a resumed run notice other data.
    heldOut: { validation: validation.description, test: data.test.description },
  };
  let last: Row | undefined;
  const rows = context.iterate(batches, start, update, { name: "training", points: every, description });
  return concat(
    rows.pipe(
      tap((row) => {
        if (row.run.name === "training") last = row;
      }),
    ),
    atTheEnd(context, () => {
      if (last !== undefined && last.status !== "running") tell(context, judge, data.test, last);
    }),
  );
}

/** The name of a column that has none in the file, or none in the table that another program wrote to it. */
const nameless = /^(?:Unnamed: \d+)?$/;
/** Most classes that a line names. */
const mostNamed = 8;

/** Says which classes have no row in a part: nothing is learnt about them, or nothing known. */
function absentClasses(data: TrainingData): readonly string[] {
  return Object.entries(data).flatMap(([part, { labels, classes }]: readonly [string, Dataset]) => {
    if (labels === undefined) return [];
    const there = new Set(labels);
    if (there.size === classes) return [];
    const absent = Array.from({ length: classes }, (_, label) => label).filter((label) => !there.has(label));
    const named = absent.slice(0, mostNamed).join(", ") + (absent.length > mostNamed ? ", ..." : "");
    return [`${absent.length} of ${classes} classes have no row in the ${part} part: ${named}`];
  });
}

/** The measures on held-out data: the loss, and for classes how they are told apart and how surely. */
function heldOut(net: Trainable, data: Dataset, every: number): readonly Measure[] {
  const { loss, predict } = net.heldOut(data);
  const where = { on: "validation", every } as const;
  const { labels } = data;
  const classes = labels === undefined ? [] : [accuracy(predict, labels, where), calibration(predict, labels, where)];
  return [testLoss(loss, where), ...classes];
}

/** Estimates the seconds that are left, from those that the steps so far took. */
function timeLeft(steps: number, every: number): RowMeasure {
  return defineRowMeasure({
    name: "timeLeft",
    columns: { secondsLeft: { meaning: "seconds until the last step, at the mean pace so far", unit: "s" } },
    step({ step, seconds, status }) {
      if (step === 0 || (status === "running" && step % every !== 0)) return undefined;
      return { columns: { secondsLeft: status === "running" ? (seconds / step) * (steps - step) : 0 } };
    },
  });
}

/** Judges the best point on the test part, which nothing else has seen. */
function tell(context: ExperimentContext, { loss, predict }: HeldOut, test: Dataset, last: Row): void {
  const point = last.vectors.bestPoint;
  const { best, bestStep, validationAccuracy, stoppedBecause } = last.columns;
  const early = stopReasons[stoppedBecause ?? 1] === "no improvement";
  const diverged = last.status === "diverged";
  const verdict = diverged ? "diverged" : early ? "stopped early" : bestStep === 0 ? "not better" : "trained";
  if (point === undefined) {
    context.report({ run: "training", verdict, because: "no finite validation loss" });
    return;
  }
  const numbers = {
    ...{ "best step": bestStep, "validation loss": best, "test loss": loss(point) },
    ...typicalError(predict(point), test),
  };
  const right = test.labels === undefined ? undefined : shareRight(predict(point), test.labels);
  context.report({
    run: "training",
    verdict,
    because: diverged
      ? `step ${last.step} gave no finite loss`
      : early || bestStep === 0
        ? `validation loss not better since step ${bestStep}`
        : `all ${last.step} steps were made`,
    numbers: right === undefined ? numbers : { ...numbers, "test accuracy": right },
  });
  const error = numbers["test error"];
  const accuracyText =
    right !== undefined
      ? `, accuracy ${(100 * right).toFixed(1)} %`
      : error === undefined
        ? ""
        : `, root mean square error ${error.toPrecision(4)} in the unit of the target`;
  const lastText =
    validationAccuracy === undefined
      ? ""
      : `; validation accuracy at the end ${(100 * validationAccuracy).toFixed(1)} %`;
  context.conclude(
    `on ${test.count} test rows, at the best point by validation (step ${bestStep}): loss ${numbers["test loss"].toPrecision(4)}` +
      `${accuracyText}${lastText}`,
  );
}

/** The root mean square error of a regression with one target, in the unit that the target has in the file. */
function typicalError(outputs: Float64Array, { labels, targets, standardisation }: Dataset): { "test error"?: number } {
  if (labels !== undefined || targets === undefined || outputs.length !== targets.length) return {};
  const deviations = standardisation?.targets?.deviations ?? [1];
  if (deviations.length !== 1) return {};
  const squares = outputs.reduce((sum, z, i) => sum + (z - targets[i]!) ** 2, 0);
  return { "test error": Math.sqrt(squares / outputs.length) * deviations[0]! };
}

function shareRight(outputs: Float64Array, labels: Int32Array): number {
  const width = outputs.length / labels.length;
  let right = 0;
  for (const [i, label] of labels.entries()) {
    const own = outputs.subarray(i * width, (i + 1) * width);
    if (own.indexOf(own.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)) === label) right++;
  }
  return right / labels.length;
}
