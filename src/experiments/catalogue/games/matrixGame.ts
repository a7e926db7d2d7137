import { z } from "zod";
import { failure } from "../../../errors.ts";
import { gambitGame } from "../../../problems/games/gambitGame.ts";
import { matrixGameFromCsv, randomMatrixGame, rockPaperScissors } from "../../../problems/games/matrixGame.ts";
import type { ZeroSumGame } from "../../../problems/games/zeroSumGame.ts";
import type { Experiment } from "../../framework/definition.ts";
import { summaries } from "../summaries.ts";
import { gameExperiment } from "./gameExperiment.ts";
import type { Contest } from "./race.ts";
import { mixedStart, readText } from "./starts.ts";
import { valueBounds } from "./valueBounds.ts";

/**
 * Solves a zero-sum game in mixed strategies: a random one, rock-paper-scissors, or one that is read from a file.
 *
 * The summary has bounds on the value by linear programming duality, min_j (A^T x)_j and max_i (A y)_i, which hold for
 * any strategies x and y.
 */
export const matrixGameExperiment: Experiment = gameExperiment({
  name: "matrix-game",
  summary: summaries["matrix-game"],
  methods: ["extragradient", "mirror-prox", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    rows: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .default(20)
      .describe("number of strategies of the row player in the random game"),
    columns: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .default(30)
      .describe("number of strategies of the column player in the random game"),
    rockPaperScissors: z.boolean().default(false).describe("play rock-paper-scissors instead of the random game"),
    file: z
      .string()
      .optional()
      .describe("file with the payoffs of the row player (.csv), or with a game of any number of players (.nfg)"),
  },
  contest({ rows, columns, rockPaperScissors: classic, file }, seed): Contest {
    if (file?.endsWith(".nfg")) {
      const problem = gambitGame(readText("--file", file));
      return { problem, start: mixedStart(problem.game!.players, seed) };
    }
    if (file !== undefined && classic) {
      throw failure("ERR_COMMAND_LINE", "matrix-game: expected --file or --rock-paper-scissors, got both");
    }
    const game: ZeroSumGame =
      file !== undefined
        ? matrixGameFromCsv(readText("--file", file))
        : classic
          ? rockPaperScissors()
          : randomMatrixGame({ rows, columns, seed });
    return {
      problem: game,
      start: mixedStart(game.game!.players, seed),
      linear: true,
      certificate: "duality gap",
      numbers: (point) => valueBounds(game, point),
    };
  },
});
