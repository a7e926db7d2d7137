import { z } from "zod";
import { forsaken } from "../../../problems/games/forsaken.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/**
 * Plays a game that is not monotone. Two cycles surround its only equilibrium, and first-order methods end on the outer
 * one.
 */
export const forsakenExperiment: Experiment = gameExperiment({
  name: "forsaken",
  summary: summaries.forsaken,
  methods: ["gda", "extragradient", "optimistic", "restarted-extragradient", "semismooth-newton"],
  iterations: 2000,
  options: {
    start: z.array(z.number()).length(2).default([0.8, 0.8]).describe("start x,y"),
  },
  // This is the largest ||J|| for |x|, |y| <= 1.4, where the outer cycle lies. With longer steps extragradient leaves
  // the cycle for the equilibrium.
  contest: ({ start }) => ({ problem: forsaken(), start, lipschitz: 8 }),
});
