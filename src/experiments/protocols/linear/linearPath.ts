/** Gradient descent on a linear model with squared loss, exactly and at any time, by the eigenvectors of the data. */
import { exp, log, log1p } from "../../../elementary/index.ts";
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import { denseMatrix } from "../../../linalg/maps/maps.ts";

/** Data of a linear model. */
interface LinearTask {
  /** Inputs X, sample after sample, n x d. */
  readonly inputs: Float64Array;
  /** Targets Y, n x c. */
  readonly targets: Float64Array;
  /** Number d of inputs and c of outputs. */
  readonly width: number;
  readonly outputs: number;
  /** Weights at the start, d x c. Default 0. */
  readonly start?: Float64Array;
  /**
   * Share lambda of the identity in the update W <- W - eta [(1 - lambda) B + lambda I]^-1 G, where B is the moment of
   * the inputs, scaled to mean eigenvalue 1. Default 1: gradient descent.
   */
  readonly mixing?: number;
}

/** The path of gradient descent. Points are changes of the weights from the start, along eigenvectors of the moment. */
export interface LinearPath {
  /** Length of a point: min(n, d) c. Coordinates beyond the rank stay 0. */
  readonly size: number;
  /** Rank of the inputs: number of eigenvalues of their moment above rounding. */
  readonly rank: number;
  /** Largest eigenvalue of the matrix by which an update multiplies the error; rates are multiples of its inverse. */
  readonly largest: number;
  /** Smallest training loss that a linear model has. */
  readonly least: number;
  /** Writes the point after `updates` updates at the rate `factor / largest`. Growth is cut at 1e8. */
  write(factor: number, updates: number, point: Float64Array): void;
  /** Training loss |X W - Y|^2 / (2 n) at a point, and its gradient. */
  evaluate(point: Float64Array, field: Float64Array): number;
  /** Writes the eigenvalues of the loss's Hessian, one for each coordinate. */
  curvature(out: Float64Array): void;
  /** Smallest training loss within so many updates: at the start, or at the last one, as each error is monotone. */
  lowest(factor: number, updates: number): number;
  /** Smallest number of updates, up to `most`, until the training loss is at most `loss`; undefined if there is none. */
  updatesTo(loss: number, factor: number, most: number): number | undefined;
  /** Gives the outputs on other inputs, as a function of the point, rows x c. */
  outputs(inputs: Float64Array): (point: Float64Array) => Float64Array;
}

/** Eigenvalues below this share of the largest are rounding errors: their directions have no data. */
const negligible = 1e-14;
/** Largest factor by which an error grows: a diverging path must stay within the range of numbers. */
const mostGrowth = 1e8;

/**
 * Decomposes the moment X'X / n, or for n < d the Gram matrix X X' / n, which has the same eigenvalues.
 *
 * In the coordinates Z = V W of the eigenvectors an update at the rate eta multiplies the error of coordinate k by
 * 1 - eta lambda_k p_k, with p_k = 1 / ((1 - mixing) b_k + mixing) and b_k = lambda_k d / tr. So after t updates it is
 * (1 - eta lambda_k p_k)^t, whatever t is.
 *
 * Cost: one decomposition of min(n, d)^3 operations and products of n d min(n, d); a point costs rank x c operations.
 */
export function linearPath(task: LinearTask): LinearPath {
  const { inputs, targets, width: d, outputs: c, mixing = 1 } = task;
  const n = inputs.length / d;
  const { values, vectors } = eigenOf(inputs, n, d);
  const rank = values.length;
  const start = task.start ?? new Float64Array(d * c);
  const startOutputs = times(inputs, n, transposed(start, d, c), c, d);
  const residual = Float64Array.from(targets, (y, i) => y - startOutputs[i]!);
  // Coordinates of the data along the eigenvectors, n x rank, and with them the point at which the loss is smallest.
  const along = times(inputs, n, vectors, rank, d);
  const goal = times(transposed(along, n, rank), rank, transposed(residual, n, c), c, n);
  for (let k = 0; k < rank; k++) for (let j = 0; j < c; j++) goal[k * c + j] = goal[k * c + j]! / (n * values[k]!);
  const fitted = times(along, n, transposed(goal, rank, c), c, rank);
  let least = 0;
  for (let i = 0; i < n * c; i++) least += (residual[i]! - fitted[i]!) ** 2 / (2 * n);
  const mean = values.reduce((sum, value) => sum + value, 0) / d;
  const speeds = values.map((value) => value / (mixing + ((1 - mixing) * value) / mean));
  const largest = speeds.reduce((most, speed) => Math.max(most, speed), 0);
  /** Share of the squared error of each coordinate in the loss at the start. */
  const shares = Float64Array.from(values, (value, k) => {
    let sum = 0;
    for (let j = 0; j < c; j++) sum += goal[k * c + j]! ** 2;
    return (value * sum) / 2;
  });
  const lossAfter = (factor: number, updates: number): number => {
    let loss = least;
    for (let k = 0; k < rank; k++) loss += shares[k]! * left((factor * speeds[k]!) / largest, updates) ** 2;
    return loss;
  };
  return {
    size: Math.min(n, d) * c,
    rank,
    largest,
    least,
    write(factor, updates, point) {
      for (let k = 0; k < rank; k++) {
        const done = 1 - left((factor * speeds[k]!) / largest, updates);
        for (let j = 0; j < c; j++) point[k * c + j] = done * goal[k * c + j]!;
      }
    },
    evaluate(point, field) {
      field.fill(0);
      let loss = least;
      for (let k = 0; k < rank; k++) {
        for (let j = 0; j < c; j++) {
          const error = point[k * c + j]! - goal[k * c + j]!;
          field[k * c + j] = values[k]! * error;
          loss += (values[k]! * error * error) / 2;
        }
      }
      return loss;
    },
    curvature(out) {
      out.fill(0);
      for (let k = 0; k < rank; k++) out.fill(values[k]!, k * c, (k + 1) * c);
    },
    lowest: (factor, updates) => Math.min(lossAfter(factor, 0), lossAfter(factor, updates)),
    updatesTo(loss, factor, most) {
      if (lossAfter(factor, most) > loss) return undefined;
      let [low, high] = [-1, most];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (lossAfter(factor, middle) <= loss) high = middle;
        else low = middle;
      }
      return high;
    },
    outputs(others) {
      const count = others.length / d;
      const base = times(others, count, transposed(start, d, c), c, d);
      const coordinates = times(others, count, vectors, rank, d);
      if (coordinates.length === 0) return () => base.slice();
      // The large matrix is the one that stays, so that the machine's BLAS can take it.
      const map = denseMatrix(count, rank, coordinates);
      const columns = new Float64Array(count * c);
      return (point) => {
        map.applyMany(transposed(point.subarray(0, rank * c), rank, c), c, columns);
        const out = new Float64Array(count * c);
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < c; j++) out[i * c + j] = columns[j * count + i]! + base[i * c + j]!;
        }
        return out;
      };
    },
  };
}

/** Computes (1 - x)^t, cut at {@link mostGrowth}; for small x it loses no digits. */
function left(x: number, t: number): number {
  if (t === 0) return 1;
  if (x < 0.5) return exp(t * log1p(-x));
  const base = Math.abs(1 - x);
  if (base === 0) return 0;
  const size = exp(Math.min(t * log(base), log(mostGrowth)));
  return x > 1 && t % 2 === 1 ? -size : size;
}

/** Eigenvalues of X'X / n above rounding, and the eigenvectors in its rows. */
function eigenOf(inputs: Float64Array, n: number, d: number): { values: Float64Array; vectors: Float64Array } {
  const dual = n < d;
  const size = Math.min(n, d);
  const rows = dual ? inputs : transposed(inputs, n, d);
  const moment = times(rows, size, rows, size, dual ? d : n).map((entry) => entry / n);
  const { values, vectors } = symmetricEigen(moment);
  const kept = Array.from(values.keys()).filter((k) => values[k]! > negligible * values[size - 1]!);
  const own = Float64Array.from(kept, (k) => values[k]!);
  const chosen = new Float64Array(kept.length * size);
  kept.forEach((k, at) => {
    chosen.set(vectors.subarray(k * size, (k + 1) * size), at * size);
  });
  if (!dual) return { values: own, vectors: chosen };
  // v = X' u / sqrt(n lambda) turns eigenvectors of the Gram matrix into those of the moment.
  const long = times(chosen, kept.length, transposed(inputs, n, d), d, n);
  for (let k = 0; k < kept.length; k++) {
    const length = Math.sqrt(n * own[k]!);
    for (let j = 0; j < d; j++) long[k * d + j] = long[k * d + j]! / length;
  }
  return { values: own, vectors: long };
}

/** Computes A B', where A has `rows` and B has `columns` rows of `inner` numbers. */
export function times(a: Float64Array, rows: number, b: Float64Array, columns: number, inner: number): Float64Array {
  const out = new Float64Array(rows * columns);
  if (out.length > 0) denseMatrix(columns, inner, b).applyMany(a, rows, out);
  return out;
}

/** Transposes a matrix of `rows` x `columns`. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  return out;
}
