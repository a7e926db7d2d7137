import { suite } from "uvu";
import * as assert from "uvu/assert";
import { braess } from "../../../../src/problems/games/traffic/braess.ts";
import { allRoutes, generatedRoutes } from "../../../../src/problems/games/traffic/routes.ts";

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
