import { concat, defer, type Observable } from "rxjs";
import { z } from "zod";
import type { Row } from "../../../arrow/row.ts";
import { failure } from "../../../errors.ts";
import { type Experiment, type ExperimentContext, experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { tellAdvice, tellData, tellFaster } from "./advice.ts";
import { armNames, armTitles } from "./arms.ts";
import { sizesOf } from "./draw.ts";
import { armsContest, lambdaContest, lambdaName } from "./linearContests.ts";
import { type LinearCell, linearStudy } from "./linearStudy.ts";
import { tellCell } from "./report.ts";
import { type Source, sourceOf } from "./source.ts";
import { defaultSamples, sizes, tie } from "./studies.ts";

const positives = z.array(z.number().positive());

const options = z.object({
  ...sizes.shape,
  quick: z
    .boolean()
    .default(false)
    .describe("fewer draws and fewer n, within a minute; this is what is done without --full"),
  data: z.string().default("digits").describe("digits, mnist, spectrum, images, or a .csv or .arrow file"),
  folder: z.string().optional().describe("folder of MNIST's files"),
  labels: z.string().optional().describe('column of the classes in the file (default: "label", if there is one)'),
  target: z.string().optional().describe("column of the targets in the file, for regression"),
  study: z
    .array(z.enum(["arms", "lambda"]))
    .default(["arms", "lambda"])
    .describe("arms: raw and whitened data; lambda: updates between gradient descent and Newton's"),
  samples: z.array(z.number().int().min(2)).optional().describe("numbers n of training rows (default: 0.4 d to 20 d)"),
  rates: positives
    .default([0.01, 0.03, 0.1, 0.3, 1, 1.5, 1.9, 2.5])
    .describe("grid of rates, as multiples of 1 / (largest eigenvalue of the arm)"),
  lambdas: z
    .array(z.number().min(0).max(1))
    .default([1, 0.5, 0.3, 0.15, 0.1, 0.03, 0.01, 0.001, 0])
    .describe("shares of the identity in [(1 - lambda) B + lambda I]^-1"),
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
  run: (options, context) =>
    defer(() => {
      if (options.quick && options.full) {
        throw failure("ERR_COMMAND_LINE", "whitening: expected --quick or --full, got both");
      }
      const source = sourceOf(options, context.seed);
      const plan = planOf(options, source);
      const { constant, width, outputs, count } = source;
      context.note(
        `${source.name}: ${count} rows, d = ${width} features` +
          `${constant === 0 ? "" : ` (${constant} more are the same in all rows and left out)`}, ${outputs} outputs` +
          `${options.full ? "" : "; quick: few draws, so intervals are wide"}`,
      );
      const studies = { arms: armsStudy, lambda: lambdaStudy } as const;
      return concat(...[...new Set(options.study)].map((name) => studies[name](context, plan)));
    }),
});

/** The options of one run of the experiment, with the data they name. */
interface Plan {
  readonly source: Source;
  readonly samples: readonly number[];
  readonly draws: number;
  readonly testSets: number;
  readonly updates: number;
  readonly rates: readonly number[];
  readonly lambdas: readonly number[];
}

function planOf(options: Options, source: Source): Plan {
  const { draws, testSets, updates } = sizes.of(options);
  const { most } = sizesOf(source);
  const samples = options.samples ?? defaultSamples(source, most, !options.full);
  const tooMany = samples.find((n) => n > most);
  if (tooMany !== undefined || most < 2) {
    throw failure(
      "ERR_COMMAND_LINE",
      `whitening: expected at most ${Math.max(0, most)} training rows, since ${source.name} has ${source.count} rows and the ` +
        `others validate and test, got ${tooMany ?? samples.join(", ")}`,
    );
  }
  const lambdas = [...new Set([1, ...options.lambdas])];
  const ascending = (list: readonly number[]): number[] => [...new Set(list)].sort((a, b) => a - b);
  return { source, samples: ascending(samples), draws, testSets, updates, rates: ascending(options.rates), lambdas };
}

function armsStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, rates } = plan;
  return linearStudy(context, {
    ...plan,
    name: "arms",
    arms: armNames.map((name) => ({ name, perTestSet: name === "full" })),
    make: (data) => armsContest(data, armNames),
    tell(cells) {
      tellData(context, source);
      for (const cell of cells) {
        const percent = source.labels !== undefined;
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

function lambdaStudy(context: ExperimentContext, plan: Plan): Observable<Row> {
  const { source, rates, lambdas, updates } = plan;
  const arms = lambdas.map(lambdaName);
  return linearStudy(context, {
    ...plan,
    name: "lambda",
    arms: arms.map((name) => ({ name, perTestSet: false })),
    make: (data) => lambdaContest(data, lambdas, updates),
    tell(cells) {
      for (const cell of cells) {
        const results = tellCell(context, {
          ...{ study: "lambda", cell, draws: plan.draws, percent: source.labels !== undefined },
          heading: `linear model, [(1 - lambda) B + lambda I]^-1, n ${cell.n} (${(cell.n / source.width).toPrecision(2)} d)`,
          rules: { arms, baseline: lambdaName(1), rates, tie },
        });
        tellFaster(context, results, cell.n, source.labels !== undefined);
      }
    },
  });
}
