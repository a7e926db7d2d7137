import { inverse, Matrix } from "ml-matrix";

interface OpenLoopParts {
  readonly A: Matrix;
  readonly players: readonly {
    readonly B: Matrix;
    readonly Q: Matrix;
    readonly final: Matrix;
    readonly inverseR: Matrix;
    readonly m: number;
    readonly offset: number;
  }[];
  readonly start: Float64Array;
  readonly horizon: number;
}

/**
 * Computes the open-loop Nash equilibrium by the coupled Riccati recursion [1, theorem 6.2].
 *
 * M_i,T = Q_iT, L_t = I + sum_i B_i R_i^-1 B_i^T M_i,(t+1), M_i,t = Q_i + A^T M_i,(t+1) L_t^-1 A,
 *
 * x_(t+1) = L_t^-1 A x_t, u_i,t = -R_i^-1 B_i^T M_i,(t+1) x_(t+1).
 *
 * @see [1] Başar and Olsder, "Dynamic noncooperative game theory", 1999, doi:10.1137/1.9781611971132
 */
export function openLoopEquilibrium({ A, players, start, horizon }: OpenLoopParts): Float64Array {
  const n = A.rows;
  const steps: Matrix[] = [];
  const gains: Matrix[][] = [];
  let costs = players.map(({ final }) => final);
  for (let t = horizon - 1; t >= 0; t--) {
    const own = players.map(({ B, inverseR }, i) => inverseR.mmul(B.transpose()).mmul(costs[i]!));
    const L = Matrix.eye(n);
    for (const [i, { B }] of players.entries()) L.add(B.mmul(own[i]!));
    const step = inverse(L).mmul(A);
    steps[t] = step;
    gains[t] = own;
    costs = players.map(({ Q }, i) => Matrix.add(Q, A.transpose().mmul(costs[i]!).mmul(step)));
  }
  const size = players.reduce((sum, { m }) => sum + m * horizon, 0);
  const z = new Float64Array(size);
  let x = Matrix.columnVector(Array.from(start));
  for (let t = 0; t < horizon; t++) {
    x = steps[t]!.mmul(x);
    for (const [i, { m, offset }] of players.entries()) {
      z.set(Matrix.mul(gains[t]![i]!.mmul(x), -1).to1DArray(), offset + t * m);
    }
  }
  return z;
}
