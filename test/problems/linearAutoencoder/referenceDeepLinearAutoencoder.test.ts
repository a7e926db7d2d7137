import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { referenceDeepLinearAutoencoder } from "../../support/referenceDeepLinearAutoencoder.ts";

const reference = suite("referenceDeepLinearAutoencoder");

reference("has derivatives that agree with differences", () => {
  const problem = referenceDeepLinearAutoencoder({ inputs: 5, hidden: 2, samples: 50 });
  const report = checkDerivatives(problem, normalVector(20, 3));
  assert.is(report.verdict, "agrees", report.table);
});

reference("has the mean squared error over all entries of the data as its loss", () => {
  const k = 4;
  const p = 2;
  const samples = 30;
  const data = gaussianData({ inputs: k, samples, seed: 5 });
  const problem = referenceDeepLinearAutoencoder({ inputs: k, hidden: p, moment: secondMoment(data, k) });
  const z = normalVector(2 * p * k, 6);
  let sum = 0;
  for (let s = 0; s < samples; s++) {
    const x = data.subarray(s * k, (s + 1) * k);
    const h = Array.from({ length: p }, (_, a) => x.reduce((t, xi, i) => t + z[a * k + i]! * xi, 0));
    for (let i = 0; i < k; i++) sum += (x[i]! - h.reduce((t, ha, a) => t + z[p * k + i * p + a]! * ha, 0)) ** 2;
  }
  assertClose(problem.evaluate(z, new Float64Array(2 * p * k)), sum / (k * samples), 1e-13);
});

reference.run();
