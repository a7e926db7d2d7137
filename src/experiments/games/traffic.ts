import { z } from "zod";
import { failure } from "../../errors.ts";
import { braess } from "../../problems/games/braess.ts";
import { parseTntp } from "../../problems/games/parseTntp.ts";
import { trafficAssignment } from "../../problems/games/trafficAssignment.ts";
import type { Experiment } from "../definition.ts";
import { gameExperiment } from "./gameExperiment.ts";
import { readText } from "./starts.ts";

/**
 * Wardrop's equilibrium on Braess's network, or one of TNTP files.
 *
 * The certificate is the relative gap over all ways of the network, by shortest paths; with Braess's bridge every journey takes 92,
 * without 83.
 */
export const traffic: Experiment = gameExperiment({
  name: "traffic",
  summary: "traffic in equilibrium on Braess's network, or on one of TNTP files such as Sioux Falls",
  methods: ["gda", "extragradient", "adaptive-golden-ratio", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    bridge: z.boolean().default(true).describe("with Braess's fifth link"),
    network: z.string().optional().describe("a file *_net.tntp instead"),
    trips: z.string().optional().describe("with it, a file *_trips.tntp"),
    flowUnit: z.number().positive().default(1).describe("journeys that count as one; for Sioux Falls 1000"),
  },
  contest({ bridge, network, trips, flowUnit }) {
    if ((network === undefined) !== (trips === undefined)) {
      throw failure("ERR_COMMAND_LINE", "traffic: expected --network and --trips together, got one of them");
    }
    const roads =
      network === undefined || trips === undefined
        ? braess({ bridge })
        : parseTntp(readText("--network", network), readText("--trips", trips));
    const problem = trafficAssignment(roads, { flowUnit });
    // Everybody on the first way; what is too much the projection takes away.
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
