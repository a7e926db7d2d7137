import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../../src/problems/checkDerivatives.ts";
import { adversarialDigits } from "../../../../src/problems/games/adversarial/adversarialDigits.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { assertCatalogued } from "../../../support/catalogue.ts";
import { normalVector } from "../../../support/random.ts";
import { byBoth, genericStart } from "../../../support/solve.ts";

const digits = suite("adversarialDigits");

digits("as logistic regression is solved at the minimum of the robust loss", () => {
  const problem = adversarialDigits({ digits: [0, 1], samples: 10, radius: 0.3 });
  assertCatalogued(problem);
  const start = genericStart(problem, 3, 0.3);
  const costs = new Float64Array(2);
  for (const z of byBoth(problem, start, { near: 1e-4 })) {
    problem.game.costs(z, costs);
    const loss = problem.robustLoss!(z);
    assertClose(costs[0]!, loss, 1e-8);
    // The robust loss is convex: what no small move improves is its minimum.
    for (let seed = 0; seed < 40; seed++) {
      const moved = z.slice();
      for (const [k, x] of normalVector(17, seed).entries()) moved[k] = z[k]! + 1e-3 * x;
      assert.ok(problem.robustLoss!(moved) > loss - 1e-9);
    }
  }
});

digits("with hidden layers is traced as well, and has no robust loss in closed form", () => {
  const problem = adversarialDigits({ samples: 6, hidden: [3] });
  assert.is(problem.robustLoss, undefined);
  assert.is(problem.dimension, 16 * 3 + 3 + 3 + 1 + 6 * 16);
  const point = problem.initialPoint(1);
  assert.equal(point, problem.initialPoint(1));
  const report = checkDerivatives(problem, point);
  assert.is(report.verdict, "agrees", report.table);
});

digits("exchanges its images", () => {
  const problem = adversarialDigits({ samples: 6 });
  const [a, b] = [new Float64Array(problem.dimension), new Float64Array(problem.dimension)];
  const point = problem.initialPoint(2);
  problem.evaluate(point, a);
  problem.with({ images: normalVector(96, 1) }).evaluate(point, b);
  assert.is.not(a[0], b[0]);
});

digits("refuses digits that are none and more images than there are", () => {
  assertError(() => adversarialDigits({ digits: [3, 3] }), "ERR_OPTION_RANGE", /two different digits, got \[3, 3\]/);
  assertError(() => adversarialDigits({ digits: [3, 12] }), "ERR_OPTION_RANGE", /got \[3, 12\]/);
  assertError(() => adversarialDigits({ samples: 1e6 }), "ERR_OPTION_RANGE", /samples of 3 and 8/);
  assertError(() => adversarialDigits({ radius: 0 }), "ERR_OPTION_RANGE", /radius/);
});

digits.run();
