import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quarticExperiment } from "../../../src/experiments/catalogue/quartic.ts";
import { runExperiment } from "../../support/runExperiment.ts";

const quartic = suite("quartic");

quartic("on the grid of the publication, some starts reach the critical point and others are caught", async () => {
  const { findings, conclusions } = await runExperiment(quarticExperiment, { grid: 10, iterations: 15 });
  assert.is(findings.length, 100);
  const [, critical, caught, flat] = /^(\d+) of 100, .*point \(-3, 0\), (\d+) of 100, .*of the latter, (\d+) had/.exec(
    conclusions[0]!,
  )!;
  // About 44 of 100 are caught, none of them seen by r and r_H at two iterations of the solver.
  assert.ok(Number(caught) >= 35 && Number(caught) <= 50, caught);
  assert.is(Number(flat), 0);
  assert.ok(Number(critical) + Number(caught) >= 90, critical);
});

quartic("one search concludes nothing about many", async () => {
  const { conclusions, runs } = await runExperiment(quarticExperiment, {});
  assert.equal(runs, ["search"]);
  assert.equal(conclusions, []);
});

quartic.run();
