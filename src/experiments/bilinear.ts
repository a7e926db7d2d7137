import { z } from "zod";
import { extragradient } from "../operators/extragradient.ts";
import { gradientStep } from "../operators/gradientStep.ts";
import { bilinear } from "../problems/bilinear.ts";
import { method } from "../streams/combinators.ts";
import { untilStep } from "../streams/untilStep.ts";
import { type Experiment, experiment } from "./definition.ts";

/** Gradient descent-ascent spirals away from the equilibrium of f(x, y) = xy, extragradient towards it. */
export const bilinearGame: Experiment = experiment({
  name: "bilinear",
  summary: "the game f(x, y) = xy: gradient descent-ascent spirals outwards, extragradient inwards",
  options: z.object({
    method: z.enum(["gda", "extragradient"]).default("extragradient").describe("how both players move"),
    stepSize: z.number().positive().default(0.5).describe("eta"),
    iterations: z.number().int().positive().default(100).describe("steps to take"),
    start: z.array(z.number()).length(2).default([1, 1]).describe("x,y"),
  }),
  run({ method: chosen, stepSize, iterations, start }, context) {
    const step = chosen === "gda" ? gradientStep(stepSize) : extragradient({ stepSize });
    return context.iterate(bilinear(), start, method(untilStep(iterations), step), { name: chosen });
  },
});
