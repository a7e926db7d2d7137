/** Excluded balls and certified zeros against zeros that are known: no statement is false. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { excludeZero } from "../../src/certify/excludeZero.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { network } from "../../src/problems/networks/network.ts";
import { objective } from "../../src/problems/objective.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { vectorField } from "../../src/problems/vectorField.ts";
import { assertError } from "../support/assert.ts";
import { alongOrbit, tracedQuartic } from "../support/certified.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const excluding = suite("excludeZero");

excluding("gives a large ball at a gradient-flat point, by few products", () => {
  const { radius, relative, products, because } = excludeZero(tracedQuartic(), [Math.SQRT2, 0]);
  assert.ok(radius > 0.5 && radius < Math.SQRT2 + 3, `${radius}`);
  assert.ok(Math.abs(relative - radius / Math.SQRT2) < 1e-12);
  assert.ok(products <= 17, `${products}`);
  assert.match(because, /^No zero lies within 0\.\d+ of the point/);
});

excluding("excludes nothing at a zero, at the origin of an autoencoder, and on a constant", () => {
  for (const { radius } of [
    excludeZero(tracedQuartic(), [-3, 0]),
    excludeZero(deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 10 }), new Float64Array(12)),
    excludeZero(
      objective([[]], (x) => tf.mul(0, x), { onWarning: () => {} }),
      [3],
    ),
  ]) {
    assert.is(radius, 0);
  }
});

excluding("finds a ball at the origin where the Hessian is 0, whatever the unit of the parameter", () => {
  for (const power of [-90, -60, -3, 0, 1, 60, 90]) {
    const { radius } = excludeZero(
      objective([[]], (x: tf.Scalar) => tf.add(x, tf.mul(2 ** power, tf.pow(x, 4)))),
      [0],
    );
    // The slope is 1 + 4 a x^3.
    const zero = Math.cbrt(2 ** -power / 4);
    assert.ok(radius < zero && radius > 0.5 * zero, `${power}: ${radius} of ${zero}`);
  }
  const { radius } = excludeZero(
    objective([[]], (x: tf.Scalar) => tf.mul(3, x)),
    [0],
  );
  assert.ok(radius > 1e19, `${radius}`);
});

excluding("stops at a kink", () => {
  // The slope of |x| + x / 2 is -1/2 or 3/2, without a zero, and jumps at 0.
  const kinked = objective([[]], (x) => tf.add(tf.abs(x), tf.mul(0.5, x)));
  const { radius, because } = excludeZero(kinked, [1]);
  assert.ok(radius <= 1 && radius > 0.9, `${radius}`);
  assert.match(because, /Beyond it, a kink|No zero lies within/);
});

excluding("never reaches the zero of a random cubic, a field, or an autoencoder", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: -12, max: 1 }), (seed, power) => {
      const [a, b, c, d, e, f] = normalVector(6, seed).map(Math.fround) as unknown as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      // Zero at (d, e), exactly, as these are float32 numbers: the field is a polynomial of the differences.
      const field = vectorField([[], []], (x, y) => {
        const [u, v] = [tf.sub(x, tf.scalar(d)), tf.sub(y, tf.scalar(e))];
        return [
          tf.addN([tf.mul(a, u), tf.mul(b, v), tf.mul(c, tf.mul(u, v))]),
          tf.addN([tf.mul(-b, u), tf.mul(f, v), tf.mul(a, tf.square(u))]),
        ];
      });
      const away = 10 ** power;
      const point = [d + away * Math.cos(seed), e + away * Math.sin(seed)];
      const distance = Math.hypot(point[0]! - d, point[1]! - e);
      assert.ok(excludeZero(field, point).radius <= distance * (1 + 1e-15));
      const found = certify(field, point, { polish: 0 });
      // What is proved unique, and holds the known zero, is it.
      if (found.exists !== undefined && found.unique! > distance) {
        assert.ok(found.exists >= distance * (1 - 1e-15), `${found.exists} < ${distance}`);
      }
      if (found.verdict === "no zero") assert.ok(found.excluded! <= distance);
    }),
    { numRuns: 60 },
  );
  const problem = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 40 });
  [...problem.criticalPoints()].forEach(({ directions }, i) => {
    const z = alongOrbit(problem.criticalPoints().representative(directions), 4, 2, i);
    const noise = normalVector(z.length, i + 1);
    for (const size of [1e-8, 1e-4, 1e-2, 0.3]) {
      const point = z.map((x, j) => x + size * noise[j]!);
      const distance = Math.hypot(...point.map((x, j) => x - z[j]!));
      assert.ok(excludeZero(problem, point).radius <= distance * (1 + 1e-12));
      const found = certify(problem, point);
      if (found.exists === undefined) continue;
      const known = problem.match(found.point).class;
      assert.is(found.morseIndex, known.morseIndex, `${directions} at ${size}`);
      assert.is(found.kernelDimension, known.kernelDimension);
      assert.ok(found.loss!.low <= known.loss + 1e-13 && known.loss <= found.loss!.high + 1e-13);
    }
  });
});

excluding("by the second order reaches farther, and no zero, whatever radius is asked for", () => {
  let farther = 0;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 }),
      fc.double({ min: 1.05, max: 3.9, noNaN: true }),
      (point, factor) => {
        // The zeros of the gradient are the points with all coordinates 1 or -1.
        const wells = objective([[12]], (x) => tf.sum(tf.sub(tf.div(tf.pow(x, 3), 3), x)));
        const size = Math.hypot(...point);
        const { radius } = excludeZero(wells, point);
        if (!(radius > 1e-3 * size)) return;
        const found = certify(wells, point, { polish: 0, leastRadius: (factor * radius) / size });
        if (found.excluded === undefined) return;
        const nearest = Math.hypot(...point.map((x) => Math.abs(x) - 1));
        assert.ok(found.excluded >= radius && found.excluded <= nearest, `${found.excluded} for ${nearest}`);
        if (found.excluded > 1.04 * radius) farther++;
      },
    ),
    { numRuns: 150 },
  );
  assert.ok(farther > 20, `${farther}`);
});

excluding("takes networks with hundreds of parameters without a matrix", () => {
  const inputs = normalVector(8 * 50, 1);
  const problem = network({ layers: [8, 20, 8], activation: "tanh", inputs, regularization: 0.01 });
  const { radius, products } = excludeZero(problem, problem.initialPoint(1));
  assert.ok(radius > 0 && products > 2);
});

excluding("refuses plain problems and wrong points", () => {
  assertError(() => excludeZero(quartic(), [1, 1]), "ERR_UNSUPPORTED", /excludeZero: .* quartic/);
  assertError(() => excludeZero(tracedQuartic(), [1]), "ERR_LENGTH");
  assertError(() => excludeZero(tracedQuartic(), [1, Number.POSITIVE_INFINITY]), "ERR_NOT_FINITE");
});

excluding.run();
