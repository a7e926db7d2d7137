import { z } from "zod";
import { distributionallyRobustRegression } from "../../../problems/games/distributionallyRobustRegression.ts";
import { robustRegression } from "../../../problems/games/robustRegression.ts";
import { randomSource } from "../../../random.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import type { Contest } from "./race.ts";

/** Fits a regression against an adversary who chooses the inputs, or the samples' weights. */
export const robustRegressionExperiment: Experiment = gameExperiment({
  name: "robust-regression",
  summary: summaries["robust-regression"],
  methods: ["extragradient", "adaptive-golden-ratio", "restarted-extragradient", "semismooth-newton"],
  iterations: 10_000,
  options: {
    adversary: z.enum(["inputs", "weights"]).default("inputs").describe("what the adversary chooses"),
    samples: z.number().int().min(2).max(2000).default(10).describe("number of random samples; the last is an outlier"),
    inputs: z.number().int().min(1).max(50).default(2).describe("length of a sample"),
    radius: z.number().positive().default(0.5).describe("largest norm of the perturbation of the inputs"),
    level: z
      .number()
      .positive()
      .max(1)
      .default(0.5)
      .describe("level; the weight of a sample is at most 1 / (level * samples)"),
  },
  contest({ adversary, samples, inputs: width, radius, level }, seed): Contest {
    const random = randomSource(seed, "robustRegression");
    const inputs = Array.from({ length: samples }, () => Float64Array.from({ length: width }, () => random.normal()));
    const targets = inputs.map(
      (row, i) => row.reduce((sum, x) => sum + x, 0) + 0.1 * random.normal() + (i === samples - 1 ? 5 : 0),
    );
    const problem =
      adversary === "inputs"
        ? robustRegression({ inputs, targets, radius })
        : distributionallyRobustRegression({ inputs, targets, level });
    const start = new Float64Array(problem.dimension);
    return { problem, start, certificate: "duality gap" };
  },
});
