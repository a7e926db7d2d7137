import { z } from "zod";
import { differentialGame } from "../../../problems/games/differentialGame.ts";
import { linearQuadraticGame } from "../../../problems/games/linearQuadraticGame.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";

const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };

/** Lets two players steer one number. The coupled Riccati recursion gives the open-loop equilibrium. */
export const linearQuadraticExperiment: Experiment = gameExperiment({
  name: "linear-quadratic",
  summary: summaries["linear-quadratic"],
  methods: ["gda", "extragradient", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    horizon: z.number().int().min(1).max(200).default(10).describe("number of decisions of each player"),
    duration: z
      .number()
      .positive()
      .optional()
      .describe("length of the game in continuous time (default: discrete time)"),
    state: z.number().default(1).describe("initial state"),
  },
  contest({ horizon, duration, state }) {
    const players = [player, { ...player, controlCost: [[2]] }];
    const problem =
      duration === undefined
        ? linearQuadraticGame({ dynamics: [[1]], start: [state], horizon, players })
        : differentialGame({ dynamics: [[-1]], start: [state], players, duration, steps: horizon });
    return { problem, start: new Float64Array(problem.dimension), linear: true };
  },
});
