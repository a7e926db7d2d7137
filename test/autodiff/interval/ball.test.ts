/** Enclosures over balls of parameters, which are smaller than those over their boxes: every point of a ball lies in them. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Enclosure, intervalDerivatives } from "../../../src/autodiff/index.ts";
import { ballAround } from "../../../src/certify/rounding.ts";
import { network } from "../../../src/problems/networks/network.ts";
import { objective } from "../../../src/problems/objective.ts";
import type { TracedProblem } from "../../../src/problems/problem.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";

await tf.setBackend("cpu");

const balls = suite("intervals: balls");

/** The first entry of an enclosure at a point that has no number in common with the one over the ball. */
function firstOutside(around: Enclosure, at: Enclosure): string | undefined {
  for (const [i, mid] of at.mid.entries()) {
    if (!Number.isFinite(at.rad[i]!) || !Number.isFinite(around.rad[i]!)) continue;
    if (Math.abs(mid - around.mid[i]!) > (around.rad[i]! + at.rad[i]!) * (1 + 1e-12)) {
      return `entry ${i}: ${mid} +- ${at.rad[i]} is not in ${around.mid[i]} +- ${around.rad[i]}`;
    }
  }
  return undefined;
}

/** A point of the ball, next to its surface. */
function onSphere(z: Float64Array, direction: Float64Array, radius: number): Float64Array {
  const largest = direction.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const length = Math.sqrt(direction.reduce((sum, x) => sum + (x / largest) ** 2, 0));
  // Where the radius is near the rounding of z, rounding could leave the ball.
  const step = Math.max(0, radius * (1 - 1e-9) - 2 ** -52 * Math.sqrt(z.reduce((sum, x) => sum + x * x, 0)));
  return z.map((x, i) => x + (step * (direction[i]! / largest)) / length);
}

/** Directions at random, along coordinates, along few of them, and along rows of derivatives, which go furthest. */
function directions(problem: TracedProblem, z: Float64Array, seed: number): readonly Float64Array[] {
  const n = z.length;
  const { mid } = intervalDerivatives(problem.graph!).hessian(ballAround(z, 0));
  const rows = [0, 1, 2, 3].map((k) => mid.slice(((seed + 7 * k) % n) * n, (((seed + 7 * k) % n) + 1) * n));
  const axis = new Float64Array(n);
  axis[seed % n] = 1;
  const random = normalVector(n, seed);
  const few = random.map((x, i) => (i % 5 === seed % 5 ? x : 0));
  const all = [random, axis, few, random.map(Math.sign), z, ...rows];
  return all.flatMap((d) => (d.some((x) => x !== 0) && d.every(Number.isFinite) ? [d, d.map((x) => -x)] : []));
}

function holds(problem: TracedProblem, z: Float64Array, radius: number, seed: number): void {
  const derivatives = intervalDerivatives(problem.graph!);
  const v = normalVector(z.length, seed + 1);
  const direction = { mid: v, rad: new Float64Array(v.length) };
  const functions = {
    value: (ball: Enclosure) => derivatives.value(ball),
    gradient: (ball: Enclosure) => derivatives.gradient(ball),
    hessian: (ball: Enclosure) => derivatives.hessian(ball),
    product: (ball: Enclosure) => derivatives.hessianTimes(ball, direction),
  };
  const points = directions(problem, z, seed).map((d) => onSphere(z, d, radius));
  for (const [name, enclose] of Object.entries(functions)) {
    const around = enclose(ballAround(z, radius));
    const { mid, rad } = ballAround(z, radius);
    const box = enclose({ mid, rad });
    for (const [i, r] of around.rad.entries()) {
      assert.ok(r <= box.rad[i]! * (1 + 1e-9), `${name}: ${r} in the ball, ${box.rad[i]} in the box`);
    }
    for (const x of points) assert.is(firstOutside(around, enclose(ballAround(x, 0))), undefined, name);
  }
}

const radii = fc.double({ min: -12, max: 1, noNaN: true }).map((power) => 10 ** power);

balls("networks: value, gradient, Hessian and product at points of the ball lie in their enclosures", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5 }),
      fc.constantFrom("tanh", "sigmoid", "swish", "softplus", "linear", "relu"),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      radii,
      fc.integer({ min: -60, max: 60 }),
      fc.integer({ min: 0, max: 1000 }),
      (layers, activation, classifies, samples, radius, power, seed) => {
        const scale = 2 ** power;
        const [first, last] = [layers[0]!, layers.at(-1)!];
        const inputs = normalVector(samples * first, seed).map((x) => x * scale);
        const targets = new Float64Array(samples * last);
        for (let s = 0; s < samples; s++) targets[s * last + ((s * 3 + seed) % last)] = 1;
        const problem = network({
          layers,
          activation: activation as "tanh",
          inputs,
          targets,
          ...(classifies && last > 1 ? { loss: "softmaxCrossEntropy" } : {}),
          regularization: 0.1,
        });
        const z = normalVector(problem.dimension, seed + 2);
        for (const { name, offset, size } of problem.blocks) {
          if (name === "layer1.weights") for (let i = offset; i < offset + size; i++) z[i] = z[i]! / scale;
        }
        holds(problem, z, Math.min(radius, 100 / scale), seed);
      },
    ),
    { numRuns: 30 },
  );
});

/** Functions of one number that keep a row's distances, each where it is defined. */
const functions = {
  tanh: (x: tf.Tensor) => tf.tanh(x),
  exp: (x: tf.Tensor) => tf.exp(x),
  expm1: (x: tf.Tensor) => tf.expm1(x),
  sin: (x: tf.Tensor) => tf.sin(x),
  cos: (x: tf.Tensor) => tf.cos(x),
  atan: (x: tf.Tensor) => tf.atan(x),
  sinh: (x: tf.Tensor) => tf.sinh(tf.mul(0.3, x)),
  cosh: (x: tf.Tensor) => tf.cosh(tf.mul(0.3, x)),
  asinh: (x: tf.Tensor) => tf.asinh(x),
  erf: (x: tf.Tensor) => tf.erf(x),
  softplus: (x: tf.Tensor) => tf.softplus(x),
  log: (x: tf.Tensor) => tf.log(tf.add(3, tf.square(x))),
  log1p: (x: tf.Tensor) => tf.log1p(tf.square(x)),
  sqrt: (x: tf.Tensor) => tf.sqrt(tf.add(1, tf.square(x))),
  asin: (x: tf.Tensor) => tf.asin(tf.mul(0.9, tf.sin(x))),
  acos: (x: tf.Tensor) => tf.acos(tf.mul(0.9, tf.sin(x))),
  atanh: (x: tf.Tensor) => tf.atanh(tf.mul(0.7, tf.tanh(x))),
  acosh: (x: tf.Tensor) => tf.acosh(tf.add(1.5, tf.square(x))),
  tan: (x: tf.Tensor) => tf.tan(tf.mul(0.5, tf.tanh(x))),
  abs: (x: tf.Tensor) => tf.mul(tf.abs(tf.add(50, x)), tf.sub(tf.tanh(x), x)),
  quotient: (x: tf.Tensor) => tf.div(tf.sub(tf.sigmoid(x), 3), tf.add(1, tf.square(x))),
  mixed: (x: tf.Tensor) => tf.sub(tf.mul(tf.sigmoid(x), tf.add(x, tf.tanh(x))), tf.div(x, 3)),
} as const;

for (const [name, f] of Object.entries(functions)) {
  balls(`${name} between products: points of the ball lie in the enclosures`, () => {
    fc.assert(
      fc.property(radii, fc.integer({ min: 0, max: 1000 }), fc.boolean(), (radius, seed, transposed) => {
        const [rows, width] = [4, 3];
        const x = tf.tensor2d(Array.from(normalVector(rows * width, seed)), [rows, width]);
        const shapes = [[width, 5], [5], [transposed ? 2 : 5, transposed ? 5 : 2]];
        const problem = objective(shapes, (first, bias, second) => {
          const signal = f(tf.add(tf.matMul(x, first as tf.Tensor2D), bias!));
          const product = tf.matMul(signal as tf.Tensor2D, second as tf.Tensor2D, false, transposed);
          return tf.sum(tf.mul(tf.tanh(product), tf.add(0.5, product)));
        });
        holds(problem, normalVector(problem.dimension, seed + 3), Math.min(radius, 1), seed);
      }),
      { numRuns: 2 },
    );
  });
}

balls("the row of a product of data and parameters reaches no further than its length, and as far", () => {
  const x = tf.tensor2d([3, 4, 12, 84], [1, 4]);
  const problem = objective([[4, 1]], (w) => tf.sum(tf.square(tf.matMul(x, w as tf.Tensor2D))));
  const derivatives = intervalDerivatives(problem.graph!);
  const z = Float64Array.of(1, -2, 3, 0.5);
  const { mid, rad } = derivatives.gradient(ballAround(z, 0.01));
  // The gradient is 2 x <x, w>, and <x, w> changes by at most ||x|| = 85 times the radius: the bound is attained.
  for (const [i, size] of [3, 4, 12, 84].entries()) {
    const far = 2 * size * 85 * 0.01;
    assert.ok(Math.abs(mid[i]! - 2 * size * 73) < 1e-9 && rad[i]! >= far * (1 - 1e-12) && rad[i]! < far * (1 + 1e-9));
  }
});

balls("a deep network has much smaller enclosures over a ball than over its box", () => {
  const problem = network({
    layers: [16, 12, 8, 10],
    activation: "swish",
    inputs: normalVector(16 * 50, 1),
    targets: normalVector(500, 2),
  });
  const derivatives = intervalDerivatives(problem.graph!);
  const z = normalVector(problem.dimension, 3).map((v) => v * 0.7);
  const { mid, rad } = ballAround(z, 1e-3);
  const norm = ({ rad: r }: Enclosure): number => Math.sqrt(r.reduce((sum, v) => sum + v * v, 0));
  const [ball, box] = [derivatives.gradient(ballAround(z, 1e-3)), derivatives.gradient({ mid, rad })];
  assert.ok(3 * norm(ball) < norm(box), `${norm(ball)} and ${norm(box)}`);
});

balls.run();
