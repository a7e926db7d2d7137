/** Systems with the Hessians of critical points: singular up to rounding, with right sides outside their range. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pseudoSolve } from "../../../../src/linalg/dense/pseudoInverse.ts";
import { minresQLP } from "../../../../src/linalg/krylov/minres/minresQLP.ts";
import type { MinresQLPOptions } from "../../../../src/linalg/krylov/minres/minresTypes.ts";
import type { LinearMap } from "../../../../src/linalg/linearMap.ts";
import { norm } from "../../../../src/linalg/vector.ts";
import { untilCritical } from "../../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../../src/operators/newton/newtonMR.ts";
import { deepLinearAutoencoder } from "../../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import { normalVector } from "../../../support/random.ts";

/** Hessians of critical points where searches from some starts end. */
function criticalHessians(inputs: number, hidden: number, seeds: readonly number[]): LinearMap[] {
  const problem = deepLinearAutoencoder({ inputs, hidden, samples: 300, seed: 1 });
  const search = chain(untilCritical({ squaredFieldNorm: 1e-22 }), untilStep(300), newtonMR());
  return seeds.flatMap((seed) => {
    const last = firstRows(problem, problem.initialPoint(seed), search, 301).at(-1)!;
    return last.squaredFieldNorm <= 1e-20 ? [problem.linearize(last.point)] : [];
  });
}

const settings: readonly MinresQLPOptions[] = [
  {},
  { maxCondition: Number.POSITIVE_INFINITY },
  { relativeTolerance: 0, maxCondition: Number.POSITIVE_INFINITY, maxIterations: 5000 },
  { relativeTolerance: 1e-13, maxCondition: 1e300 },
];

const test = suite("minresQLP on critical Hessians");

for (const [inputs, hidden] of [
  [6, 2],
  [16, 4],
] as const) {
  test(`finds the least-squares solution of least length, and calls nothing else one, whatever the limits: ${inputs}-${hidden}`, () => {
    const maps = criticalHessians(inputs, hidden, [2, 3, 4, 5]);
    assert.ok(maps.length >= 2, `${maps.length} searches ended at a critical point`);
    for (const [at, map] of maps.entries()) {
      const b = normalVector(map.rows, at + 7);
      const { x: exact, rank } = pseudoSolve(map, b, 1e-9);
      assert.ok(rank < map.rows, "the Hessian is singular");
      for (const options of settings) {
        const { x, termination, relativeResidual } = minresQLP(map, b, options);
        const what = `${JSON.stringify(options)}: ${termination}, |x| = ${norm(x)}, least ${norm(exact)}`;
        // Zero eigenvalues are off by about the norm of the gradient. Without a limit these count, and then the condition
        // is said.
        const right = Math.abs(norm(x) / norm(exact) - 1) <= 1e-6;
        assert.ok(right || (options.maxCondition !== undefined && termination === "condition-limit"), what);
        assert.not.ok(termination.startsWith("solution"), what);
        if (right) assert.ok(relativeResidual > 1e-6, what);
      }
    }
  });
}

test.run();
