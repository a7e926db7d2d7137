import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import { findBlas } from "../../../src/linalg/blas/blas.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { assertClose } from "../../support/assert.ts";
import { everyLoss } from "../../support/losses/all.ts";
import type { LossCase } from "../../support/losses/lossCase.ts";
import { normalVector } from "../../support/random.ts";

await tf.setBackend("cpu");

const rows = (count: number, length: number, seed: number): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from(normalVector(count * length, seed)), [count, length]);

/** Large enough for the machine's BLAS, of sizes that are multiples of nothing. */
const largeCases: readonly LossCase[] = [
  {
    name: "linear autoencoder 33-17-33",
    shapes: [
      [17, 33],
      [33, 17],
    ],
    loss: (a, b) => {
      const x = rows(65, 33, 1);
      return tf.mean(
        tf.square(tf.sub(tf.matMul(tf.matMul(x, a as tf.Tensor2D, false, true), b as tf.Tensor2D, false, true), x)),
      );
    },
  },
  {
    name: "swish autoencoder with columns as samples",
    shapes: [
      [17, 33],
      [33, 17],
    ],
    loss: (a, b) => {
      const x = rows(33, 65, 2);
      const h = tf.matMul(a as tf.Tensor2D, x);
      return tf.mean(tf.square(tf.sub(tf.matMul(b as tf.Tensor2D, tf.mul(h, tf.sigmoid(h))), x)));
    },
  },
  {
    name: "classifier 33-19-11",
    shapes: [[33, 19], [19], [19, 11], [11]],
    loss: (w1, b1, w2, b2) => {
      const h = tf.tanh(tf.add(tf.matMul(rows(65, 33, 3), w1 as tf.Tensor2D), b1));
      const labels = tf.oneHot(
        tf.tensor1d(
          Array.from({ length: 65 }, (_, i) => i % 11),
          "int32",
        ),
        11,
      );
      return tf.losses.softmaxCrossEntropy(labels, tf.add(tf.matMul(h, w2 as tf.Tensor2D), b2));
    },
  },
  {
    name: "autoencoder 131-67-131, whose products go block by block without BLAS",
    shapes: [
      [67, 131],
      [131, 67],
    ],
    loss: (a, b) => {
      const x = rows(131, 301, 4);
      return tf.mean(tf.square(tf.sub(tf.matMul(b as tf.Tensor2D, tf.tanh(tf.matMul(a as tf.Tensor2D, x))), x)));
    },
  },
  {
    name: "batched products",
    shapes: [
      [3, 13, 21],
      [3, 21, 17],
    ],
    loss: (a, b) => tf.mean(tf.square(tf.softmax(tf.matMul(a, b)))),
  },
  {
    name: "long sums",
    shapes: [[5001]],
    loss: (x) => tf.add(tf.sum(tf.sin(x)), tf.square(tf.sum(tf.mul(x, x)))),
  },
];

function within<T>(environment: Readonly<Record<string, string>>, act: () => T): T {
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    return act();
  } finally {
    for (const name of Object.keys(environment)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

interface Results {
  readonly value: number;
  readonly field: Float64Array;
  readonly product: Float64Array;
  readonly transposed: Float64Array;
  readonly many: Float64Array;
}

const directions = 11;

function everything(problem: Problem, point: Float64Array): Results {
  const n = problem.dimension;
  const [field, product, transposed] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const many = new Float64Array(directions * n);
  const value = problem.evaluate(point, field);
  const map = problem.linearize(point);
  map.apply(normalVector(n, 1), product);
  map.applyTranspose(normalVector(n, 2), transposed);
  map.applyMany(normalVector(directions * n, 3), directions, many);
  return { value, field, product, transposed, many };
}

const tests = suite("Float64Engine");
const choices = findBlas("") === undefined ? ["off"] : ["", "off"];
const cases = [...everyLoss, ...largeCases];
for (const [index, { name, shapes, loss, point }] of cases.entries()) {
  tests(`${name} gives what the interpreter gives, ${index}`, () => {
    const make = (): Problem => objective(shapes, loss, { name, onWarning: () => {} });
    const reference = within({ FLUXION_EXECUTOR: "interpreter" }, make);
    const at = point === undefined ? normalVector(reference.dimension, 100 + index) : Float64Array.from(point);
    const expected = everything(reference, at);
    for (const blas of choices) {
      const found = everything(within({ FLUXION_EXECUTOR: "float64", FLUXION_BLAS: blas }, make), at);
      const how = blas === "off" ? "without BLAS" : "with BLAS";
      assertClose(found.value, expected.value, 1e-13, `value ${how}`, 1e-3);
      assertClose(found.field, expected.field, 1e-13, `field ${how}`);
      assertClose(found.product, expected.product, 1e-12, `J v ${how}`);
      assertClose(found.transposed, expected.transposed, 1e-12, `J^T u ${how}`);
      assertClose(found.many, expected.many, 1e-12, `J V ${how}`);
    }
  });
}
tests.run();
