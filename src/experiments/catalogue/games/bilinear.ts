import { z } from "zod";
import { powerOfTwo } from "../../../elementary/index.ts";
import { bilinear } from "../../../problems/games/bilinear.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

/**
 * Compares methods on f(x, y) = xy, where gradient descent-ascent spirals away from the equilibrium, and extragradient
 * towards it.
 *
 * With several pairs, f = sum_k 2^-k x_k y_k, whose field rotates each pair at its own speed. There the last iterate of
 * a method shows the rate that theory proves for the worst case, a power of k. On one pair every convergent method
 * converges linearly.
 */
export const bilinearExperiment: Experiment = gameExperiment({
  name: "bilinear",
  summary: summaries.bilinear,
  methods: ["gda", "alternating-gda", "extragradient", "optimistic"],
  iterations: 100,
  options: {
    pairs: z.number().int().min(1).max(40).default(1).describe("number of pairs in f = sum of 2^-k x_k y_k"),
    start: z.array(z.number()).length(2).default([1, 1]).describe("start x,y, the same for each pair"),
  },
  contest({ pairs, start: [x, y] }) {
    const speeds = Array.from({ length: pairs }, (_, k) => powerOfTwo(-k));
    const problem = bilinear({ matrix: speeds.map((speed, i) => speeds.map((_, j) => (i === j ? speed : 0))) });
    return {
      problem: { ...problem, solutions: [new Float64Array(2 * pairs)] },
      start: Float64Array.from({ length: 2 * pairs }, (_, i) => (i < pairs ? x! : y!)),
      linear: true,
    };
  },
});
