/** Kernels and diagonals from the inputs and slopes of dense layers, against the matrices with a row per sample. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/trace/constant.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { diagonalOf } from "../../../src/linalg/dense/diagonalOf.ts";
import { ownGramOf } from "../../../src/linalg/ownMatrix.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { uniformVector } from "../../support/random.ts";

/** How a layer keeps its parameters. */
const forms = ["bias", "bias as a row", "no bias", "turned"] as const;
type Form = (typeof forms)[number];
const shapesOf = (form: Form, k: number, m: number): number[][] =>
  form === "turned" ? [[m, k], [m]] : form === "no bias" ? [[k, m]] : [[k, m], form === "bias" ? [m] : [1, m]];

interface Net {
  readonly samples: number;
  readonly widths: readonly number[];
  readonly forms: readonly Form[];
  readonly loss: "squared" | "crossEntropy" | "gaussian";
  readonly residual: boolean;
}

const nets: fc.Arbitrary<Net> = fc.record({
  samples: fc.integer({ min: 1, max: 24 }),
  widths: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }).map((inner) => [...inner, 4]),
  forms: fc.array(fc.constantFrom(...forms), { minLength: 3, maxLength: 3 }),
  loss: fc.constantFrom("squared", "crossEntropy", "gaussian"),
  residual: fc.boolean(),
});

function problemOf({ samples, widths, forms: own, loss, residual }: Net): OutputObjective {
  const x = uniformVector(samples * widths[0]!, 3, -1, 1);
  const shapes = widths.slice(1).flatMap((m, l) => shapesOf(own[l]!, widths[l]!, m));
  const width = loss === "gaussian" ? 2 : 4;
  return objective(shapes, {
    outputs: (...parameters: readonly tf.Tensor[]) => {
      let signal = data("inputs", x, [samples, widths[0]!]) as tf.Tensor2D;
      let next = 0;
      for (const [l, m] of widths.slice(1).entries()) {
        const form = own[l]!;
        const product = tf.matMul(signal, parameters[next++] as tf.Tensor2D, false, form === "turned");
        const s = form === "no bias" ? product : tf.add(product, parameters[next++]!);
        const last = l + 2 === widths.length;
        const bent = last ? s : tf.tanh(s);
        signal = (residual && m === widths[l] ? tf.add(bent, signal) : bent) as tf.Tensor2D;
      }
      return signal;
    },
    loss,
    targets:
      loss === "crossEntropy"
        ? Array.from({ length: samples }, (_, i) => i % 4)
        : uniformVector(samples * width, 5, -1, 1),
    weighting: Array.from({ length: samples }, (_, i) => 1 + (i % 3)),
  });
}

/** A A^T of a matrix with `columns` columns. */
function gramOf(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns;
  return Float64Array.from({ length: rows * rows }, (_, k) => {
    const [r, s] = [Math.floor(k / rows), k % rows];
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += matrix[r * columns + j]! * matrix[s * columns + j]!;
    return sum;
  });
}

const dense = suite("models of dense layers");

dense("have the kernels of their rows, symmetric to the last bit", () => {
  fc.assert(
    fc.property(nets, fc.integer({ min: 1, max: 99 }), (net, seed) => {
      const problem = problemOf(net);
      const p = problem.dimension;
      const point = uniformVector(p, seed, -1, 1);
      for (const rows of [problem.outputJacobian(point), problem.exampleGradients(point)]) {
        const kernel = ownGramOf(rows);
        assert.ok(kernel !== undefined, "every net here consists of dense layers");
        assertClose(kernel!, gramOf(denseOf(rows), p), 1e-13);
        for (let r = 0; r < rows.rows; r++) {
          for (let s = 0; s < r; s++) assert.is(kernel![r * rows.rows + s], kernel![s * rows.rows + r]);
        }
      }
      const into = new Float64Array((problem.samples * problem.outputs) ** 2).fill(7);
      assert.is(denseOf(problem.tangentKernel(point), into), into);
      assert.equal(into, ownGramOf(problem.outputJacobian(point)));
    }),
    { numRuns: 25 },
  );
});

dense("have the diagonals of their matrices", () => {
  fc.assert(
    fc.property(nets, fc.integer({ min: 1, max: 99 }), (net, seed) => {
      const problem = problemOf(net);
      const p = problem.dimension;
      const point = uniformVector(p, seed, -1, 1);
      for (const matrix of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
        const map = problem[matrix](point);
        const entries = denseOf(map).filter((_, k) => k % (p + 1) === 0);
        assertClose(diagonalOf(map), entries, 1e-12, matrix);
      }
    }),
    { numRuns: 25 },
  );
});

const others: Readonly<Record<string, readonly [(x: tf.Tensor2D, w: tf.Tensor2D) => tf.Tensor, readonly number[]]>> = {
  "weights that are used twice": [(x, w) => tf.matMul(tf.tanh(tf.matMul(x, w)) as tf.Tensor2D, w), [3, 3]],
  "weights on the left": [(x, w) => tf.transpose(tf.tanh(tf.matMul(w, x, true, true))), [3, 3]],
  "weights that are not in a product": [(x, w) => tf.mul(x, tf.sum(w, 0)), [3, 3]],
  "a convolution": [
    (x, w) => {
      const image = tf.reshape(x, [-1, 3, 1, 1]) as tf.Tensor4D;
      const filter = tf.reshape(w, [2, 1, 1, 2]) as tf.Tensor4D;
      return tf.reshape(tf.conv2d(image, filter, 1, "valid"), [x.shape[0], -1]);
    },
    [2, 2],
  ],
};

dense("are told from models with other parameters, whose matrices are the same as before", () => {
  for (const [name, [body, shape]] of Object.entries(others)) {
    const samples = 5;
    const x = uniformVector(samples * 3, 3, -1, 1);
    const problem = objective([shape], {
      outputs: (w) => body(data("inputs", x, [samples, 3]) as tf.Tensor2D, w as tf.Tensor2D),
      loss: (z) => tf.sum(tf.square(tf.sub(z, 0.3)), 1),
    });
    const point = uniformVector(problem.dimension, 4, -1, 1);
    const jacobian = problem.outputJacobian(point);
    assert.is(ownGramOf(jacobian), undefined, name);
    const p = problem.dimension;
    assertClose(denseOf(problem.tangentKernel(point)), gramOf(denseOf(jacobian), p), 1e-13, name);
    for (const matrix of ["gaussNewton", "empiricalFisher"] as const) {
      const map = problem[matrix](point);
      assertClose(
        diagonalOf(map),
        denseOf(map).filter((_, k) => k % (p + 1) === 0),
        1e-12,
        name,
      );
    }
  }
});

dense.run();
