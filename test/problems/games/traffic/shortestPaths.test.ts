import { suite } from "uvu";
import * as assert from "uvu/assert";
import { outgoingLinks, shortestPaths } from "../../../../src/problems/games/traffic/shortestPaths.ts";
import { assertClose } from "../../../support/assert.ts";
import { gridNetwork } from "../../../support/gridNetwork.ts";

const ways = suite("shortestPaths");

ways("are those of the Bellman-Ford equations, and end at zones", () => {
  const network = { ...gridNetwork(4, 4), firstThroughNode: 3 };
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
