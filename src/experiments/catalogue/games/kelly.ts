import { z } from "zod";
import { kellyAuction } from "../../../problems/games/kellyAuction.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/** Solves Kelly's auction. Best responses that satisfy the KKT conditions of each bidder's problem certify it. */
export const kellyExperiment: Experiment = gameExperiment({
  name: "kelly",
  summary: summaries.kelly,
  methods: ["gda", "adaptive-extragradient", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    gains: z.array(z.number().positive()).min(1).default([2, 3, 4]).describe("value of a unit to each bidder"),
    quantities: z.array(z.number().positive()).min(1).default([100, 50]).describe("quantity of each resource"),
    budgets: z.array(z.number().positive()).min(1).default([20, 20, 30]).describe("budget of each bidder"),
  },
  contest({ gains, quantities, budgets }) {
    const problem = kellyAuction({ gains, quantities, budgets });
    return { problem, start: new Float64Array(problem.dimension).fill(1), certificate: "NashConv" };
  },
});
