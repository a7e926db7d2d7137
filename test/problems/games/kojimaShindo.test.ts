import { suite } from "uvu";
import * as assert from "uvu/assert";

import { kojimaShindo } from "../../../src/problems/games/kojimaShindo.ts";
import { assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

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
