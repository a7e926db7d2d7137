import { linearMap } from "../../../linalg/makeLinearMap.ts";
import { readOptions } from "../../../options.ts";
import type { Problem } from "../../problem.ts";
import { positive, text } from "../../rules.ts";
import { productSet } from "../../sets/productSet.ts";
import { simplex } from "../../sets/simplex.ts";
import type { CertifiedProblem } from "../certified.ts";
import { allRoutes, generatedRoutes, type Routes } from "./routes.ts";
import { outgoingLinks, shortestPaths } from "./shortestPaths.ts";
import { checkNetwork, linkIntegral, linkSlope, linkTime, type TrafficNetwork } from "./trafficNetwork.ts";

export interface TrafficAssignmentOptions {
  /** Name of the problem in messages, rows and files. Default "trafficAssignment". */
  readonly name?: string;
  /**
   * Number of simple routes up to which all of them are taken. If there are more, only the routes that matter are
   * generated. Default 200.
   */
  readonly maxRoutes?: number;
  /** Unit of the flows in z, chosen so that coordinates are of size one. Default 1. */
  readonly flowUnit?: number;
}

const rules = {
  name: { ...text, default: "trafficAssignment" },
  maxRoutes: { default: 200, integer: true, min: 0, infinite: true },
  flowUnit: { ...positive, default: 1 },
} as const;

export interface TrafficAssignment extends CertifiedProblem {
  /**
   * Gives the relative gap of the whole network: (time spent - time if all took the shortest path at these
   * times) / time spent. It takes paths into account that are not routes of the problem.
   */
  certificate(point: Float64Array): number;
  /** Gives the flow on each link. */
  linkFlows(point: Float64Array): Float64Array;
  /** Routes of each demand; a route is a list of links. z holds their flows, one demand after the other. */
  readonly routes: Routes;
}

/**
 * Builds a traffic assignment: Wardrop's user equilibrium, in which nobody reaches its destination sooner by another
 * route.
 *
 * z holds the flows on each demand's routes, and v the flows on the links. F_p(z) = sum over the links a of route p of
 * t_a(v_a); C is a product of scaled simplices. F is the gradient of Beckmann's function sum_a int_0^v_a t_a, which is
 * the value. If times increase, the link flows at equilibrium are unique, but route flows need not be. Each demand is a
 * player with a name such as `1 -> 4`.
 *
 * Cost of an evaluation or a product: the sum of the routes' lengths.
 *
 * @example trafficAssignment(braess())
 * @param options {@link TrafficAssignmentOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options, links or demands out of range, or a demand without a route
 * @see Wardrop, "Some theoretical aspects of road traffic research", 1952
 * @see Beckmann, McGuire and Winsten, "Studies in the economics of transportation", 1956
 */
export function trafficAssignment(network: TrafficNetwork, options: TrafficAssignmentOptions = {}): TrafficAssignment {
  const { name, maxRoutes, flowUnit: unit } = readOptions("trafficAssignment", options, rules);
  checkNetwork("trafficAssignment", network);
  const { links, demands } = network;
  const routes = allRoutes(network, maxRoutes) ?? generatedRoutes(network, 200, 1e-12);
  const ways = routes.flat();
  const n = ways.length;
  // Sums for each link the flows of the routes that use it.
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
