import { suite } from "uvu";
import * as assert from "uvu/assert";
import { braess } from "../../../../src/problems/games/traffic/braess.ts";
import { trafficAssignment } from "../../../../src/problems/games/traffic/trafficAssignment.ts";
import type { TrafficNetwork } from "../../../../src/problems/games/traffic/trafficNetwork.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { assertCatalogued } from "../../../support/catalogue.ts";
import { gridNetwork } from "../../../support/gridNetwork.ts";
import { byBoth, genericStart } from "../../../support/solve.ts";

const traffic = suite("trafficAssignment");

traffic("shows Braess's paradox: 92 with the bridge, 83 without", () => {
  for (const [bridge, time, flows] of [
    [true, 92, [4, 2, 2, 4, 2]],
    [false, 83, [3, 3, 3, 3]],
  ] as const) {
    const problem = trafficAssignment(braess({ bridge }));
    assertCatalogued(problem, 3);
    for (const z of byBoth(problem, genericStart(problem, 1, 3))) {
      assertClose(problem.linkFlows(z), flows, 1e-10);
      assertClose(problem.certificate(z), 0, 1e-11, "relative gap", 1);
      const field = new Float64Array(problem.dimension);
      problem.evaluate(z, field);
      assertClose(field, new Array<number>(problem.dimension).fill(time), 1e-10);
    }
  }
});

traffic("has Beckmann's function as potential", () => {
  const problem = trafficAssignment(braess());
  // Two travellers on each route: 10 v^2 / 2 twice at 4, 50 v + v^2 / 2 twice at 2, 10 v + v^2 / 2 once at 2.
  assert.is(problem.evaluate(Float64Array.of(2, 2, 2), new Float64Array(3)), 2 * 80 + 2 * 102 + 22);
});

traffic("on a larger network generates the routes that equilibria need", () => {
  const network = gridNetwork(5, 30);
  const problem = trafficAssignment(network, { name: "grid" });
  assertCatalogued(problem);
  assert.ok(problem.dimension > network.demands.length, `${problem.dimension} routes`);
  const start = genericStart(problem, 2);
  assert.ok(problem.certificate(start) > 1e-3);
  for (const z of byBoth(problem, start, { near: 1e-3 })) {
    assertClose(problem.certificate(z), 0, 1e-9, "relative gap", 1);
  }
});

traffic("takes all routes or generated ones to the same link flows, in any unit of flow", () => {
  const network = gridNetwork(3, 6);
  const all = trafficAssignment(network, { maxRoutes: 10_000 });
  const some = trafficAssignment(network, { maxRoutes: 1, flowUnit: 10 });
  assert.ok(some.dimension < all.dimension);
  const flows = [all, some].map((problem) =>
    problem.linkFlows(byBoth(problem, genericStart(problem, 1), { near: 1e-3 })[0]),
  );
  assertClose(flows[0]!, flows[1]!, 1e-5);
});

traffic("refuses networks that make no sense, and demand without a way", () => {
  const refused = (change: Partial<TrafficNetwork>, message: RegExp): void =>
    assertError(() => trafficAssignment({ ...braess(), ...change }), "ERR_OPTION_RANGE", message);
  refused({ nodes: 3 }, /as link 2/);
  refused({ demands: [] }, /at least one demand/);
  refused({ demands: [{ origin: 1, destination: 4, flow: -1 }] }, /got -1 from 1 to 4/);
  refused({ demands: [{ origin: 4, destination: 1, flow: 1 }] }, /a route from 4 to 1/);
  refused({ links: [{ from: 1, to: 4, freeFlowTime: -1, coefficient: 1, power: 1 }] }, /as link 0/);
  const demands = [
    { origin: 1, destination: 4, flow: 1 },
    { origin: 4, destination: 1, flow: 1 },
  ];
  assertError(
    () => trafficAssignment({ ...braess(), demands }, { maxRoutes: 0 }),
    "ERR_OPTION_RANGE",
    /a route from 4 to 1/,
  );
  assertError(() => trafficAssignment(braess(), { maxRoutes: -1 }), "ERR_OPTION_RANGE", /maxRoutes/);
  assertError(() => braess({ flow: 0 }), "ERR_OPTION_RANGE", /flow/);
});

traffic.run();
