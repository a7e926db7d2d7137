import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { modelObjective } from "../../src/problems/modelObjective.ts";
import { objective } from "../../src/problems/objective.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { dense, inputs, numbers, squares, targets } from "../support/denseModel.ts";
import { normalVector } from "../support/random.ts";

await tf.setBackend("cpu");

const models = suite("modelObjective");

models("makes blocks of a model's trainable weights, by their names", () => {
  const model = dense();
  const problem = modelObjective(model, squares);
  assert.is(problem.dimension, 3 * 5 + 5 + 5 * 2 + 2);
  assert.equal(
    problem.blocks.map(({ shape }) => shape),
    [[3, 5], [5], [5, 2], [2]],
  );
  assert.equal(
    problem.blocks.map(({ name }) => name),
    model.trainableWeights.map(({ name }) => name),
  );
  assert.is(problem.name, model.name);
});

models("has the model's loss and exact derivatives, whatever the model's weights are meanwhile", () => {
  const model = dense();
  const problem = modelObjective(model, squares);
  const start = problem.currentPoint();
  const value = problem.evaluate(start, new Float64Array(problem.dimension));
  assertClose(value, squares(model).dataSync()[0]!, 1e-6);
  for (const weight of model.weights) weight.write(tf.zerosLike(weight.read()));
  assert.is(problem.evaluate(start, new Float64Array(problem.dimension)), value);
  const report = checkDerivatives(problem, start, { tolerance: 1e-9 });
  assert.is(report.verdict, "agrees", report.table);
});

models("writes a point back, and leaves the model alone otherwise, tensors counted", () => {
  const model = dense();
  const before = numbers(model);
  const count = tf.memory().numTensors;
  const problem = modelObjective(model, squares);
  const point = normalVector(problem.dimension, 3);
  problem.evaluate(point, new Float64Array(problem.dimension));
  assert.equal(numbers(model), before);
  problem.writeBack(point);
  assert.is(tf.memory().numTensors, count);
  assertClose(problem.currentPoint(), point, 1e-7);
  const loss = squares(model);
  assertClose(loss.dataSync()[0]!, problem.evaluate(point, new Float64Array(problem.dimension)), 1e-6);
  point[3] = Number.NaN;
  assertError(() => problem.writeBack(point), "ERR_NOT_FINITE", /NaN at index 3/);
  assertError(() => problem.writeBack(new Float64Array(2)), "ERR_LENGTH", /32 numbers.*got 2/);
});

models("takes predict as well as apply", () => {
  const model = dense();
  const by = (output: (m: tf.Sequential) => unknown) =>
    modelObjective(model, (m) => tf.losses.meanSquaredError(targets, output(m) as tf.Tensor));
  const [applied, predicted] = [by((m) => m.apply(inputs)), by((m) => m.predict(inputs))];
  const point = applied.currentPoint();
  const [a, b] = [new Float64Array(32), new Float64Array(32)];
  assertClose(predicted.evaluate(point, b), applied.evaluate(point, a), 1e-15);
  assertClose(b, a, 1e-14);
});

models("takes shared layers once, nested models and frozen parts of them", () => {
  const input = tf.input({ shape: [3] });
  const twice = tf.layers.dense({ units: 3, activation: "tanh" });
  const inner = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [3], activation: "sigmoid" })] });
  const frozen = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [3] })] });
  frozen.trainable = false;
  const shared = twice.apply(twice.apply(input));
  const output = [shared, inner.apply(input), frozen.apply(input)] as tf.SymbolicTensor[];
  const model = tf.model({ inputs: input, outputs: tf.layers.add().apply(output) as tf.SymbolicTensor });
  const loss = (m: tf.LayersModel): tf.Scalar => tf.mean(tf.square(m.apply(inputs) as tf.Tensor));
  const problem = modelObjective(model, loss);
  assert.is(problem.dimension, 2 * (3 * 3 + 3));
  const point = problem.currentPoint();
  assertClose(problem.evaluate(point, new Float64Array(24)), loss(model).dataSync()[0]!, 1e-6);
  const report = checkDerivatives(problem, point, { tolerance: 1e-9 });
  assert.is(report.verdict, "agrees", report.table);
});

models("takes a list of variables, though they share their data with tensors that are constants", () => {
  const x = tf.tensor1d([1, 2]);
  const [a, b] = [tf.variable(x, true, "a"), tf.variable(x, true, "b")];
  const problem = modelObjective([a, b], () => tf.sum(tf.mul(tf.mul(a, b), tf.add(x, tf.square(a)))));
  assert.equal(
    problem.blocks.map(({ name }) => name),
    ["a", "b"],
  );
  const field = new Float64Array(4);
  // sum a b (x + a^2): d/da = b x + 3 b a^2, d/db = a x + a^3.
  assert.is(problem.evaluate(Float64Array.of(2, 1, 3, 5), field), 2 * 3 * 5 + 5 * 3);
  assert.equal(field, Float64Array.of(3 + 36, 10 + 15, 2 + 8, 2 + 1));
  assert.equal(problem.currentPoint(), Float64Array.of(1, 2, 1, 2));
  a.dispose();
  b.dispose();
});

models("lets tf.grads and tf.variableGrads speak of the variables inside the loss", () => {
  const w = tf.variable(tf.tensor1d([1, 2]), true, "w of grads");
  const inner = (): tf.Scalar => tf.sum(tf.pow(w, 3)) as tf.Scalar;
  const problem = modelObjective([w], () => {
    const { grads } = tf.variableGrads(inner, [w]);
    return tf.sum(tf.square(grads["w of grads"]!));
  });
  // (3 w^2)^2 = 9 w^4
  const field = new Float64Array(2);
  assertClose(problem.evaluate(Float64Array.of(1, 2), field), 9 * 17, 1e-15);
  assertClose(field, [36, 36 * 8], 1e-15);
  w.dispose();
});

models("takes the trained layers of a model that is partly frozen, the others are constants", () => {
  const model = dense();
  model.layers[0]!.trainable = false;
  const problem = modelObjective(model, squares);
  assert.is(problem.dimension, 12);
  model.layers[0]!.trainable = true;
});

models("equals the same loss written with parameters", () => {
  const model = dense();
  const problem = modelObjective(model, squares);
  const byHand = objective([[3, 5], [5], [5, 2], [2]], (w1, b1, w2, b2) =>
    tf.losses.meanSquaredError(
      targets,
      tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(inputs, w1), b1)) as tf.Tensor2D, w2), b2) as tf.Tensor2D,
    ),
  );
  const point = normalVector(32, 8);
  const [a, b] = [new Float64Array(32), new Float64Array(32)];
  assertClose(problem.evaluate(point, a), byHand.evaluate(point, b), 1e-15);
  assertClose(a, b, 1e-14);
});

models.run();
