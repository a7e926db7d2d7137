import { z } from "zod";
import { diracGan } from "../../../problems/games/adversarial/diracGan.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/** Trains the smallest GAN. Without a penalty descent-ascent circles its equilibrium for ever. */
export const diracGanExperiment: Experiment = gameExperiment({
  name: "dirac-gan",
  summary: summaries["dirac-gan"],
  methods: ["gda", "extragradient", "optimistic", "consensus", "semismooth-newton"],
  iterations: 1000,
  options: {
    loss: z.enum(["logistic", "wasserstein"]).default("logistic").describe("loss of the discriminator"),
    penalty: z.number().min(0).default(0).describe("factor gamma of the penalty gamma psi^2 / 2"),
    start: z.array(z.number()).length(2).default([0.5, 0.5]).describe("start theta,psi"),
  },
  // ||J|| is 1/2 at the equilibrium and grows with the square of the slope psi.
  contest: ({ loss, penalty, start }) => ({ problem: diracGan({ loss, penalty }), start, lipschitz: 1 + penalty }),
});
