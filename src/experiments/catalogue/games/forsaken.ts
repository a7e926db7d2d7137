import { z } from "zod";
import { forsaken } from "../../../problems/games/forsaken.ts";
import type { Experiment } from "../../framework/definition.ts";
import { gameExperiment } from "./gameExperiment.ts";

/** A game that is not monotone: two cycles lie around its one equilibrium, and first-order methods end on the outer one. */
export const forsakenExperiment: Experiment = gameExperiment({
  name: "forsaken",
  summary: "a game that is not monotone: descent-ascent and extragradient end on a cycle, Newton at the equilibrium",
  methods: ["gda", "extragradient", "optimistic", "restarted-extragradient", "semismooth-newton"],
  iterations: 2000,
  options: {
    start: z.array(z.number()).length(2).default([0.8, 0.8]).describe("x,y"),
  },
  // The largest of ||J|| where |x|, |y| <= 1.4, in which the outer cycle lies; with longer steps extragradient leaves it for the equilibrium.
  contest: ({ start }) => ({ problem: forsaken(), start, lipschitz: 8 }),
});
