import { textual } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption, readOptions } from "../../options.ts";
import { randomSource } from "../../random.ts";
import { dataHash } from "../data/dataHash.ts";
import { positiveInteger, seed, text } from "../rules.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import { simplex } from "../sets/simplex.ts";
import type { SolvedProblem } from "./certified.ts";
import { type ZeroSumGame, zeroSumGame } from "./zeroSumGame.ts";

export interface MatrixGameOptions {
  /** Name of the problem in messages, rows and files. Default: the name of the function. */
  readonly name?: string;
}

const gameRules = { name: { ...text, default: "matrixGame" } } as const;
const csvRules = { name: { ...text, default: "matrixGameFromCsv" } } as const;

/**
 * Builds the zero-sum game of a payoff matrix in mixed strategies, in which the row player gets x^T A y, with x and y
 * on simplices.
 *
 * F = (-A y, A^T x) is monotone, and there is always a solution; the value of the game is max_x min_y x^T A y.
 * `certificate` is the duality gap max_i (A y)_i - min_j (A^T x)_j. Entropic and Euclidean methods both apply.
 *
 * Cost of an evaluation or a product: two passes over A.
 *
 * @example matrixGame([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
 * @param payoffs A, row by row: the payoffs of the row player
 * @param options {@link MatrixGameOptions}
 * @throws {RangeError} ERR_LENGTH for a matrix that is empty or ragged; ERR_NOT_FINITE for NaN or infinities
 * @see von Neumann, "Zur Theorie der Gesellschaftsspiele", 1928, doi:10.1007/BF01448847
 */
export function matrixGame(payoffs: readonly ArrayLike<number>[], options: MatrixGameOptions = {}): ZeroSumGame {
  const { name } = readOptions("matrixGame", options, gameRules);
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
 * Builds rock, paper, scissors, the matrix game whose last iterates circle.
 *
 * Its only equilibrium is uniform, and its value is 0.
 *
 * Cost: some tens of operations.
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
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. Default: the number of rows. */
  readonly columns?: number;
  /** Seed of the payoffs. Default 1. */
  readonly seed?: number;
  /** Distribution of the payoffs: standard normal, or uniform on [-1, 1]. Default "normal". */
  readonly distribution?: "normal" | "uniform";
}

const randomRules = {
  rows: { ...positiveInteger, required: true },
  columns: positiveInteger,
  seed,
  distribution: { default: "normal", oneOf: ["normal", "uniform"] },
} as const;

/**
 * Builds a matrix game with independent random payoffs.
 *
 * Cost: as for {@link matrixGame}, and one random number per payoff at the beginning.
 *
 * @example randomMatrixGame({ rows: 100, seed: 1 })
 * @param options {@link RandomMatrixGameOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for sizes that are not positive integers, or another distribution
 */
export function randomMatrixGame(options: RandomMatrixGameOptions): ZeroSumGame {
  const read = readOptions("randomMatrixGame", options, randomRules);
  const { rows, columns = rows, seed, distribution } = read;
  const random = randomSource(seed, "randomMatrixGame");
  const draw = distribution === "normal" ? () => random.normal() : () => 2 * random.uniform() - 1;
  return matrixGame(
    Array.from({ length: rows }, () => Float64Array.from({ length: columns }, draw)),
    { name: "randomMatrixGame" },
  );
}

/**
 * Builds a matrix game from text with one row per line.
 *
 * Commas, semicolons, tabs or blanks separate the numbers. Empty lines and lines that begin with # are passed over.
 *
 * Cost: as for {@link matrixGame}, and one pass over the text at the beginning.
 *
 * @example matrixGameFromCsv("1, -1\n-1, 1")
 * @param options {@link MatrixGameOptions}
 * @throws ERR_DATA_FILE if a field is not a number; ERR_LENGTH for an empty or ragged matrix
 */
export function matrixGameFromCsv(text: string, options: MatrixGameOptions = {}): ZeroSumGame {
  const { name } = readOptions("matrixGameFromCsv", options, csvRules);
  checkOption("matrixGameFromCsv", "text", text, textual);
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
  return matrixGame(rows, { name });
}
