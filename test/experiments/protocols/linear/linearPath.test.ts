/** The exact path of a linear model, against updates that are made one by one. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearPath } from "../../../../src/experiments/protocols/linear/linearPath.ts";
import { timesUpTo } from "../../../../src/experiments/protocols/linear/sideBySide.ts";
import { randomSource } from "../../../../src/random.ts";
import { assertClose } from "../../../support/assert.ts";

type LinearTask = Parameters<typeof linearPath>[0];

function normals(count: number, key: string): Float64Array {
  const random = randomSource(5, key);
  return Float64Array.from({ length: count }, () => random.normal());
}

function taskOf(n: number, d: number, c: number, rank: number): LinearTask {
  const [left, right] = [normals(n * rank, "left"), normals(rank * d, "right")];
  const inputs = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < rank; k++) inputs[i * d + j] = inputs[i * d + j]! + left[i * rank + k]! * right[k * d + j]!;
    }
  }
  return { inputs, targets: normals(n * c, "targets"), width: d, outputs: c, start: normals(d * c, "start") };
}

const outputsOf = (inputs: Float64Array, weights: Float64Array, d: number, c: number): Float64Array =>
  Float64Array.from({ length: (inputs.length / d) * c }, (_, at) => {
    const [i, j] = [Math.floor(at / c), at % c];
    let sum = 0;
    for (let k = 0; k < d; k++) sum += inputs[i * d + k]! * weights[k * c + j]!;
    return sum;
  });

/** Updates W <- W - eta X'(X W - Y) / n, one after the other. */
function descended(
  { inputs, targets, width: d, outputs: c, start }: LinearTask,
  eta: number,
  steps: number,
): Float64Array {
  const n = inputs.length / d;
  const weights = start!.slice();
  for (let s = 0; s < steps; s++) {
    const errors = outputsOf(inputs, weights, d, c).map((z, at) => z - targets[at]!);
    for (let k = 0; k < d; k++) {
      for (let j = 0; j < c; j++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += inputs[i * d + k]! * errors[i * c + j]!;
        weights[k * c + j] = weights[k * c + j]! - (eta * sum) / n;
      }
    }
  }
  return weights;
}

const lossOf = ({ inputs, targets, width: d, outputs: c }: LinearTask, weights: Float64Array): number =>
  outputsOf(inputs, weights, d, c).reduce((sum, z, at) => sum + (z - targets[at]!) ** 2, 0) / (2 * (inputs.length / d));

const path = suite("linearPath");

for (const [title, n, d, rank] of [
  ["fewer samples than features", 5, 9, 5],
  ["more samples than features", 20, 6, 6],
  ["data of a smaller rank than both", 12, 9, 4],
  ["as many samples as features", 7, 7, 7],
] as const) {
  path(`is that of gradient descent with ${title}`, () => {
    const task = taskOf(n, d, 3, rank);
    const own = linearPath(task);
    assert.is(own.rank, rank);
    const others = normals(4 * d, "others");
    const predict = own.outputs(others);
    const point = new Float64Array(own.size);
    for (const factor of [0.3, 1, 1.7]) {
      for (const steps of [0, 1, 2, 17]) {
        const weights = descended(task, factor / own.largest, steps);
        own.write(factor, steps, point);
        assertClose(predict(point), outputsOf(others, weights, d, 3), 1e-10);
        assertClose([own.evaluate(point, new Float64Array(own.size))], [lossOf(task, weights)], 1e-10);
      }
    }
  });
}

path("with mixing 0 fits the data in one update, and with 1 is gradient descent", () => {
  const task = taskOf(20, 6, 2, 6);
  const [newton, descent] = [linearPath({ ...task, mixing: 0 }), linearPath({ ...task, mixing: 1 })];
  const [a, b] = [new Float64Array(newton.size), new Float64Array(newton.size)];
  newton.write(1, 1, a);
  assertClose([newton.evaluate(a, new Float64Array(a.length))], [newton.least], 1e-12);
  descent.write(1, 1e9, b);
  assertClose(a, b, 1e-8);
  assertClose([linearPath(task).largest], [descent.largest], 1e-15);
});

path("with mixing multiplies errors as the damped inverse of the normalised moment does", () => {
  const spectrum = [8, 2, 1, 0.25];
  const n = 4;
  const inputs = new Float64Array(16);
  spectrum.forEach((value, k) => {
    inputs[k * 4 + k] = Math.sqrt(n * value);
  });
  const mean = spectrum.reduce((sum, value) => sum + value, 0) / 4;
  for (const mixing of [0, 0.1, 0.5, 1]) {
    const own = linearPath({ inputs, targets: Float64Array.of(1, 1, 1, 1), width: 4, outputs: 1, mixing });
    const speeds = spectrum.map((value) => value / ((1 - mixing) * (value / mean) + mixing));
    assertClose([own.largest], [Math.max(...speeds)], 1e-12);
    const point = new Float64Array(4);
    own.write(0.5, 1, point);
    // The goal is 1 / sqrt(n lambda) along each coordinate; its sign is that of the eigenvector.
    const goals = spectrum.map((value, k) => ((0.5 * speeds[k]!) / own.largest) * (1 / Math.sqrt(n * value)));
    assertClose(point.map(Math.abs).sort(), Float64Array.from(goals).sort(), 1e-12);
  }
});

path("counts the updates to a loss as the first number of them that reaches it", () => {
  const task = taskOf(9, 6, 2, 6);
  const own = linearPath(task);
  const point = new Float64Array(own.size);
  const lossAfter = (updates: number): number => {
    own.write(1, updates, point);
    return own.evaluate(point, new Float64Array(own.size));
  };
  for (const share of [0.9, 0.5, 0.1, 0.01]) {
    const wanted = own.least + share * (lossAfter(0) - own.least);
    const found = own.updatesTo(wanted, 1, 1e6)!;
    assert.ok(lossAfter(found) <= wanted * (1 + 1e-12) && lossAfter(found - 1) > wanted, `${share}: ${found}`);
  }
  assert.is(own.updatesTo(lossAfter(0), 1, 100), 0);
  assert.is(own.updatesTo(own.least / 2, 1, 1e6), undefined);
});

path("does not depend on the unit of the inputs, for powers of two", () => {
  const task = taskOf(9, 6, 2, 6);
  const others = normals(3 * 6, "others");
  const outputs = [0, 300, -300].map((power) => {
    const scaled = (values: Float64Array): Float64Array => values.map((x) => x * 2 ** power);
    const own = linearPath({ ...task, inputs: scaled(task.inputs), start: task.start!.map((w) => w / 2 ** power) });
    const point = new Float64Array(own.size);
    own.write(1, 7, point);
    return own.outputs(scaled(others))(point);
  });
  for (const other of outputs.slice(1)) assertClose(other, outputs[0]!, 1e-12);
});

path("stays finite at rates that diverge", () => {
  const own = linearPath(taskOf(9, 6, 2, 6));
  const point = new Float64Array(own.size);
  own.write(2.5, 1e6, point);
  assert.ok(point.every(Number.isFinite));
  assert.ok(own.evaluate(point, new Float64Array(own.size)) > 1e6);
  assert.is(own.updatesTo(own.least * 1.1, 2.5, 1e6), undefined);
});

path("has times that ascend from 0 to the last, each once", () => {
  for (const most of [1, 2, 7, 100, 1_000_000]) {
    const times = timesUpTo(most);
    assert.equal([times[0], times.at(-1)], [0, most]);
    assert.ok(
      times.every((time, i) => i === 0 || time > times[i - 1]!),
      times.join(" "),
    );
  }
});

path.run();
