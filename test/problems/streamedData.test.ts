/** Data that are read from a file: the same bits as from arrays, and every fault named. */
import { renameSync, truncateSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowRows } from "../../src/arrow/data/arrowRows.ts";
import { readRun } from "../../src/arrow/readRun.ts";
import { data, describeExecutor } from "../../src/autodiff/index.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { game } from "../../src/problems/game.ts";
import { objective } from "../../src/problems/objective.ts";
import type { DataValues, RowSource, TracedProblem } from "../../src/problems/problem.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
import { vectorField } from "../../src/problems/vectorField.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Checkpoint } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { assertResumes } from "../support/checkpoints.ts";
import { collect } from "../support/collect.ts";
import { dataFile } from "../support/dataFiles.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";
import { assertSameRows, timeless } from "../support/sameRows.ts";
import { scratchPath } from "../support/scratch.ts";

const [inputs, hidden] = [6, 5];

/** Regression by a network of one hidden layer, traced for two samples. */
const regression = (): TracedProblem =>
  objective([[inputs, hidden], [hidden]], (v: tf.Tensor2D, w: tf.Tensor1D) => {
    const x = data("x", new Float64Array(2 * inputs), [2, inputs]) as tf.Tensor2D;
    return tf.mean(tf.square(tf.sub(tf.dot(tf.tanh(tf.matMul(x, v)), w), data("y", [0, 0], [2]))));
  });
const problem = regression();
const n = problem.dimension;
/** Whether many samples are computed in tiles. The interpreter has none. */
const tiles = describeExecutor().executor !== "interpreter";
/** Samples for which every field here is computed in tiles. */
const many = tiles ? 100_000 : 500;
const point = normalVector(n, 3);

interface Samples {
  readonly x: Float64Array;
  readonly y: Float64Array;
}
const samplesOf = (count: number): Samples => ({ x: normalVector(count * inputs, 1), y: normalVector(count, 2) });
const fileOf = ({ x, y }: Samples, batchRows = 50): string =>
  dataFile({ x: { numbers: x, extents: [inputs] }, y: { numbers: y } }, batchRows);
const rowsOf = (samples: Samples): { readonly x: RowSource; readonly y: RowSource } =>
  arrowRows(fileOf(samples), { x: "x", y: "y" });

/** Value, field, products with J and J^T, on some data. */
function everything(of: TracedProblem): unknown {
  const field = new Float64Array(of.dimension);
  const at = normalVector(of.dimension, 3);
  const value = of.evaluate(at, field);
  const map = of.linearize(at);
  const [v, product, transposed] = [normalVector(of.dimension, 4), field.slice(), field.slice()];
  map.apply(v, product);
  map.applyTranspose!(v, transposed);
  return [value, field, product, transposed, of.description];
}

const streamed = suite("data from a file");

streamed("give the bits of arrays: value, field, products, description, for few samples and for tiles of many", () => {
  const fields: readonly TracedProblem[] = [
    problem,
    vectorField([[inputs], []], (w, b) => {
      const x = data("x", new Float64Array(inputs), [1, inputs]) as tf.Tensor2D;
      const r = tf.sub(tf.sigmoid(tf.add(tf.dot(x, w), b)), data("y", [0], [1]));
      return [tf.dot(tf.transpose(x), r), tf.sum(tf.sin(r))];
    }),
    game(
      [1, -1].map((sign, i) => ({
        name: `player${i}`,
        shapes: [[inputs]],
        cost: (...strategies: tf.Tensor[]) => {
          const x = data("x", new Float64Array(inputs), [1, inputs]) as tf.Tensor2D;
          const [own, other] = [strategies[i]!, strategies[1 - i]!].map((w) => tf.sigmoid(tf.dot(x, w)));
          return tf.mean(tf.mul(own!, tf.sub(other!, tf.mul(sign, data("y", [0], [1])))));
        },
      })),
    ),
  ];
  for (const of of fields) {
    for (const count of [1, 7, many]) {
      const samples = samplesOf(count);
      const rows = arrowRows(fileOf(samples, 997), { x: "x", y: "y" });
      assert.equal(everything(of.with(rows)), everything(of.with({ ...samples })), `${of.name}, ${count} samples`);
    }
  }
});

streamed("never lie in memory all at once where a field is a sum over samples", () => {
  const samples = samplesOf(many);
  const { x, y } = rowsOf(samples);
  if (!tiles) return;
  let most = 0;
  const watched: RowSource = {
    ...x,
    read(first, target) {
      most = Math.max(most, target.length / inputs);
      x.read(first, target);
    },
  };
  const of = problem.with({ x: watched, y });
  most = 0;
  everything(of);
  assert.ok(most > 0 && most <= many / 2, `${most} rows at once`);
});

streamed("stand beside arrays, and samples need not lie along the first axis", () => {
  const samples = samplesOf(12);
  const { x } = rowsOf(samples);
  assert.equal(everything(problem.with({ x, y: samples.y })), everything(problem.with({ ...samples })));
  // Each feature is a row: 6 rows of 60,000 samples.
  const columns = objective([[inputs]], (w: tf.Tensor1D) => {
    const features = data("x", new Float64Array(inputs * many), [inputs, many]) as tf.Tensor2D;
    return tf.mean(tf.softplus(tf.sin(tf.dot(tf.transpose(features), w))));
  });
  const numbers = normalVector(inputs * many, 1);
  const features = arrowRows(dataFile({ x: { numbers, extents: [many] } }, 2), { x: "x" });
  assert.equal(everything(columns.with(features)), everything(columns.with({ x: numbers })));
});

streamed("give minibatches their rows: the bits of arrays, whatever the sizes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer(),
      fc.boolean(),
      fc.boolean(),
      (count, wanted, seed, shuffle, dropLast) => {
        const options = { size: Math.min(wanted, count), seed, shuffle, dropLast };
        const samples = samplesOf(count);
        const [arrays, file] = [{ ...samples }, rowsOf(samples)].map((given: DataValues) =>
          minibatches(problem, given, options),
        );
        assert.is(file!.perEpoch, arrays!.perEpoch);
        for (let step = 0; step < 2 * file!.perEpoch; step += 3) {
          assert.equal(everything(file!(step)), everything(arrays!(step)));
        }
      },
    ),
    { numRuns: 25 },
  );
});

const method = () => chain(untilStep(25), momentum(), gradientStep(0.05));

streamed("resume from every step of an epoch with the bits of the run on arrays", () => {
  const samples = samplesOf(70);
  const rows = assertResumes(minibatches(problem, rowsOf(samples), { size: 8 }), [...point], method);
  const arrays = assertResumes(minibatches(problem, { ...samples }, { size: 8 }), [...point], method);
  assertSameRows(timeless(rows), timeless(arrays));
});

streamed.run();

const faults = suite("faults of data from a file");

faults("are named with row and feature", () => {
  const samples = samplesOf(50_000);
  const bad = { ...samples, x: samples.x.slice() };
  bad.x[inputs * 49_123 + 4] = Number.NaN;
  assertError(
    () => problem.with(rowsOf(bad)),
    "ERR_NOT_FINITE",
    /with: data "x": expected finite numbers, got NaN in row 49123, feature 4 of the column "x" of .*data\.arrow/,
  );
  bad.x[inputs * 49_123 + 4] = Number.NEGATIVE_INFINITY;
  assertError(() => minibatches(problem, rowsOf(bad)), "ERR_NOT_FINITE", /-Infinity in row 49123, feature 4/);
  const labelled = objective([[3]], (w: tf.Tensor1D) =>
    tf.sum(tf.mul(w, tf.mean(tf.oneHot(data("label", [0], [1], "int32") as tf.Tensor1D, 3), 0))),
  );
  const labels = Float64Array.from({ length: 50 }, (_, i) => i % 3);
  labels[41] = 1.5;
  const rows = () => arrowRows(dataFile({ c: { numbers: labels } }), { label: "c" });
  assertError(
    () => labelled.with(rows()),
    "ERR_OPTION_RANGE",
    /whole numbers.*1\.5 in row 41, feature 0 of the column "c"/,
  );
  const gathering = objective([[3]], (w: tf.Tensor1D) =>
    tf.mean(tf.gather(w, data("label", [0], [1], "int32") as tf.Tensor1D)),
  );
  labels[41] = 3;
  assertError(() => gathering.rowsOf(rows()), "ERR_OPTION_RANGE", /the index 3 in row 41, .*only 0 to 2 exist/);
});

faults("are named: rows of another width, other numbers of rows, names, values that are no source", () => {
  const { x, y } = rowsOf(samplesOf(10));
  assertError(
    () => problem.with({ x: y }),
    "ERR_LENGTH",
    /6 numbers per row for "x" of shape \[2, 6\], got 1 in the column "y"/,
  );
  assertError(() => problem.with({ z: x }), "ERR_DATA_NAME", /"z"; it has x, y/);
  assertError(() => problem.rowsOf({ x, y: [1, 2] }), "ERR_LENGTH", /as many rows of "y" as of "x", 10, got 2/);
  assertError(() => problem.with({ x: { ...x, count: 0 } }), "ERR_LENGTH", /one row at least/);
  assertError(
    () => problem.with({ x: "train.arrow" as never }),
    "ERR_OPTION_TYPE",
    /a source of rows, got "train.arrow"/,
  );
  assertError(() => minibatches(problem, { x, y }, { size: 11 }), "ERR_OPTION_RANGE", /number of rows, 10, got 11/);
  const one = objective([[]], (w: tf.Scalar) => tf.mul(w, data("s", [1], []) as tf.Scalar));
  assertError(() => one.with({ s: y }), "ERR_LENGTH", /"s", which is a number/);
});

faults("at a point that is not finite are explained by the first rows", () => {
  const of = objective([[inputs]], (w: tf.Tensor1D) =>
    tf.mean(tf.log(tf.dot(data("x", new Float64Array(inputs), [1, inputs]) as tf.Tensor2D, w))),
  );
  const { x } = rowsOf({ ...samplesOf(1000), x: new Float64Array(1000 * inputs).fill(1) });
  const text = of.with({ x }).explainNotFinite!(new Float64Array(inputs).fill(-1));
  assert.match(text ?? "", /log\(-6\) gives NaN/);
  assert.is(of.with({ x }).explainNotFinite!(new Float64Array(inputs).fill(1)), undefined);
});

faults(
  "end a run whose file is exchanged or cut in the middle; its rows are kept, and it resumes to the same bits",
  async () => {
    const samples = samplesOf(40);
    for (const [what, spoil] of [
      ["another file stands under its name", (path: string) => renameSync(fileOf(samplesOf(40)), path)],
      ["it had \\d+ bytes and has 900|it ends after", (path: string) => truncateSync(path, 900)],
    ] as const) {
      const path = fileOf(samples);
      const columns = { x: "x", y: "y" } as const;
      const whole = await collect(
        iterate(minibatches(problem, arrowRows(path, columns), { size: 8 }), point, method()),
      );
      assert.is(whole.error, undefined);
      const directory = scratchPath();
      let last: Float64Array | Checkpoint = point;
      const batches = minibatches(problem, arrowRows(path, columns), { size: 8 });
      const spoiled = (step: number): TracedProblem => {
        if (step === 12) spoil(path);
        return batches(step);
      };
      const save = (checkpoint: Checkpoint): void => {
        last = checkpoint;
      };
      const { values, error } = await collect(
        iterate(spoiled, point, method(), {
          name: "run",
          checkpoints: { every: 1, save },
        }).pipe(runDirectory(directory)),
      );
      assert.match((error as Error).message, new RegExp(`was changed while it was used: (${what})`));
      assert.is((error as { code?: string }).code, "ERR_DATA_FILE");
      const kept = [...readRun(directory)];
      assert.is(kept.length, values.length);
      assert.ok(kept.length >= 10 && kept.length <= 12, `${kept.length} rows`);
      // The file is put back, and the run goes on from its last checkpoint.
      renameSync(fileOf(samples), path);
      const rest = await collect(
        iterate(minibatches(problem, arrowRows(path, columns), { size: 8 }), last, method(), { name: "run" }),
      );
      const from = rest.values[0]!.step;
      assert.ok(from === kept.length || from === kept.length - 1, `from step ${from}, ${kept.length} rows are kept`);
      const named = whole.values.map((row) => ({ ...row, run: { ...row.run, name: "run" } }));
      assertSameRows(timeless([...values.slice(0, from), ...rest.values]), timeless(named));
    }
  },
);

faults.run();
