import { inverse, Matrix } from "ml-matrix";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { type Checked, readOptions } from "../../options.ts";
import { checkDifferentNames } from "../differentNames.ts";
import { plainField } from "../plainField.ts";
import { matrix, positiveInteger, text, vector } from "../rules.ts";
import { finiteVector } from "../sets/convexSet.ts";
import { matrixRows } from "../sets/matrixRows.ts";
import type { SolvedProblem } from "./certified.ts";
import { openLoopEquilibrium } from "./openLoopEquilibrium.ts";

/** A matrix as a list of its rows. */
export type MatrixRows = readonly ArrayLike<number>[];

export interface LinearQuadraticPlayer {
  /** Name of the player. Default `player1`, `player2`, ... */
  readonly name?: string;
  /** Matrix B_i, states x controls. */
  readonly input: MatrixRows;
  /** Matrix Q_i, states x states, symmetric. */
  readonly stateCost: MatrixRows;
  /** Matrix R_i, controls x controls, symmetric positive definite. */
  readonly controlCost: MatrixRows;
  /** Matrix Q_iT at the horizon. Default `stateCost`. */
  readonly finalCost?: MatrixRows;
}

export interface LinearQuadraticGameOptions {
  /** Matrix A, states x states. */
  readonly dynamics: MatrixRows;
  readonly players: readonly LinearQuadraticPlayer[];
  /** State x_0 at the beginning. */
  readonly start: ArrayLike<number>;
  /** Number T of decisions of each player. Default 10. */
  readonly horizon?: number;
}

export const statesRules = {
  dynamics: { ...matrix, required: true },
  players: {
    required: true,
    expected: "a list of at least one player",
    is: (value: unknown) => Array.isArray(value) && value.length > 0,
  },
  start: { ...vector, required: true },
} as const;

export const playerRules = {
  name: text,
  input: { ...matrix, required: true },
  stateCost: { ...matrix, required: true },
  controlCost: { ...matrix, required: true },
  finalCost: matrix,
} as const;

const rules = { ...statesRules, horizon: { ...positiveInteger, default: 10 } } as const;

export interface LinearQuadraticGame extends SolvedProblem {
  /** Gives the states x_0, ..., x_T under the controls of a point. */
  trajectory(point: Float64Array): readonly Float64Array[];
}

/**
 * Builds a linear-quadratic dynamic game in open loop: the players steer one state, and each has its own costs.
 *
 * x_(t+1) = A x_t + sum_i B_i u_i,t for t < T. Player i minimises the sum over t < T of
 * (x_t^T Q_i x_t + u_i,t^T R_i u_i,t) / 2 plus x_T^T Q_iT x_T / 2 over its controls u_i,0, ..., u_i,(T-1), which are
 * fixed in advance. z holds the controls, player by player.
 *
 * Each player has an adjoint, l_T = Q_iT x_T and l_t = Q_i x_t + A^T l_(t+1), which gives its part of the field,
 * R_i u_i,t + B_i^T l_(t+1). The known equilibrium does not come from the field but from the coupled Riccati
 * recursion [1]. {@link differentialGame} is the game in continuous time.
 *
 * Cost of an evaluation or a product: O(T players states^2).
 *
 * @example
 * linearQuadraticGame({ dynamics: [[1]], start: [1], players: [
 *   { input: [[1]], stateCost: [[1]], controlCost: [[1]] },
 *   { input: [[1]], stateCost: [[0.5]], controlCost: [[2]] } ] })
 * @param options {@link LinearQuadraticGameOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for matrices that do not fit; ERR_OPTION_RANGE for equal names, a horizon that is
 *   not a positive integer, or a control cost that is singular or not symmetric
 * @see [1] Başar and Olsder, "Dynamic noncooperative game theory", 1999, theorem 6.2, doi:10.1137/1.9781611971132
 */
export function linearQuadraticGame(options: LinearQuadraticGameOptions): LinearQuadraticGame {
  const who = "linearQuadraticGame";
  const read = readOptions(who, options, rules);
  const given = read.players.map((player, i) => readOptions(who, player, playerRules, `players[${i}]`));
  const names = given.map(({ name }, i) => name ?? `player${i + 1}`);
  checkDifferentNames(who, names);
  const T = read.horizon;
  const x0 = finiteVector(who, "start", read.start);
  const n = x0.length;
  const A = matrixOf("dynamics", read.dynamics, n, n);
  let offset = 0;
  const players = given.map((player, i) => {
    const name = names[i]!;
    const m = player.input[0]?.length ?? 0;
    const R = matrixOf(`controlCost of ${name}`, player.controlCost, m, m);
    const Q = matrixOf(`stateCost of ${name}`, player.stateCost, n, n);
    const parts = {
      name,
      m,
      offset,
      size: T * m,
      B: matrixOf(`input of ${name}`, player.input, n, m),
      Q,
      R,
      final: player.finalCost === undefined ? Q : matrixOf(`finalCost of ${name}`, player.finalCost, n, n),
      inverseR: inverseOf(name, R),
    };
    offset += T * m;
    return parts;
  });
  const dimension = offset;

  const states = (z: Float64Array, from: Float64Array): readonly Float64Array[] => {
    const all = [from];
    for (let t = 0; t < T; t++) {
      const next = times(A, all[t]!);
      for (const { B, m, offset: at } of players) {
        addTo(next, times(B, z.subarray(at + t * m, at + (t + 1) * m)));
      }
      all.push(next);
    }
    return all;
  };
  const fieldFrom = (from: Float64Array, z: Float64Array, out: Float64Array): void => {
    const x = states(z, from);
    for (const { B, Q, R, final, m, offset: at } of players) {
      let adjoint = times(final, x[T]!);
      for (let t = T - 1; t >= 0; t--) {
        const own = times(R, z.subarray(at + t * m, at + (t + 1) * m));
        addTo(own, timesTransposed(B, adjoint));
        out.set(own, at + t * m);
        const before = timesTransposed(A, adjoint);
        addTo(before, times(Q, x[t]!));
        adjoint = before;
      }
    }
  };
  // Computes J^T u: each player's own response run backwards, with the adjoints weighed by u. Because Q and R are
  // symmetric, it has the form of the forward sweep.
  const transposed = (u: Float64Array, out: Float64Array): void => {
    let pulled = Array.from({ length: T + 1 }, () => new Float64Array(n));
    for (const { B, Q, final, m, offset: at } of players) {
      let y = new Float64Array(n);
      pulled = pulled.map((sum, t) => {
        if (t > 0) {
          y = times(A, y);
          addTo(y, times(B, u.subarray(at + (t - 1) * m, at + t * m)));
        }
        addTo(sum, times(t === T ? final : Q, y));
        return sum;
      });
    }
    for (const { B, R, m, offset: at } of players) {
      let adjoint = pulled[T]!.slice();
      for (let t = T - 1; t >= 0; t--) {
        const own = times(R, u.subarray(at + t * m, at + (t + 1) * m));
        addTo(own, timesTransposed(B, adjoint));
        out.set(own, at + t * m);
        adjoint = timesTransposed(A, adjoint);
        addTo(adjoint, pulled[t]!);
      }
    }
  };
  const zero = new Float64Array(n);
  const problem = plainField({
    name: who,
    dimension,
    field: (z, out) => fieldFrom(x0, z, out),
    jacobian: { apply: (_, v, out) => fieldFrom(zero, v, out), applyTranspose: (_, u, out) => transposed(u, out) },
    blocks: players.map(({ name, m, offset: at, size }) => ({ name, shape: [T, m], offset: at, size, player: name })),
    game: {
      players: players.map(({ name, offset: at, size }) => ({ name, offset: at, size, affine: false })),
      costs(z, out) {
        const x = states(z, x0);
        for (const [i, { Q, R, final, m, offset: at }] of players.entries()) {
          let cost = quadratic(final, x[T]!);
          for (let t = 0; t < T; t++)
            cost += quadratic(Q, x[t]!) + quadratic(R, z.subarray(at + t * m, at + (t + 1) * m));
          out[i] = cost / 2;
        }
      },
    },
    description: { problem: who, horizon: T, ...plain(read.dynamics, read.start, given) },
  });
  return {
    ...problem,
    trajectory: (z) => states(z, x0),
    solutions: [openLoopEquilibrium({ A, players, start: x0, horizon: T })],
  };
}

function matrixOf(what: string, rows: MatrixRows, height: number, width: number): Matrix {
  if (rows.length !== height) {
    throw failure("ERR_LENGTH", `linearQuadraticGame: expected ${height} rows for ${what}, got ${rows.length}`);
  }
  return new Matrix(matrixRows("linearQuadraticGame", what, rows, width).map((row) => Array.from(row)));
}

function inverseOf(name: string, R: Matrix): Matrix {
  const symmetric = R.isSymmetric();
  try {
    if (symmetric) return inverse(R);
  } catch (error) {
    throw failure(
      "ERR_OPTION_RANGE",
      `linearQuadraticGame: expected a control cost of ${name} that is positive definite, got a singular one`,
      { cause: error },
    );
  }
  throw failure(
    "ERR_OPTION_RANGE",
    `linearQuadraticGame: expected a symmetric control cost for ${name}, got one that is not symmetric`,
  );
}

function times(matrix: Matrix, v: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: matrix.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < matrix.columns; j++) sum += matrix.get(i, j) * v[j]!;
    return sum;
  });
}

function timesTransposed(matrix: Matrix, v: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: matrix.columns }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < matrix.rows; i++) sum += matrix.get(i, j) * v[i]!;
    return sum;
  });
}

function addTo(sum: Float64Array, v: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + v[i]!;
}

function quadratic(matrix: Matrix, v: Float64Array): number {
  return times(matrix, v).reduce((sum, x, i) => sum + x * v[i]!, 0);
}

function plain(
  dynamics: MatrixRows,
  start: ArrayLike<number>,
  players: readonly Checked<LinearQuadraticPlayer, typeof playerRules>[],
): { readonly [key: string]: JsonValue } {
  const rows = (matrix: MatrixRows): JsonValue => matrix.map((row) => Array.from(row));
  return {
    dynamics: rows(dynamics),
    start: Array.from(start),
    players: players.map(({ input, stateCost, controlCost, finalCost }) => ({
      input: rows(input),
      stateCost: rows(stateCost),
      controlCost: rows(controlCost),
      finalCost: rows(finalCost ?? stateCost),
    })),
  };
}
