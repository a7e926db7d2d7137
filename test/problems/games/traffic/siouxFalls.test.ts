import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { semismoothNewton } from "../../../../src/operators/games/semismoothNewton.ts";
import { naturalResidual } from "../../../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../../src/operators/measures/untilStep.ts";
import { siouxFalls } from "../../../../src/problems/games/traffic/siouxFalls.ts";
import { trafficAssignment } from "../../../../src/problems/games/traffic/trafficAssignment.ts";
import { chain, iterate } from "../../../../src/streams/index.ts";
import { assertClose } from "../../../support/assert.ts";

const sioux = suite("siouxFalls");

sioux("is the published network: 76 links, the same both ways, and 360,600 journeys between 528 pairs", () => {
  const { nodes, links, demands } = siouxFalls();
  assert.equal([nodes, links.length, demands.length], [24, 76, 528]);
  assert.is(
    demands.reduce((sum, { flow }) => sum + flow, 0),
    360_600,
  );
  for (const { from, to, ...times } of links) {
    const back = links.find((other) => other.from === to && other.to === from)!;
    assert.equal(times, { freeFlowTime: back.freeFlowTime, coefficient: back.coefficient, power: 4 });
  }
});

sioux("has the published optimum 42.31335287107440e5 of Beckmann's function, in 13 digits", async () => {
  const problem = trafficAssignment(siouxFalls(), { flowUnit: 1000 });
  // Everybody on the first route of each pair.
  const start = new Float64Array(problem.dimension);
  for (const { offset } of problem.blocks!) start[offset] = 1e6;
  problem.constraint!.project(start, start);
  assert.ok(problem.certificate(start) > 0.01);
  const rows = iterate(
    problem,
    start,
    chain(naturalResidual({ tolerance: 1e-10 }), untilStep(2000), semismoothNewton()),
  );
  const { status, point, value } = await lastValueFrom(rows);
  assert.is(status, "converged");
  assertClose(problem.certificate(point), 0, 1e-12, "relative gap", 1);
  assertClose(1000 * value, 42.3133528710744e5, 1e-13);
});

sioux.run();
