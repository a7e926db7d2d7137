import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkDerivatives } from "../../../src/problems/checkDerivatives.ts";
import { murphySheraliSoyster } from "../../../src/problems/games/murphySheraliSoyster.ts";
import { assertClose } from "../../support/assert.ts";
import { byExtragradient, byNewton, naturalResidual } from "../../support/solve.ts";

const oligopoly = suite("murphySheraliSoyster");

const start = Float64Array.of(20, 60, 35, 50, 10);

oligopoly("has exact derivatives, and costs whose gradients are the field", () => {
  const problem = murphySheraliSoyster();
  const report = checkDerivatives(problem, start);
  assert.is(report.verdict, "agrees", report.table);
  const field = new Float64Array(5);
  problem.evaluate(start, field);
  for (let i = 0; i < 5; i++) {
    const [above, below] = [1e-3, -1e-3].map((h) => {
      const costs = new Float64Array(5);
      problem.game!.costs(
        start.map((q, j) => (i === j ? q + h : q)),
        costs,
      );
      return costs[i]!;
    });
    assertClose((above! - below!) / 2e-3, field[i]!, 1e-7);
  }
});

oligopoly("is solved at its known equilibrium by both kinds of methods", () => {
  const problem = murphySheraliSoyster();
  const [solution] = problem.solutions;
  assertClose(naturalResidual(problem, solution!), 0, 1e-13, "residual", 10);
  assertClose(byExtragradient(problem, start), solution!, 1e-9);
  assertClose(byNewton(problem, start), solution!, 1e-9);
});

oligopoly.run();
