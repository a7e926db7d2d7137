/** Other units of the loss and of the data change no verdict. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { scaleByPower } from "../../src/elementary/index.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import { deepLinearAutoencoder } from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { objective } from "../../src/problems/objective.ts";
import { alongOrbit, tracedQuartic } from "../support/certified.ts";
import { normalVector } from "../support/random.ts";

const scales = suite("units");
const powers = [-100, -37, -1, 1, 50, 100];

scales("of the loss: the quartic at its minimum, at a flat point, and elsewhere", () => {
  for (const start of [
    [-3, 0],
    [-2.9, 0.1],
    [Math.SQRT2, 0],
    [5, 1],
  ] as const) {
    const known = certify(tracedQuartic(), start);
    for (const power of powers) {
      const found = certify(tracedQuartic(power), start);
      assert.is(found.verdict, known.verdict, `2^${power}: ${found.because}`);
      assert.is(found.morseIndex, known.morseIndex);
      if (known.loss !== undefined) {
        const low = scaleByPower(known.loss.low, power);
        assert.ok(Math.abs(found.loss!.low - low) <= 1e-9 * Math.abs(low));
      }
    }
  }
});

scales("of a parameter: bounds of the loss hold where the square of the distance underflows", () => {
  for (const [inner, outer, x] of [
    [500, 0, 1e-170],
    [511, 0, 2e-160],
    [300, 400, 1e-163],
    [-500, 1000, 1e150],
  ] as const) {
    const problem = objective([[]], (z: tf.Scalar) => tf.mul(2 ** outer, tf.square(tf.mul(2 ** inner, z))));
    const { loss, because } = certify(problem, [x], { polish: 0 });
    assert.ok(loss !== undefined && loss.low <= 0 && loss.high >= 0, `${JSON.stringify(loss)}: ${because}`);
  }
});

scales("of the data: critical points of an autoencoder, points beside them, and others", () => {
  const data = gaussianData({ inputs: 4, samples: 30, seed: 2 });
  const problemOf = (power: number) =>
    deepLinearAutoencoder({ inputs: 4, hidden: 2, data: data.map((x) => scaleByPower(x, power)) });
  const base = problemOf(0);
  const points = [...base.criticalPoints()].map(({ directions }, i) => {
    return alongOrbit(base.criticalPoints().representative(directions), 4, 2, i);
  });
  const noise = normalVector(base.dimension, 5);
  const beside = points.map((z, i) => z.map((x, j) => x + (i % 3 === 0 ? 1e-6 : 1e-3) * noise[j]!));
  const all = [...points, ...beside, noise, noise.map((x) => 3 * x)];
  const known = all.map((z) => certify(base, z));
  for (const power of powers) {
    const problem = problemOf(power);
    all.forEach((z, i) => {
      const found = certify(problem, z);
      const { verdict, morseIndex, kernelDimension } = known[i]!;
      const what = `2^${power}, point ${i}: ${found.because}; at 1: ${known[i]!.because}`;
      assert.is(found.verdict, verdict, what);
      assert.is(found.morseIndex, morseIndex, what);
      assert.is(found.kernelDimension, kernelDimension, what);
    });
  }
});

scales.run();
