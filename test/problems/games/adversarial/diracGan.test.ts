import { suite } from "uvu";

import { denseOf } from "../../../../src/linalg/dense/dense.ts";
import { diracGan } from "../../../../src/problems/games/adversarial/diracGan.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { assertCatalogued } from "../../../support/catalogue.ts";
import { byExtragradient, byNewton } from "../../../support/solve.ts";

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
