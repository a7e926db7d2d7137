import { suite } from "uvu";
import * as assert from "uvu/assert";
import { braess } from "../../../src/problems/games/braess.ts";
import { allRoutes, generatedRoutes } from "../../../src/problems/games/routes.ts";
import { outgoingLinks, shortestPaths } from "../../../src/problems/games/shortestPaths.ts";
import { parseTntp } from "../../../src/problems/games/tntp.ts";
import { trafficAssignment } from "../../../src/problems/games/trafficAssignment.ts";
import type { TrafficNetwork } from "../../../src/problems/games/trafficNetwork.ts";
import { randomSource } from "../../../src/random.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { assertCatalogued } from "../../support/catalogue.ts";
import { byBoth, genericStart } from "../../support/solve.ts";

/** k x k crossings with roads both ways, times as of the Bureau of Public Roads. */
function grid(k: number, demandCount: number): TrafficNetwork {
  const random = randomSource(5, "grid");
  const links = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      for (const [a, b] of [
        [i + 1, j],
        [i, j + 1],
        [i - 1, j],
        [i, j - 1],
      ] as const) {
        if (a < 0 || b < 0 || a >= k || b >= k) continue;
        const time = 1 + 4 * random.uniform();
        const capacity = 5 + 5 * random.uniform();
        const roads = { freeFlowTime: time, coefficient: (0.15 * time) / capacity ** 4, power: 4 };
        links.push({ from: i * k + j + 1, to: a * k + b + 1, ...roads });
      }
    }
  }
  const demands = Array.from({ length: demandCount }, (_, d) => ({
    origin: 1 + (d % (k * k)),
    destination: 1 + ((d + 1 + Math.floor((k * k - 2) * random.uniform())) % (k * k)),
    flow: 2 + 3 * random.uniform(),
  })).filter(({ origin, destination }) => origin !== destination);
  return { nodes: k * k, links, demands };
}

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
  const network = grid(5, 30);
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
  const network = grid(3, 6);
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
  refused({ demands: [{ origin: 4, destination: 1, flow: 1 }] }, /a way from 4 to 1/);
  refused({ links: [{ from: 1, to: 4, freeFlowTime: -1, coefficient: 1, power: 1 }] }, /as link 0/);
  assertError(
    () => trafficAssignment({ ...braess(), demands: [{ origin: 4, destination: 1, flow: 1 }] }, { maxRoutes: -1 }),
    "ERR_OPTION_RANGE",
    /a way from 4 to 1/,
  );
});

traffic.run();

const ways = suite("shortestPaths");

ways("are those of the Bellman-Ford equations, and end at zones", () => {
  const network = { ...grid(4, 4), firstThroughNode: 3 };
  const times = Float64Array.from(network.links, ({ freeFlowTime }) => freeFlowTime);
  const found = shortestPaths(network, outgoingLinks(network), 16, times);
  const expected = new Float64Array(17).fill(Number.POSITIVE_INFINITY);
  expected[16] = 0;
  for (let round = 0; round < 16; round++) {
    for (const [k, { from, to }] of network.links.entries()) {
      if (from < 3) continue;
      expected[to] = Math.min(expected[to]!, expected[from]! + times[k]!);
    }
  }
  assertClose(found.times, expected, 1e-15);
  const way = found.linksTo(1);
  assert.is(network.links[way[0]!]!.from, 16);
  assert.is(network.links[way.at(-1)!]!.to, 1);
  assertClose(
    way.reduce((sum, link) => sum + times[link]!, 0),
    expected[1]!,
    1e-14,
  );
});

ways.run();

const routes = suite("allRoutes");

routes("visit no node twice and no zone on the way; too many are none", () => {
  assert.is(allRoutes(braess(), 3)![0]!.length, 3);
  assert.is(allRoutes(braess(), 2), undefined);
  assert.is(allRoutes({ ...braess(), firstThroughNode: 3 }, 9)![0]!.length, 1);
});

routes("are what generation finds on a small network", () => {
  const sorted = (list: readonly (readonly number[])[]): string[] => list.map(String).sort();
  assert.equal(sorted(generatedRoutes(braess(), 50, 1e-12)[0]!), sorted(allRoutes(braess(), 9)![0]!));
});

routes.run();

const tntp = suite("parseTntp");

const net = `<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 3
<END OF METADATA>

~ \tinit\tterm\tcapacity\tlength\tfft\tb\tpower\tspeed\ttoll\ttype\t;
\t1\t3\t2\t1\t4\t0.5\t2\t0\t0\t1\t;
\t3\t2\t100\t1\t5\t0\t0\t0\t0\t1\t;
\t1\t2\t10\t1\t20\t0.15\t4\t0\t0\t1\t;
`;
const trips = `<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 9.5
<END OF METADATA>

Origin  1
    1 :    3.0;     2 :    6.5;
Origin 2
    1 : 0.0;
`;

tntp("reads links, zones and trips", () => {
  const network = parseTntp(net, trips);
  assert.is(network.nodes, 3);
  assert.is(network.firstThroughNode, 3);
  assert.equal(network.links, [
    { from: 1, to: 3, freeFlowTime: 4, coefficient: 0.5, power: 2 },
    { from: 3, to: 2, freeFlowTime: 5, coefficient: 0, power: 1 },
    { from: 1, to: 2, freeFlowTime: 20, coefficient: 3e-4, power: 4 },
  ]);
  assert.equal(network.demands, [{ origin: 1, destination: 2, flow: 6.5 }]);
  const problem = trafficAssignment(network);
  const [z] = byBoth(problem, genericStart(problem, 1, 3));
  // 9 + v^2 / 2 = 20 + 3e-4 (6.5 - v)^4 at equilibrium.
  const v = problem.linkFlows(z)[0]!;
  assertClose(9 + v ** 2 / 2, 20 + 3e-4 * (6.5 - v) ** 4, 1e-10);
});

tntp("says in which line a text has another form", () => {
  const refused = (a: string, b: string, message: RegExp): void =>
    assertError(() => parseTntp(a, b), "ERR_DATA_FILE", message);
  refused(net.replace("\t1\t3\t2", "\t1\tx\t2"), trips, /line 8 of the network text/);
  refused(net.replace("LINKS> 3", "LINKS> 4"), trips, /expected 4 links .* got 3/);
  refused(net.replace("<END OF METADATA>", ""), trips, /metadata/);
  refused(net.replace("<NUMBER OF NODES> 3\n", ""), trips, /NUMBER OF NODES/);
  refused(net, trips.replace("Origin  1", "From 1"), /line 5 of the trips text/);
  refused(net, trips.replace("2 :    6.5", "2 = 6.5"), /line 6 of the trips text/);
  refused("", trips, /END OF METADATA/);
});

tntp.run();
