import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distributionallyRobustRegression } from "../../../src/problems/games/distributionallyRobustRegression.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { normalVector } from "../../support/random.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const noise = normalVector(12, 7);
const inputs = Array.from({ length: 12 }, (_, i) => normalVector(3, 100 + i));
const targets = inputs.map((x, i) => x[0]! - 2 * x[1]! + 0.3 * noise[i]! + (i === 3 ? 4 : 0));

const distributional = suite("distributionallyRobustRegression");

distributional("is solved to a duality gap of 0, with and without a penalty", () => {
  for (const options of [{}, { penalty: 0, level: 0.5 }, { penalty: 1, level: 1 }]) {
    const problem = distributionallyRobustRegression({ inputs, targets, ...options });
    assertCatalogued(problem);
    const start = genericStart(problem, 3);
    assert.ok(problem.certificate(start) > 0.1);
    for (const z of byBoth(problem, start)) assertClose(problem.certificate(z), 0, 1e-9, "gap", 1);
  }
});

distributional("at level 1 without a penalty is ridge regression on all samples alike", () => {
  const problem = distributionallyRobustRegression({ inputs, targets, level: 1, penalty: 0, ridge: 0.2 });
  const [z] = byBoth(problem, genericStart(problem, 1));
  assertClose(z.subarray(3), new Array<number>(12).fill(1 / 12), 1e-12);
  const normal = [0, 1, 2].map(
    (k) =>
      inputs.reduce(
        (sum, x, i) => sum + (x[k]! * (x[0]! * z[0]! + x[1]! * z[1]! + x[2]! * z[2]! - targets[i]!)) / 12,
        0,
      ) +
      0.2 * z[k]!,
  );
  assertClose(normal, [0, 0, 0], 1e-9, "normal equations", 1);
});

distributional("weighs an outlier more than the mean does", () => {
  const problem = distributionallyRobustRegression({ inputs, targets, penalty: 0.1 });
  const [z] = byBoth(problem, genericStart(problem, 1));
  assert.ok(z[3 + 3]! > 2 / 12);
});

distributional("refuses options out of range", () => {
  const refused = (options: object, message: RegExp): void =>
    assertError(() => distributionallyRobustRegression({ inputs, targets, ...options }), "ERR_OPTION_RANGE", message);
  refused({ level: 0 }, /level .* got 0/);
  refused({ penalty: -1 }, /penalty .* got -1/);
  refused({ ridge: 0 }, /ridge/);
});

distributional.run();
