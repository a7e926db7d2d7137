import { concat, defer } from "rxjs";
import { z } from "zod";
import { failure } from "../../../errors.ts";
import { type Experiment, experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { sizesOf } from "./draw.ts";
import { armsStudy, lambdaStudy } from "./linearStudies.ts";
import { modesStudy } from "./modesStudy.ts";
import { networkOf } from "./networkModel.ts";
import { gaussNewtonStudy, kindsStudy, networkArmsStudy } from "./networkStudies.ts";
import { rotationStudy } from "./rotationStudy.ts";
import { type Source, sourceOf } from "./source.ts";
import { defaultDraws, defaultSamples, drawsMeaning, type Plan, sizes } from "./studies.ts";
import { unitText } from "./units.ts";

/** Fewest training rows. */
const leastTraining = 2;

const positives = z.array(z.number().positive());

const options = z.object({
  ...sizes.shape,
  draws: z.number().int().positive().optional().describe(drawsMeaning),
  quick: z
    .boolean()
    .default(false)
    .describe("few draws and few n, within a minute; this is what is done without --full"),
  data: z.string().default("digits").describe("digits, mnist, spectrum, images, or a .csv or .arrow file"),
  folder: z.string().optional().describe("folder of MNIST's files"),
  labels: z.string().optional().describe('column of the classes in the file (default: "label", if there is one)'),
  target: z.string().optional().describe("column of the targets in the file, for regression"),
  centred: z
    .boolean()
    .default(false)
    .describe("take the mean of each feature off, over all rows, before anything else"),
  model: z
    .string()
    .default("linear")
    .describe("linear, mlp, cnn (for images), another model of fluxion run train, or a module such as ./net.ts"),
  hidden: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("units of mlp (default: 64; in the study lambda 8), or filters of cnn (default: 8)"),
  study: z
    .array(z.enum(["arms", "lambda", "kinds", "rotation", "modes"]))
    .default(["arms", "lambda"])
    .describe(
      "arms: raw and whitened data; lambda: updates between gradient descent and Newton's or Gauss and Newton's; " +
        "kinds: PCA beside ZCA, for a network; rotation: methods on rotated inputs; " +
        "modes: which directions of the data are learnt first",
    ),
  samples: z.array(z.number().int().min(2)).optional().describe("numbers n of training rows (default: 0.4 d to 20 d)"),
  updates: z
    .number()
    .int()
    .positive()
    .optional()
    .describe("updates of each arm (default: linear 1,000,000, networks 600, full: 800; in their study lambda 10,000)"),
  newtonUpdates: z.number().int().positive().default(100).describe("updates of the arms of second order of a network"),
  rates: positives
    .optional()
    .describe(
      "grid of rates (default: of the linear model 0.01 to 2.5, as multiples of 1 / (largest eigenvalue of the arm); " +
        "of networks 0.01 to 3, in their study lambda 0.03 to 1)",
    ),
  newtonRates: positives
    .optional()
    .describe(
      "grid of rates of these arms, whose matrix has mean eigenvalue 1 (default: 0.03 to 3 times the number of outputs)",
    ),
  loss: z
    .number()
    .positive()
    .default(0.1)
    .describe(
      "training loss that each arm of a network is to reach; in the study lambda it is that of gradient descent",
    ),
  lambdas: z
    .array(z.number().min(0).max(1))
    .optional()
    .describe("shares of the identity in [(1 - lambda) B + lambda I]^-1 (default: 1 to 0)"),
});

type Options = z.output<typeof options>;

/**
 * Shows what whitening and second-order updates do to learning and to generalisation, by one protocol for all arms.
 *
 * A draw divides the rows into training, validation and test parts, the same for all arms. The inputs of each arm are
 * scaled to the power tr(moment) / d = 1. The rate of an arm is that of the grid with the best validation score; an arm
 * whose best rate stands at the grid's edge, or that misses the stated training loss, is not reported.
 *
 * The model is linear with squared loss, without a bias, from small isotropic weights. Its path is exact, at all times
 * at once.
 *
 * @see Wadia, Duckworth, Schoenholz, Dyer and Sohl-Dickstein, "Whitening and second order optimization both make
 *   information in the dataset unusable during training, and can reduce or prevent generalization", 2021,
 *   arXiv:2008.07545
 */
export const whiteningExperiment: Experiment = experiment({
  name: "whitening",
  summary: summaries.whitening,
  options,
  // The data are read once more when the run begins: what they lack shows before anything is made.
  async check(options) {
    const { source } = planned(options, 1);
    if (options.model !== "linear") await networkOf(options.model, source, options.hidden);
  },
  run: (options, context) =>
    defer(() => {
      const { model } = options;
      const { source, ...plan } = planned(options, context.seed);
      const { constant, width, outputs, count, exponents } = source;
      context.note(
        `${source.name}: ${count} rows, d = ${width} features` +
          `${constant === 0 ? "" : ` (${constant} more are the same in all rows and left out)`}, ${outputs} output${outputs === 1 ? "" : "s"}` +
          `${unitText("inputs", exponents.inputs)}${unitText("targets", exponents.targets)}` +
          `${options.full ? "" : "; quick: few draws, so intervals are wide"}`,
      );
      const ofModel =
        model === "linear"
          ? { arms: armsStudy, lambda: lambdaStudy }
          : { arms: networkArmsStudy, lambda: gaussNewtonStudy };
      const studies = { ...ofModel, kinds: kindsStudy, rotation: rotationStudy, modes: modesStudy } as const;
      return concat(...[...new Set(options.study)].map((name) => studies[name](context, { ...plan, source })));
    }),
});

/** Reads the data, and says which draws of them are compared. */
function planned(options: Options, seed: number): Plan {
  const { model, full, quick } = options;
  if (quick && full) throw failure("ERR_COMMAND_LINE", "whitening: expected --quick or --full, got both");
  if (model === "linear" && options.study.includes("kinds")) {
    throw failure(
      "ERR_COMMAND_LINE",
      "whitening: expected a network for --study kinds, got the linear model, which all kinds train alike; add --model cnn",
    );
  }
  return planOf(options, sourceOf(options, seed, model !== "linear" && model !== "mlp"));
}

function planOf(options: Options, source: Source): Plan {
  const { testSets } = sizes.of(options);
  const { most } = sizesOf(source);
  const form = { most, quick: !options.full, model: options.model };
  const [draws, lambdaDraws] = [false, true].map((lambda) => options.draws ?? defaultDraws({ ...form, lambda })) as [
    number,
    number,
  ];
  const [samples, lambdaSamples] = [false, true].map(
    (lambda) => options.samples ?? defaultSamples(source, { ...form, lambda }),
  ) as [number[], number[]];
  if (most < leastTraining) {
    throw failure(
      "ERR_COMMAND_LINE",
      `whitening: expected at least ${leastTraining} rows to train on beside those that validate and test, ` +
        `got ${source.count} rows in all of ${source.name}, which leaves ${Math.max(0, most)}; give more rows`,
    );
  }
  const tooMany = [...samples, ...lambdaSamples].find((n) => n > most);
  if (tooMany !== undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      `whitening: expected at most ${most} training rows, since ${source.name} has ${source.count} rows and the ` +
        `others validate and test, got ${tooMany}`,
    );
  }
  return {
    options,
    source,
    samples: [...new Set(samples)].sort((a, b) => a - b),
    lambdaSamples: [...new Set(lambdaSamples)].sort((a, b) => a - b),
    ...{ draws, lambdaDraws },
    testSets,
    percent: source.labels !== undefined,
  };
}
