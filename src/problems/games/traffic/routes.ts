import { failure } from "../../../errors.ts";
import { outgoingLinks, shortestPaths } from "./shortestPaths.ts";
import { linkSlope, linkTime, type TrafficNetwork } from "./trafficNetwork.ts";

/** The routes of each demand; a route is a list of links. */
export type Routes = readonly (readonly (readonly number[])[])[];

/** Lists all routes that do not visit a node twice. Returns undefined if there are more than `most` of them. */
export function allRoutes(network: TrafficNetwork, most: number): Routes | undefined {
  const outgoing = outgoingLinks(network);
  const { links, firstThroughNode = 1 } = network;
  let count = 0;
  const routes: (readonly number[])[][] = [];
  for (const { origin, destination } of network.demands) {
    const found: (readonly number[])[] = [];
    const visited = new Set([origin]);
    const way: number[] = [];
    const follow = (node: number): boolean => {
      if (node === destination) {
        found.push([...way]);
        return ++count <= most;
      }
      if (node < firstThroughNode && node !== origin) return true;
      for (const link of outgoing[node]!) {
        const { to } = links[link]!;
        if (visited.has(to)) continue;
        visited.add(to);
        way.push(link);
        const goOn = follow(to);
        way.pop();
        visited.delete(to);
        if (!goOn) return false;
      }
      return true;
    };
    if (!follow(origin)) return undefined;
    if (found.length === 0) noWay(origin, destination);
    routes.push(found);
  }
  return routes;
}

function noWay(origin: number, destination: number): never {
  throw failure(
    "ERR_OPTION_RANGE",
    `trafficAssignment: expected a route from ${origin} to ${destination}, for which there is demand, got none`,
  );
}

interface Route {
  readonly way: readonly number[];
  flow: number;
}

/**
 * Finds the routes that matter, by gradient projection with column generation [1].
 *
 * In each round every demand gets the route that is shortest now. Flow moves from the other routes to this one by a
 * Newton step on the links in which they differ. It ends when the relative gap is at most `gap`, or after `rounds`
 * rounds.
 *
 * @see [1] Jayakrishnan, Tsai, Prashker and Rajadhyaksha, "A faster path-based algorithm for traffic assignment", 1994
 */
export function generatedRoutes(network: TrafficNetwork, rounds: number, gap: number): Routes {
  const { links, demands } = network;
  const outgoing = outgoingLinks(network);
  const flows = new Float64Array(links.length);
  const state = demands.map((demand) => ({
    demand,
    routes: new Map<string, Route>(),
  }));
  const time = (way: readonly number[]): number =>
    way.reduce((sum, link) => sum + linkTime(links[link]!, flows[link]!), 0);
  const add = (way: readonly number[], flow: number): void => {
    for (const link of way) flows[link] = Math.max(0, flows[link]! + flow);
  };
  // Newton steps move flow from the other routes to the one of the key.
  const moveTo = (key: string, routes: ReadonlyMap<string, Route>): void => {
    const target = routes.get(key)!;
    for (const route of routes.values()) {
      if (route === target || route.flow === 0) continue;
      const shared = new Set(route.way.filter((link) => target.way.includes(link)));
      const slope = [...route.way, ...target.way].reduce(
        (sum, link) => (shared.has(link) ? sum : sum + linkSlope(links[link]!, flows[link]!)),
        0,
      );
      const excess = time(route.way) - time(target.way);
      if (excess <= 0) continue;
      const moved = slope > 0 ? Math.min(route.flow, excess / slope) : route.flow;
      add(route.way, -moved);
      add(target.way, moved);
      route.flow -= moved;
      target.flow += moved;
    }
  };
  const byOrigin = new Map(state.map(({ demand }) => [demand.origin, [] as typeof state]));
  for (const entry of state) byOrigin.get(entry.demand.origin)!.push(entry);
  for (let round = 0; round < rounds; round++) {
    let spent = 0;
    let least = 0;
    for (const [origin, group] of byOrigin) {
      const times = Float64Array.from(links, (link, k) => linkTime(link, flows[k]!));
      const tree = shortestPaths(network, outgoing, origin, times);
      for (const { demand, routes } of group) {
        const shortest = tree.times[demand.destination]!;
        if (shortest === Number.POSITIVE_INFINITY) noWay(origin, demand.destination);
        const best = tree.linksTo(demand.destination);
        const key = best.join();
        if (!routes.has(key)) routes.set(key, { way: best, flow: 0 });
        if (routes.size === 1 && round === 0) {
          routes.get(key)!.flow = demand.flow;
          add(best, demand.flow);
          spent += demand.flow * time(best);
          continue;
        }
        for (const route of routes.values()) spent += route.flow * time(route.way);
        least += demand.flow * shortest;
        moveTo(key, routes);
      }
    }
    if (round > 0 && spent - least <= gap * spent) break;
  }
  return state.map(({ routes }) => [...routes.values()].map(({ way }) => way));
}
