import { z } from "zod";
import { differentialGame } from "../../../problems/games/differentialGame.ts";
import { linearQuadraticGame } from "../../../problems/games/linearQuadraticGame.ts";
import type { Experiment } from "../../framework/definition.ts";
import { gameExperiment } from "./gameExperiment.ts";

const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };

/** Two players steer one number; the open-loop equilibrium is known by the coupled Riccati recursion. */
export const linearQuadraticExperiment: Experiment = gameExperiment({
  name: "linear-quadratic",
  summary: "two players steer one state at their own costs, in open loop, in discrete or continuous time",
  methods: ["gda", "extragradient", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    horizon: z.number().int().min(1).max(200).default(10).describe("decisions of each player"),
    duration: z.number().positive().optional().describe("in continuous time, of this length (default: discrete time)"),
    state: z.number().default(1).describe("where the state begins"),
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
