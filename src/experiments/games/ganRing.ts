import { z } from "zod";
import { ganRing } from "../../problems/games/ganRing.ts";
import type { Experiment } from "../definition.ts";
import { gameExperiment } from "./gameExperiment.ts";

/** A small GAN on minibatches; no solution is known, so the summary says how many Gaussians its samples reach. */
export const ganRingGame: Experiment = gameExperiment({
  name: "gan-ring",
  summary: "a small generative adversarial network on a ring of Gaussians, networks by TensorFlow.js, on minibatches",
  methods: ["gda", "extragradient", "optimistic"],
  iterations: 2000,
  options: {
    modes: z.number().int().min(1).max(64).default(8).describe("Gaussians on the ring"),
    batch: z.number().int().min(1).max(4096).default(64).describe("real and generated points a step"),
    hidden: z.array(z.number().int().positive()).default([16, 16]).describe("widths of both networks' hidden layers"),
    loss: z.enum(["minimax", "nonSaturating"]).default("nonSaturating").describe("of the generator"),
    penalty: z.number().min(0).default(0.1).describe("gamma of R1, on the discriminator's slope at real points"),
  },
  contest({ modes, batch, hidden, loss, penalty }, seed) {
    const problem = ganRing({ modes, batch, hidden, loss, penalty, seed });
    return {
      problem,
      start: problem.initialPoint(seed),
      batches: (step) => problem.with(problem.minibatch(seed, step)),
      numbers: (point) => ({ [`modes of ${modes}`]: problem.modesCovered(point, 500, seed) }),
    };
  },
});
