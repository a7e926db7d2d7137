import { z } from "zod";
import { cournot } from "../../../problems/games/cournot.ts";
import { murphySheraliSoyster } from "../../../problems/games/murphySheraliSoyster.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/**
 * Solves Cournot's linear oligopoly, whose equilibrium has a closed form, or the game of the five firms of Murphy,
 * Sherali and Soyster.
 */
export const cournotExperiment: Experiment = gameExperiment({
  name: "cournot",
  summary: summaries.cournot,
  methods: ["gda", "extragradient", "golden-ratio", "restarted-extragradient", "semismooth-newton"],
  iterations: 2000,
  options: {
    costs: z.array(z.number()).min(1).default([1, 4, 2]).describe("each firm's marginal cost at 0"),
    intercept: z.number().default(10).describe("price at which nothing is bought"),
    slope: z.number().positive().default(1).describe("decrease of the price per unit sold"),
    murphy: z.boolean().default(false).describe("take the five firms of Murphy, Sherali and Soyster instead"),
  },
  contest({ costs, intercept, slope, murphy }) {
    const problem = murphy ? murphySheraliSoyster() : cournot({ costs, intercept, slope });
    // All quantities start equal, and positive since Murphy's price is infinite if nothing is sold.
    const start = new Float64Array(problem.dimension).fill(murphy ? 10 : 1);
    return { problem, start, exploitability: true };
  },
});
