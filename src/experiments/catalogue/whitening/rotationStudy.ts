/** Which methods commute with rotations of the inputs: the same network on rotated data, side by side with the first. */
import { add, logSoftmax, mean, mul, neg, sum, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { concat, defer, type Observable, tap } from "rxjs";
import type { Columns, Row } from "../../../arrow/row.ts";
import { data as dataInput } from "../../../autodiff/index.ts";
import { untilStep } from "../../../operators/measures/untilStep.ts";
import { adagrad } from "../../../operators/steps/adagrad.ts";
import { adam } from "../../../operators/steps/adam.ts";
import { gradientStep } from "../../../operators/steps/gradientStep.ts";
import { lion } from "../../../operators/steps/lion.ts";
import { momentum } from "../../../operators/steps/momentum.ts";
import { rmsProp } from "../../../operators/steps/rmsProp.ts";
import { randomRotation } from "../../../problems/datasets/randomRotation.ts";
import { objective } from "../../../problems/objective.ts";
import { predictions } from "../../../problems/traced/predictions.ts";
import { randomSource } from "../../../random.ts";
import { chain } from "../../../streams/chain.ts";
import { defineMeasure } from "../../../streams/defineMeasure.ts";
import type { Update } from "../../../streams/types.ts";
import type { ExperimentContext } from "../../framework/definition.ts";
import { times, transposed } from "../../protocols/linear/linearPath.ts";
import { atTheEnd } from "../../protocols/trajectory.ts";
import { armOf } from "./arms.ts";
import { drawOf, sizesOf } from "./draw.ts";
import { biaslessPerceptron } from "./networkModel.ts";
import type { Source } from "./source.ts";
import type { Plan } from "./studies.ts";

/** Methods that are tried, with a step size each. The first two commute with rotations. */
const methods: Readonly<Record<string, () => Update>> = {
  "gradient-descent": () => gradientStep(0.1),
  momentum: () => chain(momentum({ decay: 0.9 }), gradientStep(0.02)),
  adam: () => chain(adam(), gradientStep(0.003)),
  lion: () => chain(lion(), gradientStep(0.001)),
  "rms-prop": () => chain(rmsProp(), gradientStep(0.003)),
  adagrad: () => chain(adagrad(), gradientStep(0.03)),
};

const steps = 40;
const told = 20;
const column = "rotatedDiffers";

/**
 * Trains a network on some rows, and a copy of it on the rotated rows, whose first layer begins rotated. If a method
 * commutes with rotations, the outputs of the two agree to rounding at each update.
 */
export function rotationStudy(context: ExperimentContext, { source, options }: Plan): Observable<Row> {
  const names = Object.keys(methods);
  const differences = new Map<string, number>();
  return concat(
    context.campaign(names.length, (index) =>
      defer(() => {
        const name = names[index]!;
        const { problem, start, differ } = twins(source, options.hidden ?? 16, context.seed);
        const measure = defineMeasure({
          name: "rotation",
          columns: {
            [column]: { meaning: "largest difference of an output between the two copies, on test rows" },
          } as Columns,
          step: (it) => ({ columns: { [column]: differ(it.point) } }),
        });
        const run = `rotation-${name}`;
        return context
          .iterate(problem, start, chain(untilStep(steps), methods[name]!(), measure), {
            ...{
              name: run,
              points: 2 ** 31,
              repeat: false,
              description: { study: "rotation", method: name, data: source.name },
            },
          })
          .pipe(
            tap((row) => {
              if (row.run.name === run && row.step === told) differences.set(name, row.columns[column] ?? Number.NaN);
            }),
          );
      }),
    ),
    atTheEnd(context, () => {
      context.conclude(
        `the same network on rotated inputs, its first layer rotated too: after ${told} updates its outputs differ`,
      );
      for (const [name, difference] of differences) context.conclude(`  ${name}: by ${difference.toExponential(1)}`);
    }),
  );
}

/** The two copies as one problem: a sum of two losses, each of its own parameters. */
function twins(
  source: Source,
  hidden: number,
  seed: number,
): {
  readonly problem: ReturnType<typeof objective>;
  readonly start: Float64Array;
  readonly differ: (point: Float64Array) => number;
} {
  const { width: d, outputs } = source;
  const sizes = sizesOf(source);
  const n = Math.min(d, sizes.most);
  const draw = drawOf(source, { ...sizes, train: n }, 0, seed);
  const [raw] = armOf("raw", draw, source, { ...sizes, testSets: 1 });
  const rotation = randomRotation(d, randomSource(seed, "whitening", "rotation"));
  const rotated = (rows: Float64Array): Float64Array => times(rows, rows.length / d, rotation, d, d);
  const model = biaslessPerceptron(d, hidden, outputs);
  const own = model.initialPoint(seed);
  const other = own.slice();
  // f(W'x) with x -> Q x and W -> Q W is the same function.
  other.set(times(rotation, d, transposed(own.subarray(0, d * hidden), d, hidden), hidden, d));
  const start = new Float64Array(2 * own.length);
  start.set(own);
  start.set(other, own.length);
  const { targets } = draw.train;
  const inputs = [raw!.train, rotated(raw!.train)] as const;
  const half = model.shapes.length;
  const lossOf = (z: Tensor): Tensor => {
    const y = dataInput("targets", targets, [n, outputs]);
    return source.labels === undefined
      ? mean(sum(mul(add(z, neg(y)), add(z, neg(y))), 1))
      : neg(mean(sum(mul(y, logSoftmax(z as Tensor2D)), 1)));
  };
  const problem = objective(
    [...model.shapes, ...model.shapes],
    (...parameters: readonly Tensor[]) => {
      const [first, second] = inputs.map((rows, copy) => {
        const x = dataInput(`inputs ${copy + 1}`, rows, [n, d]);
        return lossOf(model.apply(x, parameters.slice(copy * half, (copy + 1) * half)));
      });
      return add(first!, second!);
    },
    { name: "a network and its copy on rotated inputs" },
  );
  const outputsOf = (rows: Float64Array): ((point: Float64Array) => Float64Array) =>
    predictions(model.shapes, (...parameters: readonly Tensor[]) =>
      model.apply(dataInput("inputs", rows, [rows.length / d, d]), parameters),
    );
  const [ofFirst, ofSecond] = [outputsOf(raw!.test.inputs), outputsOf(rotated(raw!.test.inputs))];
  return {
    problem,
    start,
    differ(point) {
      const a = ofFirst(point.slice(0, own.length));
      const b = ofSecond(point.slice(own.length));
      return a.reduce((most, z, i) => Math.max(most, Math.abs(z - b[i]!)), 0);
    },
  };
}
