/** The linear autoencoder, whose critical points are all known: index, kernel and loss of each class must be proved. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { symmetricEigen } from "../../src/linalg/index.ts";
import { gaussianData } from "../../src/problems/data/gaussianData.ts";
import type { CriticalClass } from "../../src/problems/linearAutoencoder/autoencoderClasses.ts";
import {
  type DeepLinearAutoencoder,
  deepLinearAutoencoder,
} from "../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { linearNetwork } from "../../src/problems/linearAutoencoder/linearNetwork.ts";
import { alongOrbit } from "../support/certified.ts";

const full = process.env.FLUXION_TEST_FULL === "1";

function assertProved(problem: DeepLinearAutoencoder, known: CriticalClass, z: Float64Array): void {
  const found = certify(problem, z);
  const name = `I = {${known.directions.join(" ")}}`;
  assert.is(found.verdict, "zero", `${name}: ${found.because}`);
  assert.is(found.morseIndex, known.morseIndex, name);
  assert.is(found.kernelDimension, known.kernelDimension, name);
  // The formula is itself rounded.
  const rounding = 1e-13 * problem.criticalPoints().classOf([]).loss;
  assert.ok(found.loss!.low <= known.loss + rounding && known.loss - rounding <= found.loss!.high, name);
  assert.ok(found.loss!.high - found.loss!.low < 1e-9 * problem.criticalPoints().classOf([]).loss, name);
  assert.ok(found.exists! < 1e-9 && found.unique! > found.exists!, `${name}: ${found.exists} ${found.unique}`);
}

const classes = suite("classes of the linear autoencoder");

classes("6-2: all 22, moved along their orbits, are proved as the formulas say", () => {
  const problem = deepLinearAutoencoder({ inputs: 6, hidden: 2, samples: 200 });
  let count = 0;
  for (const known of problem.criticalPoints()) {
    const z = problem.criticalPoints().representative(known.directions);
    assertProved(problem, known, alongOrbit(z, 6, 2, count));
    count++;
  }
  assert.is(count, 22);
});

classes("16-4: each 10th of 2517, or some of these, is proved as the formulas say", () => {
  const problem = deepLinearAutoencoder({ inputs: 16, hidden: 4, samples: 1000 });
  let count = 0;
  for (const known of problem.criticalPoints()) {
    if (count++ % (full ? 10 : 200) !== 0) continue;
    const z = problem.criticalPoints().representative(known.directions);
    assertProved(problem, known, alongOrbit(z, 16, 4, count));
  }
  assert.is(count, 2517);
});

classes("more hidden units than inputs: the orbit of a minimum is as large as it can be", () => {
  const problem = deepLinearAutoencoder({ inputs: 2, hidden: 3, samples: 50 });
  for (const known of problem.criticalPoints()) {
    assertProved(problem, known, problem.criticalPoints().representative(known.directions));
  }
});

classes("of equal variances lie on manifolds that the symmetry of the layer does not explain: undecided", () => {
  // The columns have the same length and are orthogonal: Sigma is a multiple of the identity.
  const data = Float64Array.of(1, 1, 1, -1, -1, 1, -1, -1);
  const problem = deepLinearAutoencoder({ inputs: 2, hidden: 1, data });
  const { verdict, because } = certify(problem, problem.criticalPoints().representative([0]));
  assert.is(verdict, "undecided", because);
});

classes("with nearly equal variances are never wrong", () => {
  for (const power of [-10, -20, -30, -40, -45, -50]) {
    const a = 1 + 2 ** power;
    const data = Float64Array.of(a, 1, a, -1, -a, 1, -a, -1);
    const problem = deepLinearAutoencoder({ inputs: 2, hidden: 1, data });
    const { vectors } = symmetricEigen(Float64Array.of(a * a, 0, 0, 1));
    for (const [row, index] of [
      [1, 0],
      [0, 1],
    ] as const) {
      const u = vectors.subarray(row * 2, row * 2 + 2);
      const found = certify(problem, Float64Array.of(...u, ...u));
      if (found.verdict === "undecided") continue;
      assert.is(found.verdict, "zero", `2^${power}: ${found.because}`);
      assert.is(found.morseIndex, index, `2^${power}`);
      assert.is(found.kernelDimension, 1);
    }
    if (power === -10) assert.is(certify(problem, Float64Array.of(0, 1, 0, 1)).verdict, "zero");
  }
});

classes("of a deeper network are proved where their orbits are regular, and never wrong", () => {
  const problem = linearNetwork({
    widths: [3, 2, 2, 3],
    inputs: gaussianData({ inputs: 3, samples: 40, seed: 3 }),
  });
  const known = problem.criticalPoints();
  for (const { directions } of known) {
    const found = certify(problem, known.representative(directions));
    const { morseIndex, kernelDimension } = known.orderAt(directions);
    if (directions.length === 2) assert.is(found.verdict, "zero", found.because);
    if (directions.length === 0) assert.is(found.verdict, "undecided", found.because);
    if (found.verdict === "undecided") continue;
    assert.is(found.verdict, "zero", found.because);
    assert.is(found.morseIndex, morseIndex);
    assert.is(found.kernelDimension, kernelDimension);
  }
});

classes.run();
