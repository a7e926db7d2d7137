import { z } from "zod";
import { adversarialDigits } from "../../../problems/games/adversarial/adversarialDigits.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/** Trains adversarially. For logistic regression the loss at a solution is the robust loss, which has a closed form. */
export const adversarialDigitsExperiment: Experiment = gameExperiment({
  name: "adversarial-digits",
  summary: summaries["adversarial-digits"],
  methods: ["adaptive-extragradient", "adaptive-golden-ratio", "restarted-extragradient", "semismooth-newton"],
  iterations: 20_000,
  options: {
    digits: z.array(z.number().int().min(0).max(9)).length(2).default([0, 1]).describe("the two digits to tell apart"),
    samples: z.number().int().min(2).max(1000).default(10).describe("number of images"),
    radius: z.number().positive().default(0.3).describe("largest change of a pixel"),
    hidden: z
      .array(z.number().int().positive())
      .default([])
      .describe("widths of the hidden layers; none for logistic regression"),
  },
  contest({ digits: [one, other], samples, radius, hidden }, seed) {
    const problem = adversarialDigits({ digits: [one!, other!], samples, radius, hidden });
    const { robustLoss, game } = problem;
    return {
      problem,
      start: problem.initialPoint(seed),
      // The adversary's costs are concave in the perturbation, so a best response is not an interior minimum.
      exploitability: false,
      numbers(point) {
        const costs = new Float64Array(2);
        game.costs(point, costs);
        const loss = costs[0];
        return robustLoss === undefined ? { loss } : { loss, "robust loss - loss": robustLoss(point) - loss! };
      },
    };
  },
});
