/** The table "Choosing a method" of docs/games.md: each row is tried, and the evaluations and projections are counted. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { norm } from "../../../src/linalg/vector.ts";
import * as operators from "../../../src/operators/index.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { after, disc, evaluations, ones, perStep } from "../../support/choosing/problems.ts";
import { trials } from "../../support/choosing/trials.ts";
import { counted } from "../../support/countedProblem.ts";

const choosing = suite("Choosing a method");
/** Cells of the rows of the table. */
const table = (() => {
  const text = readFileSync(new URL("../../../docs/games.md", import.meta.url), "utf8");
  const section = text.split("\n## Choosing a method\n")[1]!.split("\n## ")[0]!;
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("\\|", "|").replaceAll("\\*", "*")),
    );
})();

choosing("the table has the rows that are tried here, with their methods", () => {
  assert.equal(
    table.map(([situation]) => situation),
    trials.map(({ situation }) => situation),
  );
  for (const [i, [situation, method]] of table.entries()) {
    const names = [...method!.matchAll(/`([^`]*)`/g)].flatMap(([, code]) =>
      [...code!.matchAll(/[a-z]\w+/g)]
        .map(([name]) => name)
        .filter((name) => name in operators || name === "gradientStep"),
    );
    /** What stands beside or inside a method. */
    const companions = ["diagnoseField", "adaptiveExtragradient", "gradientStep"];
    const tried = trials[i]!.methods.map(([name]) => name);
    for (const name of names) assert.ok(tried.includes(name) || companions.includes(name), `${situation}: ${name}`);
    for (const name of tried) assert.ok(names.includes(name), `${situation}: ${name} is not in the table`);
    // One entry for each method, or one for all.
    const wanted = trials[i]!.methods.map(([, count]) => count);
    const given = table[i]![3]!.split("; ").filter((entry) => entry !== "");
    assert.equal(given.length === 1 ? [...new Set(wanted)] : wanted, given, situation);
  }
});
choosing("descent-ascent on xy: no step size and no momentum makes it converge", () => {
  for (const stepSize of [0.01, 0.1, 1]) {
    for (const decay of [0, 0.3, 0.6, 0.9]) {
      const end = after(bilinear(), [1, 1], chain(momentum({ decay }), gradientStep(stepSize)), 2000);
      assert.not.ok(norm(end.point) < 1.05 * Math.SQRT2, `${stepSize} ${decay}: ${norm(end.point)}`);
    }
  }
});
for (const trial of trials) {
  const { situation, methods, on = { problem: disc, start: ones } } = trial;
  choosing(`${situation}: holds`, () => trial.holds());
  if (methods.length === 0) continue;
  choosing(`${situation}: takes as many evaluations per step as the table says`, () => {
    for (const [name, expected, make] of methods) {
      const found = perStep((steps) => {
        const problem = counted(on.problem);
        firstRows(problem, on.start, make(), steps);
        return problem.calls.evaluate;
      });
      const [least, most] = evaluations[expected];
      assert.ok(found > least - 0.2 && found < most + 0.2, `${name}: ${found} instead of ${expected}`);
    }
  });
}
choosing.run();
