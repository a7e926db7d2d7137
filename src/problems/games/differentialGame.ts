import { Matrix } from "ml-matrix";
import { log2, powerOfTwo } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { checkPositive, finiteVector } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import {
  type LinearQuadraticGame,
  type LinearQuadraticGameOptions,
  type LinearQuadraticPlayer,
  linearQuadraticGame,
} from "./linearQuadraticGame.ts";

export interface DifferentialGameOptions extends Omit<LinearQuadraticGameOptions, "horizon"> {
  /** Length of the game in time; default 1. */
  readonly duration?: number;
  /** Intervals on which controls are constant; default 20. */
  readonly steps?: number;
}

/**
 * A linear-quadratic differential game in open loop, x' = A x + sum_i B_i u_i, each player minimising the integral of
 * (x^T Q_i x + u_i^T R_i u_i) / 2 plus x(T)^T Q_iT x(T) / 2, with controls constant on intervals of length h.
 *
 * The dynamics between the ends of intervals are exact (matrix exponential), the integrals are sums over their
 * beginnings, of first order in h. What results is a {@link linearQuadraticGame} with its known equilibrium, which tends
 * to the differential game's as h -> 0. Without a final cost the end costs nothing.
 *
 * @example
 * const player = { input: [[1]], stateCost: [[1]], controlCost: [[1]] };
 * differentialGame({ dynamics: [[-1]], start: [1], players: [player, player], duration: 2, steps: 50 });
 * @throws {RangeError} ERR_OPTION_RANGE for a duration or a number of steps that is not positive; else as
 *   {@link linearQuadraticGame}
 * @see Engwerda, "LQ dynamic optimization and differential games", 2005
 */
export function differentialGame(options: DifferentialGameOptions): LinearQuadraticGame {
  const { duration = 1, steps = 20, players } = options;
  const who = "differentialGame";
  checkPositive(who, "duration", duration);
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected a positive integer as steps, got ${steps}`);
  }
  const h = duration / steps;
  const n = finiteVector(who, "start", options.start).length;
  const dynamics = matrixRows(who, "dynamics", options.dynamics, n);
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
    start: options.start,
    horizon: steps,
    players: players.map((player, i) => {
      const input = columns(from, controls[i]!);
      from += controls[i]!;
      return {
        ...player,
        input,
        stateCost: scaled(player.stateCost),
        controlCost: scaled(player.controlCost),
        finalCost: player.finalCost ?? Array.from({ length: n }, () => new Float64Array(n)),
      };
    }),
  });
}

/** exp of a matrix: Taylor's series of the matrix halved until its entries are small, squared as often. */
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
