import type { TrafficNetwork } from "./trafficNetwork.ts";

export interface BraessOptions {
  /** With the road from 2 to 3 that makes all journeys longer; default true. */
  readonly bridge?: boolean;
  /** Default 6. */
  readonly flow?: number;
}

/**
 * Braess's network: four nodes, six travellers from 1 to 4, and a road whose building slows everybody down.
 *
 * Times: 1 -> 2 and 3 -> 4 take 10 v, 1 -> 3 and 2 -> 4 take 50 + v, the bridge 2 -> 3 takes 10 + v. With six travellers all
 * need 92 with the bridge (two on each of three routes), 83 without.
 *
 * @example trafficAssignment(braess({ bridge: false }))
 * @see Braess, "Über ein Paradoxon aus der Verkehrsplanung", 1968, doi:10.1007/BF01918335
 */
export function braess({ bridge = true, flow = 6 }: BraessOptions = {}): TrafficNetwork {
  const link = (from: number, to: number, freeFlowTime: number, coefficient: number) => ({
    from,
    to,
    freeFlowTime,
    coefficient,
    power: 1,
  });
  return {
    nodes: 4,
    links: [
      link(1, 2, 0, 10),
      link(1, 3, 50, 1),
      link(2, 4, 50, 1),
      link(3, 4, 0, 10),
      ...(bridge ? [link(2, 3, 10, 1)] : []),
    ],
    demands: [{ origin: 1, destination: 4, flow }],
  };
}
