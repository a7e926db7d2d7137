import { z } from "zod";
import { kojimaShindo } from "../../../problems/games/kojimaShindo.ts";
import { murtyComplementarity } from "../../../problems/games/murtyComplementarity.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import { genericStart } from "./starts.ts";

/** Solves classical complementarity problems: find z with z >= 0, F(z) >= 0 and <z, F(z)> = 0. */
export const complementarityExperiment: Experiment = gameExperiment({
  name: "complementarity",
  summary: summaries.complementarity,
  methods: ["gda", "adaptive-extragradient", "restarted-extragradient", "semismooth-newton"],
  iterations: 10_000,
  options: {
    problem: z.enum(["kojima-shindo", "josephy", "murty"]).default("kojima-shindo").describe("problem to solve"),
    size: z.number().int().min(1).max(1000).default(8).describe("dimension of Murty's problem"),
  },
  contest({ problem: chosen, size }, seed) {
    const problem =
      chosen === "murty"
        ? murtyComplementarity(size)
        : kojimaShindo({ variant: chosen === "josephy" ? "josephy" : "shindo" });
    return {
      problem,
      start: genericStart(problem.dimension, seed),
      numbers(point) {
        const field = new Float64Array(point.length);
        problem.evaluate(point, field);
        return { "max |min(z, F)|": Math.max(...point.map((z, i) => Math.abs(Math.min(z, field[i]!)))) };
      },
    };
  },
});
