/** Predictions: outputs beside those of the objective, in pieces of any size, on other data, by every executor. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/index.ts";
import { network } from "../../src/problems/networks/network.ts";
import { predictions } from "../../src/problems/traced/predictions.ts";
import { assertClose, assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const width = 3;
const shapes = [[width, 2], [2]] as const;
const scores = (w: tf.Tensor2D, b: tf.Tensor1D): tf.Tensor =>
  tf.tanh(tf.add(tf.matMul(data("inputs", new Float64Array(width), [1, width]) as tf.Tensor2D, w), b));

const expected = (point: Float64Array, inputs: Float64Array): Float64Array =>
  Float64Array.from({ length: (inputs.length / width) * 2 }, (_, at) => {
    const [row, c] = [at >> 1, at & 1];
    let sum = point[6 + c]!;
    for (let j = 0; j < width; j++) sum += inputs[row * width + j]! * point[2 * j + c]!;
    return Math.tanh(sum);
  });

const test = suite("predictions");

test("in pieces are those of all rows at once, whatever the sizes", () => {
  const whole = predictions(shapes, scores);
  assert.equal(whole.shape, [1, 2]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 12 }), (rows, chunk) => {
      const inputs = normalVector(rows * width, rows);
      const point = normalVector(8, chunk);
      const cut = predictions(shapes, scores, { chunk }).with({ inputs });
      assert.equal(cut.shape, [rows, 2]);
      assertClose(cut(point), expected(point, inputs), 1e-14);
      assertClose(whole.with({ inputs })(point), expected(point, inputs), 1e-14);
    }),
    { numRuns: 25 },
  );
});

test("take all rows at once where a row depends on others, whatever the chunk", () => {
  const x = (): tf.Tensor2D => data("inputs", new Float64Array(width), [1, width]) as tf.Tensor2D;
  const standard = (y: tf.Tensor): tf.Tensor => {
    const { mean, variance } = tf.moments(y, 0);
    return tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 0.1)));
  };
  const forms: readonly ((w: tf.Tensor2D, b: tf.Tensor1D) => tf.Tensor)[] = [
    (w, b) => tf.add(standard(tf.matMul(x(), w)), b),
    (w, b) => tf.add(tf.matMul(standard(x()) as tf.Tensor2D, w), b),
    (w, b) => tf.add(tf.matMul(tf.sub(x(), tf.mean(x())) as tf.Tensor2D, w), b),
    (w, b) => tf.add(tf.matMul(tf.sub(x(), tf.slice(x(), [0, 0], [1, width])) as tf.Tensor2D, w), b),
    (w, b) => tf.add(tf.matMul(tf.cumsum(x(), 0) as tf.Tensor2D, w), b),
    (w, b) => tf.add(tf.matMul(tf.reverse(x(), 0), w), b),
    (w, b) => tf.add(tf.matMul(tf.div(x(), tf.max(x(), 0)) as tf.Tensor2D, w), b),
    (w, b) => tf.add(tf.matMul(tf.softmax(tf.matMul(x(), tf.transpose(x()) as tf.Tensor2D)), tf.matMul(x(), w)), b),
  ];
  for (const form of forms) {
    const point = normalVector(8, 3);
    const given = { inputs: normalVector(9 * width, 4) };
    const whole = predictions(shapes, form).with(given)(point);
    for (const chunk of [1, 2, 4, 8]) {
      const cut = predictions(shapes, form, { chunk }).with(given);
      assert.equal(cut.shape, [9, 2]);
      assertClose(cut(point), whole, 1e-13);
    }
  }
});

test("follow the point, and are the caller's to change", () => {
  const own = predictions(shapes, scores).with({ inputs: normalVector(4 * width, 1) });
  const point = normalVector(8, 1);
  const first = own(point);
  const kept = first.slice();
  first.fill(0);
  assert.equal(own(point), kept);
  point[7] = -0.25;
  assert.is.not(own(point)[1], kept[1]);
  assert.equal(own(normalVector(8, 1)), kept);
});

test("are the same by every executor", () => {
  const inputs = normalVector(7 * width, 2);
  const point = normalVector(8, 3);
  const before = process.env.FLUXION_EXECUTOR;
  try {
    for (const executor of ["interpreter", "float64", "portable"]) {
      process.env.FLUXION_EXECUTOR = executor;
      assertClose(predictions(shapes, scores).with({ inputs })(point), expected(point, inputs), 1e-14, executor);
    }
  } finally {
    if (before === undefined) delete process.env.FLUXION_EXECUTOR;
    else process.env.FLUXION_EXECUTOR = before;
  }
});

test("of a network give its loss", () => {
  const [inputs, targets] = [normalVector(300 * 2, 1), normalVector(300, 2)];
  const net = network({ layers: [2, 5, 1], inputs, targets });
  const point = net.initialPoint(3);
  const outputs = net.predictionsOn(inputs)(point);
  const loss = outputs.reduce((sum, x, i) => sum + (x - targets[i]!) ** 2, 0) / 300;
  assertClose(net.evaluate(point, new Float64Array(net.dimension)), loss, 1e-13);
  assertError(() => net.predictionsOn(Float64Array.of(1, 2, 3)), "ERR_LENGTH", /expected 2 numbers for "inputs"/);
});

test("what does not fit is named", () => {
  const own = predictions(shapes, scores);
  assertError(() => own(new Float64Array(3)), "ERR_LENGTH", /a point of 8 numbers, got 3/);
  assertError(() => own.with({ inputs: [1, 2, Number.NaN] }), "ERR_NOT_FINITE", /NaN/);
  assertError(() => own.with({ x: [1] }), "ERR_DATA_NAME", /no data input is named "x"/);
  assertError(() => predictions([[2]], () => 3 as never), "ERR_LOSS", /instead of a tensor/);
  assertError(() => predictions([[2]], (w) => w, { chunk: 0 }), "ERR_OPTION_RANGE", /chunk/);
  const summed = predictions(shapes, (w, b) => tf.sum(scores(w, b)), { chunk: 2 });
  assertError(() => summed.with({ inputs: normalVector(4 * width, 1) }), "ERR_SHAPE", /as many rows as the data, 2/);
});

test.run();
