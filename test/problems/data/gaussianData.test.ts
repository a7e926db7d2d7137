import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gaussianData } from "../../../src/problems/data/gaussianData.ts";
import { secondMoment } from "../../../src/problems/data/secondMoment.ts";
import { assertClose, assertError } from "../../support/assert.ts";

const gaussian = suite("gaussianData");

gaussian("has zero means and, for many samples, the variances asked for", () => {
  const data = gaussianData({ inputs: 3, samples: 40_000, seed: 2, variances: [1, 4, 0.25] });
  const moment = secondMoment(data, 3);
  const means = [0, 1, 2].map((j) => data.reduce((sum, x, at) => sum + (at % 3 === j ? x : 0), 0) / 40_000);
  assertClose(means, [0, 0, 0], 1e-15);
  assertClose([moment[0]!, moment[4]!, moment[8]!], [1, 4, 0.25], 0.02);
  assertClose([moment[1]!, moment[2]!, moment[5]!], [0, 0, 0], 0.03);
});

gaussian("is determined by its seed", () => {
  const draw = (seed: number): Float64Array => gaussianData({ inputs: 2, samples: 3, seed });
  assert.equal(draw(1), draw(1));
  assert.not.equal(draw(1), draw(2));
});

gaussian("refuses sizes and variances that are not positive", () => {
  assertError(() => gaussianData({ inputs: 0, samples: 3 }), "ERR_OPTION_RANGE", /inputs/);
  assertError(() => gaussianData({ inputs: 2, samples: 1.5 }), "ERR_OPTION_RANGE", /samples/);
  assertError(() => gaussianData({ inputs: 2, samples: 3, variances: [1] }), "ERR_OPTION_RANGE", /2 variances, got 1/);
  assertError(() => gaussianData({ inputs: 2, samples: 3, variances: [1, -1] }), "ERR_OPTION_RANGE", /-1 at 1/);
});

gaussian.run();
