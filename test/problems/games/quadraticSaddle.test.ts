import { suite } from "uvu";

import { denseOf, symmetricEigen } from "../../../src/linalg/dense/dense.ts";
import { quadraticSaddle } from "../../../src/problems/games/quadraticSaddle.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const saddles = suite("quadraticSaddle");

saddles("has exactly the constants asked for", () => {
  for (const [modulus, lipschitz, rotation] of [
    [0.1, 1, 0.7],
    [0, 2, 1],
    [3, 5, 0],
  ] as const) {
    const problem = quadraticSaddle({ size: 4, modulus, lipschitz, rotation, seed: 3 });
    assertCatalogued(problem);
    const jacobian = problem.linearize(new Float64Array(8));
    const dense = denseOf(jacobian);
    assertClose(symmetricEigen(dense).values[0]!, modulus, 1e-13, "modulus", lipschitz);
    const gram = new Float64Array(64);
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) {
        for (let k = 0; k < 8; k++) gram[8 * i + j] = gram[8 * i + j]! + dense[8 * k + i]! * dense[8 * k + j]!;
      }
    }
    assertClose(Math.sqrt(symmetricEigen(gram).values[7]!), lipschitz, 1e-13, "Lipschitz constant");
    const skew = Float64Array.from(dense, (x, at) => (x - dense[8 * (at % 8) + Math.floor(at / 8)]!) / 2);
    assertClose(Math.hypot(...skew), rotation * lipschitz * Math.sqrt(8), 1e-13, "rotation", lipschitz);
  }
});

saddles("is solved at its saddle point by both kinds of methods", () => {
  const problem = quadraticSaddle({ seed: 5 });
  for (const z of byBoth(problem, genericStart(problem, 1))) assertClose(z, problem.solutions[0]!, 1e-8);
});

saddles("refuses constants that contradict each other", () => {
  assertError(() => quadraticSaddle({ modulus: 0.9, rotation: 0.9 }), "ERR_OPTION_RANGE", /sqrt\(1 - rotation\^2\)/);
  assertError(() => quadraticSaddle({ size: 1 }), "ERR_OPTION_RANGE", /at least 2/);
  assertError(() => quadraticSaddle({ lipschitz: -1 }), "ERR_OPTION_RANGE", /lipschitz/);
});

saddles.run();
