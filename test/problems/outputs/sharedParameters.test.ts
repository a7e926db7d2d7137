/** Curvature of models that use a parameter twice, in an odd place, or with rows in another order. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/trace/constant.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { diagonalOf } from "../../../src/linalg/dense/diagonalOf.ts";
import type { LinearMap } from "../../../src/linalg/linearMap.ts";
import { sizeOf } from "../../../src/problems/datasets/flatNumbers.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { KroneckerFactors } from "../../../src/problems/outputs/kroneckerFactors.ts";
import type { OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { uniformVector } from "../../support/random.ts";

const width = 3;
/** Numbers of a fixed matrix. */
const basis = uniformVector(width * width, 9, -1, 1);
const fixed = (): tf.Tensor2D => tf.tensor2d([...basis], [width, width]);

/** What a model may do next with its signal, given the weights and the biases by number. */
const steps = {
  dense: (x, w) => tf.matMul(x, w),
  turned: (x, w) => tf.matMul(x, w, false, true),
  "of a fixed matrix": (x, w) => tf.matMul(x, tf.matMul(fixed(), w)),
  biased: (x, w, b) => tf.add(tf.matMul(x, w), b),
  "bias alone": (x, _w, b) => tf.add(x, b),
  "bias as a row": (x, w, b) => tf.add(tf.matMul(x, w), tf.reshape(b, [1, width])),
  "times bias": (x, _w, b) => tf.mul(x, b),
  skip: (x, w, b) => tf.add(x, tf.tanh(tf.add(tf.matMul(x, w), b))),
  twice: (x, w, b) => {
    const s = tf.add(tf.matMul(x, w), b);
    return tf.add(tf.tanh(s), s);
  },
  bend: (x) => tf.tanh(x),
} as const satisfies Readonly<
  Record<string, (x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D) => tf.Tensor<tf.Rank> | tf.Tensor2D>
>;
type Step = keyof typeof steps;

/** Steps without weights, and those with a bias. */
const weightless: readonly Step[] = ["bias alone", "times bias", "bend"];
const withBias: readonly Step[] = ["biased", "bias alone", "bias as a row", "times bias", "skip", "twice"];

interface Net {
  readonly samples: number;
  readonly loss: "squared" | "crossEntropy";
  readonly path: readonly (readonly [Step, number, number])[];
}

const nets: fc.Arbitrary<Net> = fc
  .record({
    samples: fc.integer({ min: 1, max: 5 }),
    loss: fc.constantFrom("squared", "crossEntropy"),
    path: fc.array(
      fc.tuple(
        fc.constantFrom(...(Object.keys(steps) as Step[])),
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: 0, max: 1 }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .filter((net) => usedBy(net).length > 0);

/** The parameters that a path uses: weights by number, then biases from 2 on. */
function usedBy({ path }: Net): readonly number[] {
  const used = path.flatMap(([step, w, b]) => [
    ...(weightless.includes(step) ? [] : [w]),
    ...(withBias.includes(step) ? [2 + b] : []),
  ]);
  return [...new Set(used)].sort();
}

/** The model on some of the samples, each of which has a weight of its own. */
function problemOf({ samples, loss, path }: Net, chosen: readonly number[]): OutputObjective {
  const all = uniformVector(samples * width, 3, -1, 1);
  const rows = (numbers: ArrayLike<number>): number[] =>
    chosen.flatMap((i) => Array.from({ length: width }, (_, j) => numbers[i * width + j]!));
  const used = usedBy({ samples, loss, path });
  const shapes = used.map((place) => (place < 2 ? [width, width] : [width]));
  return objective(shapes, {
    outputs: (...parameters: readonly tf.Tensor[]) => {
      let signal = data("inputs", rows(all), [chosen.length, width]) as tf.Tensor2D;
      for (const [step, w, b] of path) {
        const [weights, bias] = [w, 2 + b].map((place) => parameters[used.indexOf(place)]);
        signal = steps[step](signal, weights as tf.Tensor2D, bias as tf.Tensor1D) as tf.Tensor2D;
      }
      return signal;
    },
    loss,
    targets: loss === "crossEntropy" ? chosen.map((i) => i % width) : rows(uniformVector(samples * width, 5, -1, 1)),
    weighting: "sum",
  });
}

/** The matrix by products with unit vectors, which take none of the short cuts by layers. */
function byProducts(map: LinearMap): Float64Array {
  const matrix = new Float64Array(map.rows * map.columns);
  const [unit, image] = [new Float64Array(map.columns), new Float64Array(map.rows)];
  for (let j = 0; j < map.columns; j++) {
    unit.fill(0);
    unit[j] = 1;
    map.apply(unit, image);
    for (let i = 0; i < map.rows; i++) matrix[i * map.columns + j] = image[i]!;
  }
  return matrix;
}

const matrices = ["gaussNewton", "fisher", "empiricalFisher", "tangentKernel", "exampleGradients"] as const;
const pointOf = ({ dimension }: OutputObjective): Float64Array => uniformVector(dimension, 7, -1, 1);

/** The factors, or undefined where parameters belong to no layer. */
function factorsOf(problem: OutputObjective): readonly KroneckerFactors[] | undefined {
  try {
    return problem.kroneckerFactors(pointOf(problem));
  } catch (error) {
    assert.ok(isFluxionError(error) && error.code === "ERR_UNSUPPORTED", String(error));
    return undefined;
  }
}

/** The rows and columns of a matrix that belong to [W; b], row by row. */
function blockOf(
  problem: OutputObjective,
  matrix: Float64Array,
  { weights, bias, inputs, outputs, transposed }: KroneckerFactors,
): Float64Array {
  const starts = problem.blocks.map((_, k) =>
    problem.blocks.slice(0, k).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  );
  const places = Array.from({ length: inputs * outputs }, (_, k) => {
    const [from, to] = [Math.floor(k / outputs), k % outputs];
    if (bias !== undefined && from === inputs - 1) return starts[bias]! + to;
    return starts[weights]! + (transposed ? to * width + from : k);
  });
  return Float64Array.from(places.flatMap((row) => places.map((column) => matrix[row * problem.dimension + column]!)));
}

/** A (x) G. */
function productOf({ inputs, outputs, inputMoment, slopeMoment }: KroneckerFactors): Float64Array {
  const size = inputs * outputs;
  return Float64Array.from({ length: size * size }, (_, k) => {
    const [row, column] = [Math.floor(k / size), k % size];
    const ofInputs = inputMoment[Math.floor(row / outputs) * inputs + Math.floor(column / outputs)]!;
    return ofInputs * slopeMoment[(row % outputs) * outputs + (column % outputs)]!;
  });
}

const shared = suite("curvature of parameters that are shared");

shared("is the same with and without the short cuts by layers", () => {
  fc.assert(
    fc.property(nets, (net) => {
      const problem = problemOf(
        net,
        Array.from({ length: net.samples }, (_, i) => i),
      );
      for (const name of matrices) {
        const map = problem[name](pointOf(problem));
        const plain = byProducts(map);
        assertClose(denseOf(map), plain, 1e-10);
        if (map.rows !== map.columns || name === "exampleGradients") continue;
        assertClose(
          diagonalOf(map),
          plain.filter((_, k) => k % (map.rows + 1) === 0),
          1e-10,
        );
      }
    }),
    { numRuns: 30 },
  );
});

shared("have Kronecker factors that are exact for one sample, and for more the sums of theirs, or none at all", () => {
  let count = 0;
  fc.assert(
    fc.property(nets, (net) => {
      // All rows of one sample alone are its own, those of a fixed matrix too.
      if (net.samples === 1 && net.path.some(([step]) => step === "of a fixed matrix")) return;
      const all = Array.from({ length: net.samples }, (_, i) => i);
      const together = factorsOf(problemOf(net, all));
      if (together === undefined) return;
      count++;
      const sums = together.map(({ inputs, outputs }) => ({
        inputMoment: new Float64Array(inputs * inputs),
        slopeMoment: new Float64Array(outputs * outputs),
      }));
      for (const i of all) {
        const single = problemOf(net, [i]);
        const factors = factorsOf(single)!;
        const fisher = byProducts(single.fisher(pointOf(single)));
        for (const [l, factor] of factors.entries()) {
          assertClose(blockOf(single, fisher, factor), productOf(factor), 1e-10);
          for (const [k, x] of factor.inputMoment.entries()) sums[l]!.inputMoment[k]! += x / net.samples;
          for (const [k, x] of factor.slopeMoment.entries()) sums[l]!.slopeMoment[k]! += x;
        }
      }
      for (const [l, { inputMoment, slopeMoment }] of sums.entries()) {
        assertClose(together[l]!.inputMoment, inputMoment, 1e-10);
        assertClose(together[l]!.slopeMoment, slopeMoment, 1e-10);
      }
    }),
    { numRuns: 100 },
  );
  assert.ok(count > 10, `${count} models have layers`);
});

shared("refuses factors of products whose rows are not the samples in their order", () => {
  const x = uniformVector(24, 3, -1, 1);
  const inputs = (): tf.Tensor2D => data("inputs", x, [3, 8]) as tf.Tensor2D;
  const cases: Readonly<Record<string, (w: tf.Tensor2D, v: tf.Tensor2D) => tf.Tensor>> = {
    "a fixed matrix with as many rows": (w, v) =>
      tf.matMul(tf.matMul(inputs(), v), tf.slice(tf.matMul(tf.ones([3, 2]), w), [0, 0], [2, 2])),
    "a fixed row": (w, v) => tf.add(tf.matMul(inputs(), v), tf.matMul(tf.ones([1, 2]), w)),
    "positions before samples": (w, v) => {
      const positions = tf.transpose(tf.reshape(tf.tanh(tf.matMul(inputs(), v)), [3, 2, 1]), [1, 0, 2]);
      const pairs = tf.reshape(tf.concat([positions, positions], 2), [6, 2]);
      return tf.sum(tf.reshape(tf.matMul(pairs, w), [2, 3, 2]), 0);
    },
  };
  for (const [name, outputs] of Object.entries(cases)) {
    const problem = objective(
      [
        [2, 2],
        [8, 2],
      ],
      {
        outputs: outputs as (...parameters: readonly tf.Tensor[]) => tf.Tensor,
        loss: "squared",
        targets: [1, 0, 2, 1, 0, 1],
        weighting: [1, 2, 3],
      },
      { names: [name, "others"] },
    );
    const at = uniformVector(20, 4, -1, 1);
    assertError(
      () => problem.kroneckerFactors(at),
      "ERR_UNSUPPORTED",
      new RegExp(`one sample after the other, got ${name}.* in a product of other rows; use gaussNewtonDirection`),
    );
    assertClose(denseOf(problem.tangentKernel(at)), byProducts(problem.tangentKernel(at)), 1e-10);
  }
});

shared.run();
