import { z } from "zod";
import { failure } from "../../../errors.ts";
import { gambitGame } from "../../../problems/games/gambitGame.ts";
import { matrixGameFromCsv, randomMatrixGame, rockPaperScissors } from "../../../problems/games/matrixGame.ts";
import type { ZeroSumGame } from "../../../problems/games/zeroSumGame.ts";
import type { Experiment } from "../../framework/definition.ts";
import { gameExperiment } from "./gameExperiment.ts";
import type { Contest } from "./race.ts";
import { mixedStart, readText } from "./starts.ts";
import { valueBounds } from "./valueBounds.ts";

/**
 * Zero-sum games in mixed strategies: random, rock-paper-scissors, or from a file.
 *
 * The summary has bounds on the value by linear programming duality, min_j (A^T x)_j and max_i (A y)_i, which hold for any x and y.
 */
export const matrixGameExperiment: Experiment = gameExperiment({
  name: "matrix-game",
  summary: "a zero-sum matrix game in mixed strategies, random, rock-paper-scissors or from a CSV or Gambit .nfg file",
  methods: ["extragradient", "mirror-prox", "restarted-extragradient", "semismooth-newton"],
  iterations: 5000,
  options: {
    rows: z.number().int().min(1).max(5000).default(20).describe("strategies of the row player, random payoffs"),
    columns: z.number().int().min(1).max(5000).default(30).describe("of the column player"),
    rockPaperScissors: z.boolean().default(false).describe("this game instead"),
    file: z
      .string()
      .optional()
      .describe("payoffs of the row player as .csv, or a game of any number of players as .nfg"),
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
