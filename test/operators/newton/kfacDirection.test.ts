/** K-FAC against dense Kronecker products of the factors that JAX computed. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { firstRows } from "../../../src/authoring/index.ts";
import { data } from "../../../src/autodiff/trace/constant.ts";
import { luFactor } from "../../../src/linalg/dense/luFactor.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { type KfacDirectionOptions, kfacDirection } from "../../../src/operators/newton/kfacDirection.ts";
import { naturalGradientDirection } from "../../../src/operators/newton/naturalGradientDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../src/problems/objective.ts";
import { minibatches } from "../../../src/problems/traced/minibatches.ts";
import { chain } from "../../../src/streams/chain.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertResumes } from "../../support/checkpoints.ts";
import { type CurvatureCase, curvatureCases, networkOf } from "../../support/curvatureCases.ts";

const waves = (length: number, frequency: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));

/** The block-diagonal matrix of A (x) G, in the order of the layers, which is that of the parameters. */
function blockDiagonal(
  { factors, point }: CurvatureCase,
  change: (a: Float64Array, g: Float64Array) => void,
): Float64Array {
  const n = point.length;
  const matrix = new Float64Array(n * n);
  let at = 0;
  for (const { inputs, outputs } of factors) {
    const [a, g] = [Float64Array.from(inputs), Float64Array.from(outputs)];
    change(a, g);
    const [k, m] = [Math.sqrt(a.length), Math.sqrt(g.length)];
    for (let row = 0; row < k * m; row++) {
      for (let column = 0; column < k * m; column++) {
        const entry = a[Math.floor(row / m) * k + Math.floor(column / m)]! * g[(row % m) * m + (column % m)]!;
        matrix[(at + row) * n + at + column] = entry;
      }
    }
    at += k * m;
  }
  assert.is(at, n);
  return matrix;
}

function solved(given: CurvatureCase, matrix: Float64Array, alpha: number, beta: number): Float64Array {
  const n = given.point.length;
  const system = matrix.map((entry, i) => alpha * entry + (i % (n + 1) === 0 ? beta : 0));
  return luFactor(system).solve(Float64Array.from(given.gradient, (x) => -x))!;
}

const addTo = (matrix: Float64Array, number: number): void => {
  const n = Math.sqrt(matrix.length);
  for (let i = 0; i < n; i++) matrix[i * (n + 1)]! += number;
};
const meanOf = (matrix: Float64Array): number => {
  const n = Math.sqrt(matrix.length);
  return matrix.reduce((sum, entry, i) => sum + (i % (n + 1) === 0 ? entry / n : 0), 0);
};

const kfac = suite("kfacDirection");

kfac("solves the damped, factored and mixed blocks to 1e-10, convolutions too", () => {
  for (const given of curvatureCases) {
    const problem = networkOf(given);
    const by = (options: KfacDirectionOptions): Float64Array =>
      firstRows(problem, given.point, chain(kfacDirection(options), gradientStep(1)), 1)[0]!.direction;
    const n = given.point.length;
    const plain = blockDiagonal(given, () => {});
    const unit = n / plain.reduce((sum, entry, i) => sum + (i % (n + 1) === 0 ? entry : 0), 0);
    assertClose(by({ damping: 0.1 }), solved(given, plain, 1, 0.1), 1e-10, given.name);
    assertClose(by({ damping: 0.1, normalise: true }), solved(given, plain, unit, 0.1), 1e-10, given.name);
    assertClose(by({ mixing: 0.3 }), solved(given, plain, 0.7 * unit, 0.3), 1e-10, given.name);
    const factored = blockDiagonal(given, (a, g) => {
      const pi = Math.sqrt(meanOf(a) / meanOf(g));
      addTo(a, pi * Math.sqrt(0.1));
      addTo(g, Math.sqrt(0.1) / pi);
    });
    assertClose(by({ damping: 0.1, dampingForm: "factored" }), solved(given, factored, 1, 0), 1e-10, given.name);
  }
});

const inputs = waves(24, 1.7);
const targets = waves(36, 2.3);
const linear = objective([[2, 3], [3]], {
  outputs: (w, b) => tf.add(tf.matMul(data("inputs", inputs, [12, 2]) as tf.Tensor2D, w), b),
  loss: "squared",
  targets,
});

kfac("is the natural gradient of one linear layer with squared loss, weights stored either way", () => {
  const turned = objective([[3, 2], [3]], {
    outputs: (w, b) => tf.add(tf.matMul(data("inputs", inputs, [12, 2]) as tf.Tensor2D, w, false, true), b),
    loss: "squared",
    targets,
  });
  for (const problem of [linear, turned]) {
    for (const options of [{ damping: 0.05 }, { mixing: 0.2 }, {}]) {
      const [one, other] = [kfacDirection(options), naturalGradientDirection(options)].map(
        (update) => firstRows(problem, waves(9, 0.4), chain(update, gradientStep(1)), 1)[0]!.direction,
      );
      assertClose(one!, other!, 1e-10, JSON.stringify(options));
    }
  }
});

kfac("averages its factors over minibatches and refreshes them at intervals, and resumes bit for bit", () => {
  const batches = minibatches(linear, { inputs, targets }, { size: 4, shuffle: false });
  const update = () => chain(untilStep(7), kfacDirection({ damping: 0.1, decay: 0.5, every: 2 }), gradientStep(0.1));
  const rows = firstRows(batches, waves(9, 0.4), update(), 8);
  assert.equal(
    rows.slice(0, 7).map(({ columns }) => columns.refreshed),
    [1, 0, 1, 0, 1, 0, 1],
  );
  assertResumes(batches, Array.from(waves(9, 0.4)), update, { least: 2 });
  // The third step has the mean of the moments of the first and the third batch.
  const [first, third] = [batches(0), batches(2)].map((batch) => batch.kroneckerFactors(waves(9, 0.4))[0]!);
  const moments = [first!, third!].map(({ inputMoment }) => inputMoment);
  const point = rows[2]!.point;
  const gradient = new Float64Array(9);
  batches(2).evaluate(point, gradient);
  const [k, m, n] = [3, 3, 9];
  const system = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const at = Math.floor(row / m) * k + Math.floor(column / m);
      const a = (moments[0]![at]! + moments[1]![at]!) / 2;
      system[row * n + column] = a * third!.slopeMoment[(row % m) * m + (column % m)]! + (row === column ? 0.1 : 0);
    }
  }
  assertClose(rows[2]!.direction, luFactor(system).solve(gradient.map((x) => -x))!, 1e-10);
});

kfac("refuses parameters outside layers, weights that are used twice, and coupled samples, by name", () => {
  const x = (): tf.Tensor2D => data("inputs", inputs, [12, 2]) as tf.Tensor2D;
  const first =
    (problem: ReturnType<typeof objective>): (() => unknown) =>
    () =>
      firstRows(problem, waves(problem.dimension, 0.4), chain(kfacDirection(), gradientStep(1)), 1);
  const loss = { loss: "squared", targets: waves(24, 1) } as const;
  const scaled = objective(
    [[2, 2], [2]],
    { outputs: (w, s) => tf.mul(tf.matMul(x(), w), s), ...loss },
    { names: ["w", "s"] },
  );
  assertError(first(scaled), "ERR_UNSUPPORTED", /layers alone, each used once, got s besides/);
  const twice = objective([[2, 2]], { outputs: (w) => tf.matMul(tf.matMul(x(), w), w), ...loss }, { names: ["w"] });
  assertError(first(twice), "ERR_UNSUPPORTED", /got w besides/);
  const coupled = objective([[2, 2]], {
    outputs: (w) => {
      const s = tf.matMul(x(), w);
      return tf.sub(s, tf.mean(s, 0));
    },
    ...loss,
  });
  assertError(first(coupled), "ERR_UNSUPPORTED", /kroneckerFactors/);
  const own = objective([[2, 2]], { outputs: (w) => tf.matMul(x(), w), loss: (z) => tf.sum(tf.square(z), 1) });
  assertError(first(own), "ERR_UNSUPPORTED", /kroneckerFactors/);
});

kfac.run();
