import { z } from "zod";
import { quadraticSaddle } from "../../../problems/games/quadraticSaddle.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import { genericStart } from "./starts.ts";

/** Solves a saddle-point problem of chosen modulus, Lipschitz constant and rotation, to compare rates with theory. */
export const quadraticSaddleExperiment: Experiment = gameExperiment({
  name: "quadratic-saddle",
  summary: summaries["quadratic-saddle"],
  methods: ["gda", "extragradient", "optimistic", "golden-ratio", "semismooth-newton"],
  iterations: 1000,
  options: {
    size: z.number().int().min(2).max(500).default(10).describe("length of x and of y"),
    modulus: z.number().min(0).default(0.1).describe("modulus mu of strong monotonicity"),
    lipschitz: z.number().positive().default(1).describe("Lipschitz constant L"),
    rotation: z.number().min(0).max(1).default(0.7).describe("norm of the antisymmetric part of J, divided by L"),
  },
  contest({ size, modulus, lipschitz, rotation }, seed) {
    const problem = quadraticSaddle({ size, modulus, lipschitz, rotation, seed });
    return { problem, start: genericStart(problem.dimension, seed), linear: true };
  },
});
