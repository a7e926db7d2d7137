import { Matrix } from "ml-matrix";
import { log2, powerOfTwo } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { positive, positiveInteger } from "../rules.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import {
  type LinearQuadraticGame,
  type LinearQuadraticGameOptions,
  type LinearQuadraticPlayer,
  linearQuadraticGame,
  playerRules,
  statesRules,
} from "./linearQuadraticGame.ts";

export interface DifferentialGameOptions extends Omit<LinearQuadraticGameOptions, "horizon"> {
  /** Length of the game in time. Default 1. */
  readonly duration?: number;
  /** Number of intervals on which controls are constant. Default 20. */
  readonly steps?: number;
}

const rules = {
  ...statesRules,
  duration: { ...positive, default: 1 },
  steps: { ...positiveInteger, default: 20 },
} as const;

/**
 * Builds a linear-quadratic differential game in open loop, with controls that are constant on intervals of length h.
 *
 * The state follows x' = A x + sum_i B_i u_i. Player i minimises the integral of (x^T Q_i x + u_i^T R_i u_i) / 2 plus
 * x(T)^T Q_iT x(T) / 2. The dynamics from one end of an interval to the next are exact, by the matrix exponential. The
 * integrals are sums over the beginnings of the intervals, of first order in h. The result is a
 * {@link linearQuadraticGame} with its known equilibrium, which tends to that of the differential game as h -> 0. The
 * default of a player's final cost is 0 here.
 *
 * Cost: as for {@link linearQuadraticGame}, whose horizon is the number of intervals.
 *
 * @example
 * const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };
 * differentialGame({ dynamics: [[-1]], start: [1], players: [player, player], duration: 2, steps: 50 });
 * @param options {@link DifferentialGameOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a duration or a number of steps that is not positive; else as
 *   {@link linearQuadraticGame}
 * @see Engwerda, "LQ dynamic optimization and differential games", 2005
 */
export function differentialGame(options: DifferentialGameOptions): LinearQuadraticGame {
  const who = "differentialGame";
  const { duration, steps, start, ...read } = readOptions(who, options, rules);
  const players = read.players.map((player, i) => readOptions(who, player, playerRules, `players[${i}]`));
  const h = duration / steps;
  const n = finiteVector(who, "start", start).length;
  const dynamics = matrixRows(who, "dynamics", read.dynamics, n);
  const inputs = players.map(({ input }, i) => matrixRows(who, `input of player ${i + 1}`, input));
  for (const [what, rows] of [["dynamics", dynamics] as const, ...inputs.map((rows) => ["inputs", rows] as const)]) {
    if (rows.length === n) continue;
    throw failure("ERR_LENGTH", `${who}: expected ${n} rows for ${what}, as many as states, got ${rows.length}`);
  }
  const controls = inputs.map((rows) => rows[0]!.length);
  const size = n + controls.reduce((sum, count) => sum + count, 0);
  // exp(h [[A, B], [0, 0]]) = [[A_d, B_d], [0, I]].
  const generator = Matrix.zeros(size, size);
  for (let i = 0; i < n; i++) {
    const row = [...dynamics[i]!, ...inputs.flatMap((rows) => [...rows[i]!])];
    for (const [j, entry] of row.entries()) generator.set(i, j, h * entry);
  }
  const exact = exponential(generator);
  const columns = (from: number, count: number): number[][] =>
    Array.from({ length: n }, (_, i) => Array.from({ length: count }, (_, j) => exact.get(i, from + j)));
  let from = n;
  const scaled = (rows: LinearQuadraticPlayer["stateCost"]): number[][] =>
    rows.map((row) => Array.from(row, (entry) => h * entry));
  return linearQuadraticGame({
    dynamics: columns(0, n),
    start,
    horizon: steps,
    players: players.map((player, i) => {
      const input = columns(from, controls[i]!);
      from += controls[i]!;
      return {
        ...(player.name === undefined ? {} : { name: player.name }),
        input,
        stateCost: scaled(player.stateCost),
        controlCost: scaled(player.controlCost),
        finalCost: player.finalCost ?? Array.from({ length: n }, () => new Float64Array(n)),
      };
    }),
  });
}

/** Computes exp of a matrix: halves it until its entries are small, sums Taylor's series, and squares as often. */
function exponential(matrix: Matrix): Matrix {
  const halvings = Math.max(0, Math.ceil(log2(Math.max(matrix.norm(), 1e-300))) + 3);
  const small = Matrix.div(matrix, powerOfTwo(halvings));
  let term = Matrix.eye(matrix.rows);
  let sum = term.clone();
  for (let k = 1; k <= 14; k++) {
    term = term.mmul(small).div(k);
    sum = Matrix.add(sum, term);
  }
  for (let k = 0; k < halvings; k++) sum = sum.mmul(sum);
  return sum;
}
