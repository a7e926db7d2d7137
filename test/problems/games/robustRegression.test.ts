import { suite } from "uvu";
import * as assert from "uvu/assert";
import { robustRegression } from "../../../src/problems/games/robustRegression.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { normalVector } from "../../support/random.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const noise = normalVector(12, 7);
const inputs = Array.from({ length: 12 }, (_, i) => normalVector(3, 100 + i));
const targets = inputs.map((x, i) => x[0]! - 2 * x[1]! + 0.3 * noise[i]! + (i === 3 ? 4 : 0));

const robust = suite("robustRegression");

robust("is solved at its known solution by both kinds of methods", () => {
  const problem = robustRegression({ inputs, targets, radius: 0.5 });
  assertCatalogued(problem);
  const [solution] = problem.solutions;
  assert.ok(Math.hypot(...solution!.subarray(0, 3)) > 0.5);
  for (const z of byBoth(problem, genericStart(problem, 1))) assertClose(z, solution!, 1e-8);
});

robust("minimises the worst residual: no other weights do better", () => {
  const problem = robustRegression({ inputs, targets, radius: 0.5 });
  const [solution] = problem.solutions;
  const best = problem.worstResidual(solution!);
  for (let seed = 0; seed < 50; seed++) {
    const moved = normalVector(problem.dimension, seed).map((x, i) => solution![i]! + 1e-3 * x);
    assert.ok(problem.worstResidual(moved) > best);
  }
});

robust("gives up on the weights where inputs may be anything", () => {
  const problem = robustRegression({ inputs, targets, radius: 50 });
  assertCatalogued(problem);
  assert.equal([...problem.solutions[0]!.subarray(0, 3)], [0, 0, 0]);
  for (const z of byBoth(problem, genericStart(problem, 1))) assertClose(z, problem.solutions[0]!, 1e-8);
});

robust("refuses data that do not fit", () => {
  assertError(() => robustRegression({ inputs, targets: [1] }), "ERR_LENGTH", /12 numbers for targets/);
  assertError(() => robustRegression({ inputs, targets, radius: 0 }), "ERR_OPTION_RANGE", /radius/);
});

robust.run();
