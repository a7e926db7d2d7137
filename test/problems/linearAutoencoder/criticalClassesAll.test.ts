import { suite } from "uvu";
import * as assert from "uvu/assert";
import { denseOf, symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { symmetricFactor } from "../../../src/linalg/dense/symmetricFactor.ts";
import { norm } from "../../../src/linalg/vector.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { orthogonal } from "../../support/symmetric.ts";

const test = suite("criticalPoints");

test("all 2517 classes at k = 16, p = 4 have the loss, index and kernel of the dense Hessian at their representative", () => {
  const problem = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 10_000, seed: 1 });
  const classes = problem.criticalPoints();
  const field = new Float64Array(128);
  // Halfway, in orders of magnitude, between the zeros (5e-15) and the smallest other eigenvalue (0.05).
  const gap = 1e-8;
  let count = 0;
  for (const found of classes) {
    const point = classes.representative(found.directions);
    const what = `{${found.directions.join(",")}}`;
    assertClose(problem.evaluate(point, field), found.loss, 1e-12, `loss of ${what}`, 1);
    assert.ok(norm(field) ** 2 < 1e-26, `||F||^2 = ${norm(field) ** 2} of ${what}`);
    const hessian = denseOf(problem.linearize(point));
    // By Sylvester's law the factors' signs count the spectrum on both sides of a gap.
    const below = symmetricFactor(hessian, -gap).inertia.negative;
    const upTo = symmetricFactor(hessian, gap).inertia.negative;
    assert.is(below, found.morseIndex, `index of ${what}`);
    assert.is(upTo - below, found.kernelDimension, `kernel of ${what}`);
    if (count % 400 === 0) {
      const { values } = symmetricEigen(hessian);
      assert.is(values.filter((x) => x < -1e-5).length, found.morseIndex, `spectrum of ${what}`);
      const apart = values.filter((x) => Math.abs(x) > 1e-11).every((x) => Math.abs(x) > 1e-3);
      assert.ok(apart, `gap of ${what}`);
    }
    count++;
  }
  assert.is(count, 2517);
});

test("so do those of any sizes and covariance, equal eigenvalues among them, anywhere on their orbit", () => {
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      size,
      size,
      fc.array(fc.constantFrom(0.5, 1, 1, 2, 3, 7), { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 0, max: 99 }),
      (inputs, hidden, spectrum, seed) => {
        // Data with exactly this second moment: sqrt(k lambda_i) along a rotated axis, one sample each.
        const basis = orthogonal(inputs, seed);
        const data = Float64Array.from({ length: inputs * inputs }, (_, at) => {
          const i = Math.floor(at / inputs);
          return Math.sqrt(inputs * spectrum[i]!) * basis[at]!;
        });
        const problem = deepLinearAutoencoder({ inputs, hidden, data });
        const classes = problem.criticalPoints();
        const field = new Float64Array(problem.dimension);
        for (const found of classes) {
          const point = onOrbit(classes.representative(found.directions), inputs, hidden, seed);
          assertClose(problem.evaluate(point, field), found.loss, 1e-10, "loss", 1);
          assert.ok(norm(field) < 1e-10);
          const hessian = denseOf(problem.linearize(point));
          const below = symmetricFactor(hessian, -1e-7).inertia.negative;
          assert.is(below, found.morseIndex, "index");
          assert.is(symmetricFactor(hessian, 1e-7).inertia.negative - below, found.kernelDimension, "kernel");
          assert.is(classes.match(point).class.morseIndex, found.morseIndex, "match");
        }
      },
    ),
    { numRuns: 25, seed: 12 },
  );
});

/** W1 -> Q W1, W2 -> W2 Q^T with a random rotation Q, then scaled by 2 and 1/2. */
function onOrbit(point: Float64Array, k: number, p: number, seed: number): Float64Array {
  const q = orthogonal(p, seed + 1);
  const out = new Float64Array(point.length);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < p; b++) {
      for (let j = 0; j < k; j++) {
        out[a * k + j] = out[a * k + j]! + 2 * q[a * p + b]! * point[b * k + j]!;
        out[p * k + j * p + a] = out[p * k + j * p + a]! + (q[a * p + b]! * point[p * k + j * p + b]!) / 2;
      }
    }
  }
  return out;
}

test("a point of a class is recognised in any basis of the data, and after noise", () => {
  const inputs = 6;
  const data = normalVector(40 * inputs, 5);
  const problem = deepLinearAutoencoder({ inputs, hidden: 3, data });
  const classes = problem.criticalPoints();
  for (const directions of [[], [0], [2, 5], [0, 1, 2], [1, 3, 4]]) {
    const exact = onOrbit(classes.representative(directions), inputs, 3, 8);
    const noisy = exact.map((x, i) => x + 1e-6 * normalVector(36, 3)[i]!);
    const match = problem.match(noisy);
    assert.equal(match.class.directions, directions);
    assert.ok(match.distance < 1e-4 && Math.abs(match.lossDifference) < 1e-9);
  }
});

test.run();
