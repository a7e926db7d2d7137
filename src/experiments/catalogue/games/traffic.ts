import { z } from "zod";
import { failure } from "../../../errors.ts";
import { braess } from "../../../problems/games/traffic/braess.ts";
import { parseTntp } from "../../../problems/games/traffic/parseTntp.ts";
import { siouxFalls } from "../../../problems/games/traffic/siouxFalls.ts";
import { trafficAssignment } from "../../../problems/games/traffic/trafficAssignment.ts";
import type { TrafficNetwork } from "../../../problems/games/traffic/trafficNetwork.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import { readText } from "./starts.ts";

/**
 * Finds Wardrop's equilibrium on Braess's network, on that of Sioux Falls, or on a network from TNTP files.
 *
 * The certificate is the relative gap over all routes of the network, by shortest paths. With Braess's bridge every
 * journey takes the time 92, without it 83.
 */
export const trafficExperiment: Experiment = gameExperiment({
  name: "traffic",
  summary: summaries.traffic,
  methods: ["gda", "extragradient", "adaptive-extragradient", "adaptive-golden-ratio", "semismooth-newton"],
  iterations: 10_000,
  options: {
    bridge: z.boolean().default(true).describe("include Braess's fifth link, the bridge"),
    network: z.string().default("braess").describe("network: braess, sioux-falls, or the path of a file *_net.tntp"),
    trips: z.string().optional().describe("path of the file *_trips.tntp that belongs to a network from a file"),
    flowUnit: z
      .number()
      .positive()
      .optional()
      .describe("number of journeys in a unit of flow (default: 1, for sioux-falls 1000)"),
  },
  contest({ bridge, network, trips, flowUnit }) {
    const roads = roadsOf(network, trips, bridge);
    const problem = trafficAssignment(roads, { flowUnit: flowUnit ?? (network === "sioux-falls" ? 1000 : 1) });
    // Everybody starts on the first route; the projection removes the excess.
    const start = new Float64Array(problem.dimension);
    for (const { offset } of problem.blocks) start[offset] = 1e6;
    return {
      problem,
      start,
      certificate: "relative gap",
      numbers(point) {
        const times = new Float64Array(point.length);
        problem.evaluate(point, times);
        const spent = point.reduce((sum, flow, p) => sum + flow * times[p]!, 0);
        return { "time of a journey": spent / point.reduce((sum, flow) => sum + flow, 0) };
      },
    };
  },
});

function roadsOf(network: string, trips: string | undefined, bridge: boolean): TrafficNetwork {
  const known = new Map([
    ["braess", () => braess({ bridge })],
    ["sioux-falls", siouxFalls],
  ]).get(network);
  if ((known === undefined) !== (trips !== undefined)) {
    throw failure(
      "ERR_COMMAND_LINE",
      `traffic: expected --network braess or sioux-falls alone, or two files as --network and --trips, got --network ${network} ` +
        (trips === undefined ? "without --trips" : `with --trips ${trips}`),
    );
  }
  return known?.() ?? parseTntp(readText("--network", network), readText("--trips", trips!));
}
