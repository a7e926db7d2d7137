import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import { copyGraph } from "../../../src/autodiff/interval/copyGraph.ts";
import { intervalDerivatives } from "../../../src/autodiff/interval/derivatives.ts";
import { constant } from "../../../src/autodiff/trace/constant.ts";
import { denseOf } from "../../../src/linalg/dense/dense.ts";
import type { Enclosure } from "../../../src/linalg/verified/enclosure.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { network } from "../../../src/problems/networks/network.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { TracedProblem } from "../../../src/problems/problem.ts";
import { randomSource } from "../../../src/random.ts";
import * as w from "../../support/doubleDouble.ts";
import { evaluateWide } from "../../support/extended.ts";
import { normalVector, uniformVector } from "../../support/random.ts";

await tf.setBackend("cpu");
const full = process.env.FLUXION_TEST_FULL === "1";
const at = (point: Float64Array): Enclosure => ({ mid: point, rad: new Float64Array(point.length) });
const intervals = suite("intervals: derivatives");

const activations = ["swish", "tanh", "sigmoid", "softplus", "erf", "linear"] as const;
const networkOf = (
  activation: (typeof activations)[number],
  layers: readonly number[],
  samples = 12,
): TracedProblem => {
  const inputs = normalVector(samples * layers[0]!, 3);
  if (activation !== "erf") return network({ layers, activation, loss: "meanSquaredError", inputs });
  const x = tf.tensor2d(Array.from(inputs), [samples, layers[0]!]);
  return objective(
    [
      [layers[0]!, layers[1]!],
      [layers[1]!, layers[0]!],
    ],
    (a: tf.Tensor2D, b: tf.Tensor2D) => tf.mean(tf.square(tf.sub(tf.matMul(tf.erf(tf.matMul(x, a)), b), x))),
  );
};

intervals("hold what float64 computes inside the box, up to float64's own error", () => {
  const random = randomSource(21);
  let entries = 0;
  for (let turn = 0; entries < (full ? 1e7 : 1e5); turn++) {
    const activation = activations[turn % activations.length]!;
    const problem = networkOf(activation, turn % 2 === 0 ? [6, 3, 6] : [8, 4, 8]);
    const n = problem.dimension;
    const derivatives = intervalDerivatives(problem.graph!);
    for (const size of [0, 1e-12, 1e-6, 1e-2]) {
      const mid = normalVector(n, turn + 1).map((x) => x / 2);
      const rad = mid.map((x) => size * Math.abs(x));
      const slope = derivatives.gradient({ mid, rad });
      const curvature = derivatives.hessian({ mid, rad });
      for (let k = 0; k < (size === 0 ? 1 : 2); k++) {
        const point = mid.map((x, i) => x + rad[i]! * (2 * random.uniform() - 1) * (1 - 1e-15));
        const field = new Float64Array(n);
        problem.evaluate(point, field);
        for (const [found, values] of [
          [slope, field],
          [curvature, denseOf(problem.linearize(point))],
        ] as const) {
          const own = 2 ** -47 * values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          for (const [i, x] of values.entries()) {
            if (Math.abs(x - found.mid[i]!) <= found.rad[i]! + own) continue;
            throw new Error(
              `${activation}, radius ${size}, entry ${i}: ${x} is not in ${found.mid[i]} +- ${found.rad[i]}`,
            );
          }
          entries += values.length;
        }
      }
    }
  }
});

/** The gradient's and some columns' entries in 31 digits, by graphs whose numbers are exact. */
function exactly(problem: TracedProblem, point: Float64Array, columns: readonly number[]): w.Wide[][] {
  const { parameters, data = [], value } = problem.graph!;
  const builder = new GraphBuilder({ exact: true });
  const copies = copyGraph(builder, [value!], [...parameters, ...data.map(({ node }) => node)]);
  const inputs = parameters.map((node) => copies.get(node) as Node<"input">);
  const slopes = gradient(builder, copies.get(value!)!, inputs);
  const tangents = new Map<Node, Node>(inputs.map((node, i) => [node, builder.input(`t${i}`, "tangent", node.shape)]));
  const products = pushforward(builder, slopes, tangents);
  const known = new Map<Node, w.Wide[]>(
    data.map(({ node, values }) => [copies.get(node)!, wideOf(values as Float64Array)]),
  );
  const place = (nodes: readonly Node[], vector: Float64Array): void => {
    let offset = 0;
    for (const node of nodes) {
      known.set(node, wideOf(vector.subarray(offset, offset + sizeOf(node.shape))));
      offset += sizeOf(node.shape);
    }
  };
  place(inputs, point);
  const found = [evaluateWide(slopes, known).flat()];
  for (const j of columns) {
    place(
      [...tangents.values()],
      point.map((_, i) => Number(i === j)),
    );
    found.push(evaluateWide(products, known).flat());
  }
  return found;
}
const wideOf = (values: Float64Array): w.Wide[] => Array.from(values, w.wide);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

// Each activation counts with 8u, which is ten times what it usually is off.
intervals("are tight at a point: the median radius is 100 times float64's median error, 250 with activations", () => {
  for (const [name, problem, most] of [
    ["linear", deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 60, seed: 1 }), 100],
    ["tanh", networkOf("tanh", [16, 3, 16], 20), 250],
    ["swish", networkOf("swish", [8, 4, 8], 40), 250],
  ] as const) {
    const point = uniformVector(problem.dimension, 3, -0.5, 0.5);
    const columns = [0, 17, 40];
    const [slope, ...products] = exactly(problem, point, columns);
    const derivatives = intervalDerivatives(problem.graph!);
    const field = new Float64Array(problem.dimension);
    problem.evaluate(point, field);
    const dense = denseOf(problem.linearize(point));
    const curvature = derivatives.hessian(at(point));
    const n = problem.dimension;
    const errors = { gradient: [] as number[], hessian: [] as number[] };
    const radii = { gradient: [] as number[], hessian: [] as number[] };
    const { rad, mid } = derivatives.gradient(at(point));
    const off = (x: number, exact: w.Wide): number => Math.abs(w.sub(w.wide(x), exact)[0]);
    for (let i = 0; i < n; i++) {
      errors.gradient.push(off(field[i]!, slope![i]!));
      radii.gradient.push(rad[i]!);
      assert.ok(off(mid[i]!, slope![i]!) <= rad[i]!, `${name}: gradient ${i}`);
      for (const [k, j] of columns.entries()) {
        const exact = products[k]![i]!;
        errors.hessian.push(off(dense[i * n + j]!, exact));
        radii.hessian.push(curvature.rad[i * n + j]!);
        assert.ok(off(curvature.mid[i * n + j]!, exact) <= curvature.rad[i * n + j]!, `${name}: ${i}, ${j}`);
      }
    }
    for (const what of ["gradient", "hessian"] as const) {
      // Entries that are 0 in every arithmetic say nothing.
      const some = radii[what].map((r, i) => [r, errors[what][i]!] as const).filter(([r]) => r > 0);
      const [radius, error] = [median(some.map(([r]) => r)), median(some.map(([, e]) => e))];
      assert.ok(radius <= most * error, `${name}: median radius of the ${what} ${radius}, error ${error}`);
    }
  }
});

intervals("change by exactly a power of two with the loss, and with the scale of the parameters of a form", () => {
  const x = constant(Float64Array.from(normalVector(24, 4)), [6, 4]);
  const form = (factor: number): TracedProblem =>
    objective(
      [
        [4, 2],
        [2, 4],
      ],
      (a: tf.Tensor2D, b: tf.Tensor2D) =>
        tf.mul(factor, tf.mean(tf.square(tf.sub(tf.matMul(tf.tanh(tf.matMul(x, a)), b), x)))),
      { reduceSamples: false },
    );
  const point = normalVector(16, 7);
  const box = { mid: point, rad: point.map((v) => 1e-5 * Math.abs(v)) };
  const plain = intervalDerivatives(form(1).graph!);
  const [slope, curvature, value] = [plain.gradient(box), plain.hessian(box), plain.value(box)];
  for (const power of [-100, -37, 1, 100]) {
    const factor = 2 ** power;
    const scaled = intervalDerivatives(form(factor).graph!);
    for (const [found, expected] of [
      [scaled.gradient(box), slope],
      [scaled.hessian(box), curvature],
      [scaled.value(box), value],
    ] as const) {
      assert.equal(
        found.rad,
        expected.rad.map((r) => r * factor),
        `radii at 2^${power}`,
      );
      assert.equal(
        found.mid,
        expected.mid.map((m) => m * factor),
        `midpoints at 2^${power}`,
      );
    }
  }
});

intervals("derive the field exactly: 31 digits of it agree with differences of 31 digits of the loss", () => {
  // Numbers whose products round in float64.
  const problem = objective([[], []], (x: tf.Scalar, y: tf.Scalar) =>
    tf.add(
      tf.mul(0.1, tf.mul(0.3, tf.pow(x, 2.7))),
      tf.mul(1 / 3, tf.mul(tf.square(tf.mul(0.7, y)), tf.exp(tf.mul(1.1, tf.mul(0.9, x))))),
    ),
  );
  const { parameters, value } = problem.graph!;
  const builder = new GraphBuilder({ exact: true });
  const copies = copyGraph(builder, [value!], parameters);
  const inputs = parameters.map((node) => copies.get(node) as Node<"input">);
  const slopes = gradient(builder, copies.get(value!)!, inputs);
  const step = 2 ** -36;
  const run = (outputs: readonly Node[], shift: readonly number[]): w.Wide[] =>
    evaluateWide(
      outputs,
      new Map(inputs.map((node, i) => [node, [w.add(w.wide([1.3, -0.8][i]!), w.wide(shift[i]!))]])),
    ).flat();
  const found = run(slopes, [0, 0]);
  for (const [i, shift] of [
    [step, 0],
    [0, step],
  ].entries()) {
    const [above, below] = [
      run([copies.get(value!)!], shift),
      run(
        [copies.get(value!)!],
        shift.map((x) => -x),
      ),
    ];
    const difference = w.times(w.sub(above[0]!, below[0]!), 1 / (2 * step));
    const off = Math.abs(w.sub(difference, found[i]!)[0]);
    assert.ok(off < 1e-19, `entry ${i} is off by ${off}`);
  }
});

intervals.run();
