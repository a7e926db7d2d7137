import { linearMap } from "../../../linalg/makeLinearMap.ts";
import type { Problem } from "../../problem.ts";
import { checkPositive } from "../../sets/convexSet.ts";
import { productSet } from "../../sets/productSet.ts";
import { simplex } from "../../sets/simplex.ts";
import type { CertifiedProblem } from "../certified.ts";
import { allRoutes, generatedRoutes, type Routes } from "./routes.ts";
import { outgoingLinks, shortestPaths } from "./shortestPaths.ts";
import { checkNetwork, linkIntegral, linkSlope, linkTime, type TrafficNetwork } from "./trafficNetwork.ts";

export interface TrafficAssignmentOptions {
  /** In messages, rows and files; default "trafficAssignment". */
  readonly name?: string;
  /** The most routes for which all simple ones are taken; beyond, those are generated that matter. Default 200. */
  readonly maxRoutes?: number;
  /** z counts flow in this unit, so that a coordinate is of size one; default 1. */
  readonly flowUnit?: number;
}

export interface TrafficAssignment extends CertifiedProblem {
  /**
   * The relative gap of the whole network: (time spent - time if all took the shortest way at these times) / time spent.
   * Ways count that are no routes of the problem.
   */
  certificate(point: Float64Array): number;
  /** Flow on each link. */
  linkFlows(point: Float64Array): Float64Array;
  /** For each demand its routes, each a list of links; their flows are one demand after the other in z. */
  readonly routes: Routes;
}

/**
 * Traffic assignment: Wardrop's user equilibrium, in which nobody reaches its destination sooner by another route.
 *
 * z holds the flows on each demand's routes, F_p(z) = sum over the links of route p of t_a(v_a), v = link flows; C is a
 * product of scaled simplices. F is the gradient of Beckmann's function sum_a int_0^v_a t_a, which is the value: link flows
 * at equilibrium are unique where times increase, route flows need not be. Each demand is a player named `1 -> 4`.
 *
 * @example trafficAssignment(braess())
 * @throws {RangeError} ERR_OPTION_RANGE for links or demands that make no sense, or a demand without a way
 * @see Wardrop, "Some theoretical aspects of road traffic research", 1952
 * @see Beckmann, McGuire and Winsten, "Studies in the economics of transportation", 1956
 */
export function trafficAssignment(network: TrafficNetwork, options: TrafficAssignmentOptions = {}): TrafficAssignment {
  const { name = "trafficAssignment", maxRoutes = 200, flowUnit: unit = 1 } = options;
  checkNetwork("trafficAssignment", network);
  checkPositive("trafficAssignment", "flowUnit", unit);
  const { links, demands } = network;
  const routes = allRoutes(network, maxRoutes) ?? generatedRoutes(network, 200, 1e-12);
  const ways = routes.flat();
  const n = ways.length;
  /** out <- links' sums over the routes that use them. */
  const gather = (z: Float64Array): Float64Array => {
    const flows = new Float64Array(links.length);
    for (let p = 0; p < n; p++) for (const link of ways[p]!) flows[link] = flows[link]! + unit * z[p]!;
    return flows;
  };
  const spread = (perLink: Float64Array, out: Float64Array): void => {
    for (let p = 0; p < n; p++) {
      let sum = 0;
      for (const link of ways[p]!) sum += perLink[link]!;
      out[p] = sum;
    }
  };
  const timesAt = (flows: Float64Array): Float64Array => flows.map((v, k) => linkTime(links[k]!, v));
  let offset = 0;
  const blocks = demands.map(({ origin, destination }, k) => {
    const size = routes[k]!.length;
    const player = `${origin} -> ${destination}`;
    const block = { name: `${player} (${k + 1})`, shape: [size], offset, size, player };
    offset += size;
    return block;
  });
  const outgoing = outgoingLinks(network);
  const problem: Problem = {
    name,
    dimension: n,
    symmetric: true,
    evaluate(point, field) {
      const flows = gather(point);
      spread(timesAt(flows), field);
      return flows.reduce((sum, v, k) => sum + linkIntegral(links[k]!, v), 0) / unit;
    },
    linearize(point) {
      const slopes = gather(point).map((v, k) => linkSlope(links[k]!, v));
      return linearMap({
        rows: n,
        columns: n,
        symmetric: true,
        apply(v, out) {
          const moved = gather(v);
          for (let k = 0; k < moved.length; k++) moved[k] = moved[k]! * slopes[k]!;
          spread(moved, out);
        },
      });
    },
    constraint: productSet(demands.map(({ flow }, k) => simplex(routes[k]!.length, { total: flow / unit }))),
    blocks,
    description: {
      problem: name,
      nodes: network.nodes,
      links: links.length,
      demands: demands.length,
      routes: n,
      flowUnit: unit,
    },
  };
  return {
    ...problem,
    routes,
    linkFlows: gather,
    certificate(point) {
      const flows = gather(point);
      const times = timesAt(flows);
      const trees = new Map(
        [...new Set(demands.map(({ origin }) => origin))].map((origin) => [
          origin,
          shortestPaths(network, outgoing, origin, times).times,
        ]),
      );
      const least = demands.reduce((sum, d) => sum + d.flow * trees.get(d.origin)![d.destination]!, 0);
      const spent = flows.reduce((sum, v, k) => sum + v * times[k]!, 0);
      return (spent - least) / spent;
    },
  };
}
