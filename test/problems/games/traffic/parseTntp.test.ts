import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseTntp } from "../../../../src/problems/games/traffic/parseTntp.ts";
import { trafficAssignment } from "../../../../src/problems/games/traffic/trafficAssignment.ts";
import { assertClose, assertError } from "../../../support/assert.ts";
import { byBoth, genericStart } from "../../../support/solve.ts";

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
