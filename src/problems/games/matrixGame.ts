import { failure } from "../../errors.ts";
import { randomSource } from "../../random.ts";
import { dataHash } from "../data/dataHash.ts";
import { checkDimension } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import { simplex } from "../sets/simplex.ts";
import type { SolvedProblem } from "./certified.ts";
import { type ZeroSumGame, zeroSumGame } from "./zeroSumGame.ts";

export interface MatrixGameOptions {
  /** In messages, rows and files; default "matrixGame". */
  readonly name?: string;
}

/**
 * The zero-sum game of a payoff matrix in mixed strategies: the row player gets x^T A y, x and y on simplices.
 *
 * F = (-A y, A^T x); monotone, with a solution always; its value is max_x min_y x^T A y. `certificate` is the duality gap
 * max_i (A y)_i - min_j (A^T x)_j. Entropic and Euclidean methods both apply. Cost: one pass over A.
 *
 * @example matrixGame([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
 * @param payoffs A, row by row: what the row player gets
 * @throws {RangeError} ERR_LENGTH for a matrix that is empty or ragged; ERR_NOT_FINITE
 * @see von Neumann, "Zur Theorie der Gesellschaftsspiele", 1928, doi:10.1007/BF01448847
 */
export function matrixGame(
  payoffs: readonly ArrayLike<number>[],
  { name = "matrixGame" }: MatrixGameOptions = {},
): ZeroSumGame {
  const rows = matrixRows("matrixGame", "payoffs", payoffs);
  const [p, q] = [rows.length, rows[0]!.length];
  const values = new Float64Array(p * q);
  for (const [i, row] of rows.entries()) values.set(row, i * q);
  return zeroSumGame({
    name,
    values,
    rows: simplex(p),
    columns: simplex(q),
    description: { problem: name, rows: p, columns: q, payoffs: dataHash([p, q], values) },
  });
}

/**
 * Rock, paper, scissors: the matrix game whose last iterates circle; its only equilibrium is uniform, of value 0.
 *
 * @example rockPaperScissors().solutions[0] // six times 1/3
 */
export function rockPaperScissors(): ZeroSumGame & SolvedProblem {
  const game = matrixGame(
    [
      [0, -1, 1],
      [1, 0, -1],
      [-1, 1, 0],
    ],
    { name: "rockPaperScissors" },
  );
  return { ...game, solutions: [new Float64Array(6).fill(1 / 3)] };
}

export interface RandomMatrixGameOptions {
  readonly rows: number;
  /** Default: as many as rows. */
  readonly columns?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Of the payoffs: standard normal (default), or uniform on [-1, 1]. */
  readonly distribution?: "normal" | "uniform";
}

/**
 * A matrix game with independent random payoffs.
 *
 * @example randomMatrixGame({ rows: 100, seed: 1 })
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are no positive integers
 */
export function randomMatrixGame(options: RandomMatrixGameOptions): ZeroSumGame {
  const { rows, columns = rows, seed = 1, distribution = "normal" } = options;
  checkDimension("randomMatrixGame", rows);
  checkDimension("randomMatrixGame", columns);
  if (distribution !== "normal" && distribution !== "uniform") {
    throw failure(
      "ERR_OPTION_RANGE",
      `randomMatrixGame: expected distribution "normal" or "uniform", got "${String(distribution)}"`,
    );
  }
  const random = randomSource(seed, "randomMatrixGame");
  const draw = distribution === "normal" ? () => random.normal() : () => 2 * random.uniform() - 1;
  return matrixGame(
    Array.from({ length: rows }, () => Float64Array.from({ length: columns }, draw)),
    { name: "randomMatrixGame" },
  );
}

/**
 * A matrix game from text: one row a line, numbers separated by commas, semicolons, tabs or blanks; empty lines and lines
 * that begin with # are passed over.
 *
 * @example matrixGameFromCsv("1, -1\n-1, 1")
 * @throws ERR_DATA_FILE if something is no number; ERR_LENGTH for an empty or ragged matrix
 */
export function matrixGameFromCsv(text: string, options: MatrixGameOptions = {}): ZeroSumGame {
  const rows: number[][] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const fields = line.trim().split(/\s*[,;]\s*|\s+/);
    rows.push(
      fields.map((field, column) => {
        const number = Number(field);
        if (field !== "" && Number.isFinite(number)) return number;
        throw failure(
          "ERR_DATA_FILE",
          `matrixGameFromCsv: expected a number in line ${at + 1}, column ${column + 1}, got "${field}"`,
        );
      }),
    );
  }
  return matrixGame(rows, { name: "matrixGameFromCsv", ...options });
}
