import { kuhnPoker } from "../../../problems/games/kuhnPoker.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import { genericStart } from "./starts.ts";
import { valueBounds } from "./valueBounds.ts";

/** Solves Kuhn poker in sequence form. Its value is -1/18, and the first player has a family of equilibria. */
export const kuhnExperiment: Experiment = gameExperiment({
  name: "kuhn",
  summary: summaries.kuhn,
  methods: ["extragradient", "optimistic", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {},
  contest(_, seed) {
    const { solutions, ...game } = kuhnPoker();
    return {
      // The solutions are three of infinitely many equilibria, so a distance to them would mislead.
      problem: game,
      start: genericStart(game.dimension, seed),
      certificate: "duality gap",
      numbers: (point) => ({ ...valueBounds(game, point), "value + 1/18": game.payoff(point) + 1 / 18 }),
    };
  },
});
