import { suite } from "uvu";
import * as assert from "uvu/assert";

import { denseOf, symmetricEigen } from "../../../src/linalg/dense.ts";
import { diracGan } from "../../../src/problems/games/diracGan.ts";
import { kojimaShindo } from "../../../src/problems/games/kojimaShindo.ts";
import { murtyComplementarity } from "../../../src/problems/games/murtyComplementarity.ts";
import { quadraticSaddle } from "../../../src/problems/games/quadraticSaddle.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, byExtragradient, byNewton, genericStart } from "../../support/solve.ts";

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

const kojima = suite("kojimaShindo");

kojima("is solved by its known solutions; both kinds of methods find one", () => {
  for (const variant of ["shindo", "josephy"] as const) {
    const problem = kojimaShindo({ variant });
    assertCatalogued(problem);
    for (let seed = 1; seed <= 5; seed++) {
      for (const z of byBoth(problem, genericStart(problem, seed), { tolerance: 1e-11 })) {
        const away = problem.solutions.map((solution) => Math.hypot(...solution.map((x, i) => x - z[i]!)));
        assert.ok(Math.min(...away) < 1e-8, `seed ${seed} of ${variant} ends at ${z}`);
      }
    }
  }
});

kojima("refuses another variant", () => {
  assertError(() => kojimaShindo({ variant: "kojima" as never }), "ERR_OPTION_RANGE", /kojima/);
});

kojima.run();

const murty = suite("murtyComplementarity");

murty("is solved at (0, ..., 0, 1) by both kinds of methods", () => {
  const problem = murtyComplementarity(12);
  assertCatalogued(problem);
  for (const z of byBoth(problem, genericStart(problem, 1))) assertClose(z, problem.solutions[0]!, 1e-9);
  assertError(() => murtyComplementarity(0), "ERR_OPTION_RANGE");
});

murty.run();

const dirac = suite("diracGan");

dirac("has its eigenvalues at the equilibrium", () => {
  for (const loss of ["logistic", "wasserstein"] as const) {
    for (const penalty of [0, 0.3]) {
      const problem = diracGan({ loss, penalty });
      assertCatalogued(problem);
      const [a, b, c, d] = denseOf(problem.linearize(new Float64Array(2))) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const slope = loss === "logistic" ? 0.5 : 1;
      assertClose([a + d, a * d - b * c], [penalty, slope * slope], 1e-15, "trace and determinant", 1);
    }
  }
});

dirac("keeps its digits far out", () => {
  const problem = diracGan();
  const costs = new Float64Array(2);
  problem.game!.costs(Float64Array.of(800, 2), costs);
  assertClose(costs, [-Math.LN2, Math.LN2], 1e-15);
});

dirac("is solved at the origin", () => {
  const problem = diracGan({ penalty: 0.5 });
  assertClose(byExtragradient(problem, Float64Array.of(1, -1)), [0, 0], 1e-9, "extragradient", 1);
  assertClose(byNewton(problem, Float64Array.of(0.2, -0.1)), [0, 0], 1e-9, "Newton", 1);
});

dirac("refuses other losses and negative penalties", () => {
  assertError(() => diracGan({ loss: "hinge" as never }), "ERR_OPTION_RANGE", /hinge/);
  assertError(() => diracGan({ penalty: -1 }), "ERR_OPTION_RANGE", /penalty/);
});

dirac.run();
