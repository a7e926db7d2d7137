import { readOptions } from "../../../options.ts";
import { positive, yesOrNo } from "../../rules.ts";
import type { TrafficNetwork } from "./trafficNetwork.ts";

export interface BraessOptions {
  /** Whether there is the road from 2 to 3 that makes all journeys longer. Default true. */
  readonly bridge?: boolean;
  /** Number of travellers from 1 to 4, positive. Default 6. */
  readonly flow?: number;
}

const rules = { bridge: { ...yesOrNo, default: true }, flow: { ...positive, default: 6 } } as const;

/**
 * Makes Braess's network: four nodes, six travellers from 1 to 4, and a road that slows everybody down.
 *
 * With v travellers the roads 1 -> 2 and 3 -> 4 take the time 10 v, the roads 1 -> 3 and 2 -> 4 take 50 + v, and the
 * bridge 2 -> 3 takes 10 + v. Six travellers need 92 each with the bridge (two on each of three routes), and 83 each
 * without it.
 *
 * @example trafficAssignment(braess({ bridge: false }))
 * @param options {@link BraessOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a flow that is not positive
 * @see Braess, "Über ein Paradoxon aus der Verkehrsplanung", 1968, doi:10.1007/BF01918335
 */
export function braess(options: BraessOptions = {}): TrafficNetwork {
  const { bridge, flow } = readOptions("braess", options, rules);
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
