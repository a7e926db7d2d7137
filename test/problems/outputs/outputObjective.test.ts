/** What a loss of outputs is, which networks it takes, and what it refuses by name. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/trace/constant.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { modelObjective } from "../../../src/problems/modelObjective.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { LossOfOutputs } from "../../../src/problems/outputs/lossOfOutputs.ts";
import type { OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { minibatches } from "../../../src/problems/traced/minibatches.ts";
import { assertClose, assertError } from "../../support/assert.ts";

const waves = (length: number, frequency: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));

type Body = (x: tf.Tensor2D, w: tf.Tensor2D) => tf.Tensor;

/** One matrix of weights, d x c, of which `body` makes outputs. */
function built(body: Body, [n, d, c]: readonly [number, number, number], loss: LossOfOutputs): OutputObjective {
  const inputs = waves(n * d, 1.7);
  return objective([[d, c]], {
    outputs: (w) => body(data("inputs", inputs, [n, d]) as tf.Tensor2D, w as tf.Tensor2D),
    ...loss,
  });
}

const linear: Body = (x, w) => tf.matMul(x, w);

const outputs = suite("objective of outputs and a loss");

outputs("has the derivatives of its value", () => {
  for (const loss of ["squared", "meanSquared", "bernoulli", "poisson"] as const) {
    const targets = waves(12, 3).map((y) => Math.abs(y));
    const problem = built((x, w) => tf.tanh(tf.matMul(x, w)), [4, 2, 3], { loss, targets });
    assert.is(checkDerivatives(problem, waves(6, 0.9)).verdict, "agrees", loss);
  }
});

outputs("takes a loss of one's own, with the curvature of the law it writes down", () => {
  const [n, d, c] = [5, 2, 3] as const;
  const targets = waves(n * c, 2).map(Math.abs);
  const named = built((x, w) => tf.tanh(tf.matMul(x, w)), [n, d, c], { loss: "poisson", targets });
  const own = built((x, w) => tf.tanh(tf.matMul(x, w)), [n, d, c], {
    loss: (z, y) => tf.sum(tf.sub(tf.exp(z), tf.mul(y, z)), 1),
    targets,
  });
  const point = waves(d * c, 0.4);
  for (const matrix of ["gaussNewton", "empiricalFisher", "exampleGradients"] as const) {
    assertClose(denseOf(own[matrix](point)), denseOf(named[matrix](point)), 1e-13);
  }
  assertError(() => own.fisher(point), "ERR_UNSUPPORTED", /fisher: expected a loss with a known law/);
});

outputs("gives the loss's weights to every matrix but kernel and example gradients", () => {
  const point = waves(6, 0.4);
  const of = (weighting: NonNullable<LossOfOutputs["weighting"]>): OutputObjective =>
    built((x, w) => tf.tanh(tf.matMul(x, w)), [4, 2, 3], { loss: "crossEntropy", targets: [0, 2, 1, 1], weighting });
  const [mean, sum, equal] = [of("mean"), of("sum"), of([3, 3, 3, 3])];
  for (const matrix of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
    const expected = denseOf(sum[matrix](point));
    assertClose(
      denseOf(mean[matrix](point)).map((x) => 4 * x),
      expected,
      1e-14,
    );
    assertClose(
      denseOf(equal[matrix](point)).map((x) => 4 * x),
      expected,
      1e-14,
    );
  }
  for (const matrix of ["tangentKernel", "exampleGradients"] as const) {
    assert.equal(denseOf(mean[matrix](point)), denseOf(sum[matrix](point)));
  }
});

outputs("scales by powers of two to the last bit", () => {
  const point = waves(6, 0.4);
  const of = (unit: number): OutputObjective =>
    built((x, w) => tf.mul(tf.matMul(x, w), unit), [4, 2, 3], {
      loss: "squared",
      targets: waves(12, 2).map((y) => unit * y),
    });
  const [one, large] = [of(1), of(2 ** 40)];
  for (const matrix of ["gaussNewton", "fisher", "tangentKernel", "exampleGradients"] as const) {
    assert.equal(
      denseOf(large[matrix](point)),
      denseOf(one[matrix](point)).map((x) => x * 2 ** 80),
      matrix,
    );
  }
});

outputs("tells samples apart whatever the extents are", () => {
  // Extents of samples, inputs, outputs and constants coincide, so that no shape says which axis the samples have.
  const bodies: Readonly<Record<string, Body>> = {
    linear,
    "a constant row": (x, w) => tf.mul(tf.matMul(x, w), tf.tensor1d([1, 2, 3])),
    "a constant matrix": (x, w) =>
      tf.matMul(tf.tanh(tf.matMul(x, w)), tf.tensor2d([1, 2, 0, 0, 1, 1, 3, 0, 1], [3, 3])),
    "transposed and back": (x, w) => tf.transpose(tf.matMul(w, x, true, true)),
    "a softmax per sample": (x, w) => tf.softmax(tf.matMul(x, w)),
    "layer normalisation": (x, w) => {
      const s = tf.matMul(x, w);
      const { mean, variance } = tf.moments(s, 1, true);
      return tf.div(tf.sub(s, mean), tf.sqrt(tf.add(variance, 0.1)));
    },
    "moments of the data alone": (x, w) => tf.matMul(tf.sub(x, tf.mean(x, 0)), w),
    "rows moved": (x, w) => tf.reverse(tf.matMul(x, w), 0),
    "the weights twice": (x, w) => tf.matMul(tf.matMul(x, w), tf.tanh(w)),
  };
  const point = waves(9, 0.4);
  for (const [name, body] of Object.entries(bodies)) {
    const problem = built(body, [3, 3, 3], { loss: "crossEntropy", targets: [0, 2, 1] });
    const gradient = new Float64Array(9);
    problem.evaluate(point, gradient);
    const examples = denseOf(problem.exampleGradients(point));
    const mean = gradient.map((_, k) => (examples[k]! + examples[9 + k]! + examples[18 + k]!) / 3);
    assertClose(mean, gradient, 1e-13, name);
    // Each row, as the gradient of the problem in which that sample alone counts.
    for (const i of [0, 1, 2]) {
      const weighting = [0, 0, 0].map((_, k) => (k === i ? 1 : 0));
      const alone = built(body, [3, 3, 3], { loss: "crossEntropy", targets: [0, 2, 1], weighting });
      alone.evaluate(point, gradient);
      assertClose(examples.subarray(9 * i, 9 * i + 9), gradient, 1e-13, name);
    }
    const jacobian = denseOf(problem.outputJacobian(point));
    const kernel = denseOf(problem.tangentKernel(point));
    for (let a = 0; a < 9; a++) {
      for (let b = 0; b < 9; b++) {
        let sum = 0;
        for (let k = 0; k < 9; k++) sum += jacobian[a * 9 + k]! * jacobian[b * 9 + k]!;
        assertClose(kernel[a * 9 + b]!, sum, 1e-12, name, 1);
      }
    }
  }
});

const couplings: Readonly<Record<string, Body>> = {
  "batch normalisation": (x, w) => {
    const s = tf.matMul(x, w);
    const { mean, variance } = tf.moments(s, 0);
    return tf.div(tf.sub(s, mean), tf.sqrt(tf.add(variance, 0.1)));
  },
  "a softmax over the batch": (x, w) => tf.transpose(tf.softmax(tf.transpose(tf.matMul(x, w)))),
  "the largest of the batch": (x, w) => {
    const s = tf.matMul(x, w);
    return tf.sub(s, tf.max(s, 0));
  },
  "attention over the batch": (x, w) => {
    const s = tf.matMul(x, w);
    return tf.matMul(tf.softmax(tf.matMul(s, s, false, true)), s);
  },
};

outputs("refuses matrices of samples where the outputs couple them, and keeps the others", () => {
  for (const [name, body] of Object.entries(couplings)) {
    for (const extents of [
      [4, 2, 3],
      [3, 3, 3],
    ] as const) {
      const problem = built(body, extents, { loss: "crossEntropy", targets: waves(extents[0], 1).map(() => 1) });
      const point = waves(problem.dimension, 0.4);
      for (const matrix of ["fisher", "empiricalFisher", "exampleGradients"] as const) {
        assertError(() => problem[matrix](point), "ERR_UNSUPPORTED", new RegExp(`${matrix}: .*batch normalisation`));
      }
      const [gaussNewton, jacobian] = [denseOf(problem.gaussNewton(point)), denseOf(problem.outputJacobian(point))];
      assert.ok(gaussNewton.every(Number.isFinite) && jacobian.every(Number.isFinite), name);
    }
  }
});

outputs("is exchanged with minibatches, labels and weights included", () => {
  const [n, d, c] = [7, 2, 3] as const;
  const inputs = waves(n * d, 1.7);
  const targets = [0, 2, 1, 1, 0, 2, 2];
  const weighting = [1, 2, 3, 4, 5, 6, 7];
  const part = (from: number, to: number): OutputObjective =>
    objective([[d, c]], {
      outputs: (w) => tf.matMul(data("inputs", inputs.slice(d * from, d * to), [to - from, d]) as tf.Tensor2D, w),
      loss: "crossEntropy",
      targets: targets.slice(from, to),
      weighting: weighting.slice(from, to),
    });
  const batches = minibatches(part(0, 3), { inputs, targets, weights: weighting }, { size: 3, shuffle: false });
  const point = waves(d * c, 0.4);
  for (const step of [0, 1, 2]) {
    const [batch, whole] = [batches(step), part(3 * step, Math.min(3 * step + 3, n))];
    assert.is(batch.samples, whole.samples);
    assertClose(batch.outputsAt(point), whole.outputsAt(point), 1e-14);
    for (const matrix of ["gaussNewton", "fisher", "empiricalFisher", "exampleGradients"] as const) {
      assertClose(denseOf(batch[matrix](point)), denseOf(whole[matrix](point)), 1e-14);
    }
  }
  assertError(
    () => part(0, 3).with({ targets: [0, 3, 1] }),
    "ERR_OPTION_RANGE",
    /class number from 0 to 2.*sample 1, got 3/,
  );
  assertError(() => part(0, 3).with({ weights: [0, 0, 0] }), "ERR_OPTION_RANGE", /positive sum/);
});

outputs("takes a TensorFlow.js model", () => {
  const layers = [tf.layers.dense({ units: 3, inputShape: [2], activation: "tanh" }), tf.layers.dense({ units: 2 })];
  const model = tf.sequential({ layers });
  const inputs = tf.tensor2d([1, 2, -1, 0.5, 0.25, 3], [3, 2]);
  const problem = modelObjective(model, {
    outputs: (net) => net.apply(inputs) as tf.Tensor,
    loss: "crossEntropy",
    targets: [0, 1, 1],
  });
  const point = waves(problem.dimension, 0.4);
  assert.is(problem.currentPoint().length, problem.dimension);
  assertClose(denseOf(problem.fisher(point)), denseOf(problem.gaussNewton(point)), 1e-13);
});

outputs("refuses what does not fit, by name", () => {
  const of =
    (loss: object, body: Body = linear): (() => unknown) =>
    () =>
      built(body, [4, 2, 3], { loss: "crossEntropy", ...loss } as LossOfOutputs);
  assertError(of({}), "ERR_OPTION_TYPE", /objective: expected targets for the loss crossEntropy/);
  assertError(
    of({ loss: "hinge", targets: [1] }),
    "ERR_OPTION_RANGE",
    /expected loss to be a function or one of squared/,
  );
  assertError(of({ targets: [0, 1, 2] }), "ERR_LENGTH", /4 class numbers or 4 x 3 numbers, got 3/);
  assertError(
    of({ targets: [0, 1, 2, 3] }),
    "ERR_OPTION_RANGE",
    /class number from 0 to 2 as target of sample 3, got 3/,
  );
  assertError(of({ targets: [0, 1, 2, 0.5] }), "ERR_OPTION_RANGE", /sample 3, got 0.5/);
  assertError(of({ targets: waves(12, 1) }), "ERR_OPTION_RANGE", /a probability in \[0, 1\]/);
  assertError(of({ targets: [0, 1, 2, Number.NaN] }), "ERR_NOT_FINITE", /targets/);
  assertError(of({ loss: "poisson", targets: waves(12, 1) }), "ERR_OPTION_RANGE", /a count of at least 0/);
  assertError(of({ targets: [0, 1, 2, 2], weighting: [1, 2] }), "ERR_LENGTH", /a weight for each of 4 samples, got 2/);
  assertError(of({ targets: [0, 1, 2, 2], weighting: [1, 2, -1, 1] }), "ERR_OPTION_RANGE", /got -1 for sample 2/);
  assertError(of({ targets: [0, 1, 2, 2], variance: 2 }), "ERR_OPTION_RANGE", /only squared has one/);
  assertError(
    of({ loss: "squared", targets: waves(12, 1), variance: [1, 2] }),
    "ERR_LENGTH",
    /each of 3 outputs, got 2/,
  );
  assertError(of({ loss: "gaussian", targets: waves(4, 1) }), "ERR_SHAPE", /got an odd number, 3/);
  assertError(of({ targets: [0, 1, 2, 2], weights: "mean" }), "ERR_OPTION_UNKNOWN", /weights/);
  assertError(of({ loss: (z: tf.Tensor) => tf.mean(z) }), "ERR_LOSS", /a number for each of 4 samples/);
  assertError(
    of({ targets: [0, 1] }, (x, w) => tf.reshape(tf.matMul(x, w), [2, 2, 3])),
    "ERR_LOSS",
    /outputs of shape/,
  );
  const problem = built(linear, [4, 2, 3], { loss: "crossEntropy", targets: [0, 1, 2, 2] });
  assertError(() => problem.gaussNewton(new Float64Array(5)), "ERR_LENGTH", /gaussNewton: expected 6 numbers/);
  assertError(() => problem.outputsAt(new Float64Array(5)), "ERR_LENGTH", /outputsAt: expected 6 numbers/);
});

outputs("keeps a map at its point while the problem moves on", () => {
  const problem = built((x, w) => tf.tanh(tf.matMul(x, w)), [4, 2, 3], { loss: "crossEntropy", targets: [0, 1, 2, 2] });
  const [here, there] = [waves(6, 0.4), waves(6, 2.1)];
  const [first, second] = [problem.gaussNewton(here), problem.gaussNewton(there)];
  const [fisher, hessian] = [problem.fisher(here), problem.linearize(here)];
  const before = [denseOf(first), denseOf(fisher), denseOf(hessian)];
  denseOf(second);
  problem.evaluate(there, new Float64Array(6));
  here.fill(7);
  assert.equal([denseOf(first), denseOf(fisher), denseOf(hessian)], before);
});

outputs("has the same matrices tile by tile as at once", () => {
  const [n, d, c] = [3000, 30, 20] as const;
  const make = (): OutputObjective =>
    built((x, w) => tf.tanh(tf.matMul(tf.tanh(tf.matMul(x, w)), w, false, true)), [n, d, c], {
      loss: "squared",
      targets: waves(n * d, 2),
    });
  const tiled = make();
  process.env.FLUXION_TILES = "off";
  const whole = make();
  delete process.env.FLUXION_TILES;
  const point = waves(d * c, 0.4).map((x) => x / 4);
  const [v, one, other] = [waves(d * c, 0.3), new Float64Array(d * c), new Float64Array(d * c)];
  for (const matrix of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
    tiled[matrix](point).apply(v, one);
    whole[matrix](point).apply(v, other);
    assertClose(one, other, 1e-12, matrix);
  }
  const [u, a, b] = [waves(n * d, 0.3), new Float64Array(n * d), new Float64Array(n * d)];
  tiled.tangentKernel(point).apply(u, a);
  whole.tangentKernel(point).apply(u, b);
  assertClose(a, b, 1e-12);
});

outputs.run();
