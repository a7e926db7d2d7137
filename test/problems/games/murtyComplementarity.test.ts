import { suite } from "uvu";
import { murtyComplementarity } from "../../../src/problems/games/murtyComplementarity.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

const murty = suite("murtyComplementarity");

murty("is solved at (0, ..., 0, 1) by both kinds of methods", () => {
  const problem = murtyComplementarity(12);
  assertCatalogued(problem);
  for (const z of byBoth(problem, genericStart(problem, 1))) assertClose(z, problem.solutions[0]!, 1e-9);
  assertError(() => murtyComplementarity(0), "ERR_OPTION_RANGE");
});

murty.run();
