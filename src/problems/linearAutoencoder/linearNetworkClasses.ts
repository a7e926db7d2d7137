import { pow } from "../../elementary/index.ts";
import { failure } from "../../errors.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { norm } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import { arePositiveIntegers, float64Array, nonNegative, text } from "../rules.ts";
import {
  checkDirections,
  checkMoment,
  chosenDirections,
  countSubsets,
  groupsOf,
  multiply,
  subsets,
  transpose,
} from "./classSets.ts";

/** The critical points whose map is the same truncation of the regression of Y on X. They have the same loss. */
export interface LinearNetworkClass {
  /** Set S of directions: ascending positions in `singularValues`. */
  readonly directions: readonly number[];
  /** Loss (tr Y^T Y / n - sum of s_i^2 over S) / d, exact at every critical point of the class. */
  readonly loss: number;
  /** Whether S holds the leading directions, as many as fit. The class is then that of the global minima. */
  readonly global: boolean;
}

/** The second order at a representative of a class, exact there and on its orbit. */
export interface RepresentativeOrder {
  /** Number of negative eigenvalues of the Hessian. */
  readonly morseIndex: number;
  /** Number of zero eigenvalues of the Hessian. */
  readonly kernelDimension: number;
}

/** The place of a point among the classes. */
export interface LinearNetworkMatch {
  readonly class: LinearNetworkClass;
  /** Distance ||M - M_S||_F, where M_S is the map of the class. */
  readonly distance: number;
  /** Loss at the point minus the loss of the class. */
  readonly lossDifference: number;
}

export interface LinearNetworkClassesOptions {
  /** Widths k, p_1, ..., d of the layers. */
  readonly widths: readonly number[];
  /** Second moment Sigma_XX = X^T X / n, k x k, positive definite. */
  readonly inputMoment: Float64Array;
  /** Second moment Sigma_YX = Y^T X / n, d x k. */
  readonly crossMoment: Float64Array;
  /** Trace of the second moment Y^T Y / n. */
  readonly targetTrace: number;
  /** Hash of the data, which the classes carry. */
  readonly hash: string;
}

export const widthsRule = {
  required: true,
  expected: "at least three positive integers, inputs first",
  is: (value: unknown) => arePositiveIntegers(value, 3),
  range: true,
} as const;

const rules = {
  widths: widthsRule,
  inputMoment: { ...float64Array, required: true },
  crossMoment: { ...float64Array, required: true },
  targetTrace: { ...nonNegative, required: true },
  hash: { ...text, required: true },
} as const;

export interface LinearNetworkClasses extends Iterable<LinearNetworkClass> {
  readonly hash: string;
  /** Singular values s_1 >= s_2 >= ... > 0 of Sigma_YX Sigma_XX^(-1/2). */
  readonly singularValues: Float64Array;
  /** Left singular vector i is `outputVectors.subarray(i * d, (i + 1) * d)`. */
  readonly outputVectors: Float64Array;
  /** Number of classes: sets of at most min(widths) positions in `singularValues`. */
  readonly count: number;
  /** Gives the class of a set of positions in `singularValues`. */
  classOf(directions: Iterable<number>): LinearNetworkClass;
  /**
   * Gives a balanced point of the class: all layers share the s_i evenly. The layers between W_1 and W_L are diagonal.
   * Their first m entries are these shares, and ones follow up to `middleRank` entries. `middleRank` lies between m and
   * the smallest hidden width; default m. With one hidden layer there is no choice.
   */
  representative(directions: Iterable<number>, middleRank?: number): Float64Array;
  /** Gives the index and the kernel dimension of the Hessian at that point, in closed form. */
  orderAt(directions: Iterable<number>, middleRank?: number): RepresentativeOrder;
  /**
   * Finds the class whose map is nearest to that of a point, in any basis. Cost: products of the layers, O((k + d)^3).
   */
  match(point: Float64Array): LinearNetworkMatch;
}

/** Eigenvalues of the inputs' moment, and squared singular values, below this share of the largest count as zero. */
const zeroWithin = 1e-12;
const who = "linearNetwork";

/**
 * Lists the critical points of a linear network of any depth, class by class, lazily.
 *
 * The loss is ||Y - X M^T||^2 / (d n) with M = W_L ... W_1, W_l p_l x p_(l-1) and z = (W_1, ..., W_L). Let
 * R = Sigma_YX Sigma_XX^(-1/2) = U s V^T. At a critical point M = U_S U_S^T Sigma_YX Sigma_XX^-1 for a set S of
 * m <= min(widths) singular directions [1, 2].
 *
 * The map and the loss are exact for every critical point. (With equal singular values U_S is any basis of a subspace.)
 * Index and kernel are exact at `representative(S, rho)` and on its orbit W_l -> C_l W_l C_(l-1)^-1 with C_0 = C_L = I.
 * There, with q = #{j not in S},
 * - Morse index = sum over i in S of #{j not in S: s_j > s_i} + (rho - m) q,
 * - kernel dimension = N - m^2 - m (k + d - 2 m) + #{i in S, j not in S: s_j = s_i} - 2 (rho - m) q.
 *
 * N is the dimension of z, and rho is the rank of W_(L-1) ... W_2 there; if L = 2, it is the hidden width. With L = 2
 * and k = d = rank R these are all critical points. With more layers a class has others too, whose index may differ. If
 * rho = m < min(widths) and S holds the leading directions, they are saddles without negative curvature, which
 * two-layer networks do not have.
 *
 * Cost: two eigendecompositions, O(k^3 + d^3).
 *
 * @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, ERR_OPTION_RANGE for wrong options
 * @throws {RangeError} ERR_LENGTH for a moment of another size, ERR_NOT_POSITIVE_DEFINITE if the inputs' moment is
 *   singular
 * @see [1] Baldi and Hornik, "Neural networks and principal component analysis", 1989, doi:10.1016/0893-6080(89)90014-2
 * @see [2] Achour, Malgouyres and Gerchinovitz, "The loss landscape of deep linear neural networks: a second-order
 *   analysis", 2021, arXiv:2107.13289
 */
export function linearNetworkClasses(options: LinearNetworkClassesOptions): LinearNetworkClasses {
  const { widths, inputMoment, crossMoment, targetTrace, hash } = readOptions("linearNetworkClasses", options, rules);
  const k = widths[0]!;
  const d = widths.at(-1)!;
  checkMoment(who, "inputMoment", inputMoment, k, k);
  checkMoment(who, "crossMoment", crossMoment, d, k);
  const layers = widths.length - 1;
  const hidden = Math.min(...widths.slice(1, -1));
  const size = Array.from({ length: layers }, (_, l) => widths[l]! * widths[l + 1]!).reduce((sum, x) => sum + x, 0);
  // B = Sigma_YX Sigma_XX^-1, the regression; G = B Sigma_XY = R R^T.
  const regression = multiply(crossMoment, d, k, inverseOf(inputMoment, k), k);
  const gram = multiply(regression, d, k, transpose(crossMoment, d, k), d);
  const { values, vectors } = symmetricEigen(gram);
  const squares = values.slice().reverse();
  const rank = squares.subarray(0, Math.min(k, d)).filter((x) => x > zeroWithin * squares[0]!).length;
  const s = Float64Array.from(squares.subarray(0, rank), Math.sqrt);
  const u = new Float64Array(rank * d);
  for (let i = 0; i < rank; i++) u.set(vectors.subarray((d - 1 - i) * d, (d - i) * d), i * d);
  const most = Math.min(rank, ...widths);
  const group = groupsOf(s);
  // Rows u_i^T B.
  const rows = multiply(u, rank, d, regression, k);

  const setOf = (given: Iterable<number>): readonly number[] => checkDirections(who, given, rank, most);
  const classOf = (given: Iterable<number>): LinearNetworkClass => {
    const directions = setOf(given);
    const explained = directions.reduce((sum, i) => sum + s[i]! ** 2, 0);
    const leading = directions.every((direction, at) => group[direction] === group[at]);
    return {
      directions,
      loss: (targetTrace - explained) / d,
      global: directions.length === most && leading,
    };
  };
  const middleOf = (m: number, given: number | undefined): number => {
    const rho = given ?? (layers === 2 ? hidden : m);
    const allowed = layers === 2 ? rho === hidden : Number.isInteger(rho) && rho >= m && rho <= hidden;
    if (!allowed) {
      const range = layers === 2 ? `${hidden}, the width of the one hidden layer` : `from ${m} to ${hidden}`;
      throw failure("ERR_OPTION_RANGE", `${who}: expected middleRank to be ${range}, got ${rho}`);
    }
    return rho;
  };

  return {
    hash,
    singularValues: s,
    outputVectors: u,
    count: countSubsets(rank, most),
    classOf,
    *[Symbol.iterator]() {
      for (let m = 0; m <= most; m++) for (const directions of subsets(rank, m)) yield classOf(directions);
    },
    orderAt(given, middleRank) {
      const directions = setOf(given);
      const m = directions.length;
      const rho = middleOf(m, middleRank);
      const inside = new Set(directions);
      let larger = 0;
      let equal = 0;
      for (const i of directions) {
        for (let j = 0; j < rank; j++) {
          if (inside.has(j)) continue;
          if (group[j]! < group[i]!) larger++;
          else if (group[j] === group[i]) equal++;
        }
      }
      const outside = (rho - m) * (rank - m);
      return {
        morseIndex: larger + outside,
        kernelDimension: size - m * m - m * (k + d - 2 * m) + equal - 2 * outside,
      };
    },
    representative(given, middleRank) {
      const directions = setOf(given);
      const m = directions.length;
      const rho = middleOf(m, middleRank);
      const point = new Float64Array(size);
      let offset = 0;
      for (let l = 0; l < layers; l++) {
        const inputs = widths[l]!;
        for (let a = 0; a < (l > 0 && l < layers - 1 ? rho : m); a++) {
          const share = a < m ? pow(s[directions[a]!]!, 1 / layers) : 1;
          if (l === 0) {
            // s^(1/L) v_i^T Sigma_XX^(-1/2) = s^(1/L - 1) u_i^T B
            const i = directions[a]!;
            for (let j = 0; j < k; j++) point[a * k + j] = (share / s[i]!) * rows[i * k + j]!;
          } else if (l === layers - 1) {
            for (let j = 0; j < d; j++) point[offset + j * inputs + a] = share * u[directions[a]! * d + j]!;
          } else point[offset + a * inputs + a] = share;
        }
        offset += inputs * widths[l + 1]!;
      }
      return point;
    },
    match(point) {
      if (point.length !== size) {
        throw failure("ERR_LENGTH", `${who}: expected a point of length ${size}, got ${point.length}`);
      }
      const map = mapOf(point, widths);
      // At a critical point M = P B, so M Sigma_XY = P G. In G's eigenbasis P is diagonal, or block diagonal where
      // values are equal.
      const projected = multiply(map, d, k, transpose(crossMoment, d, k), d);
      const inBasis = multiply(multiply(u, rank, d, projected, d), rank, d, transpose(u, rank, d), rank);
      const projection = inBasis.map((entry, at) => entry / s[at % rank]! ** 2);
      const found = classOf(chosenDirections(projection, rank, group, most));
      const difference = map.slice();
      for (const i of found.directions) {
        for (let a = 0; a < d; a++) {
          for (let j = 0; j < k; j++) difference[a * k + j] = difference[a * k + j]! - u[i * d + a]! * rows[i * k + j]!;
        }
      }
      const error = map.map((entry, at) => entry - regression[at]!);
      const excess = traceOf(multiply(multiply(error, d, k, inputMoment, k), d, k, transpose(error, d, k), d), d);
      const loss = (excess + targetTrace - traceOf(gram, d)) / d;
      return { class: found, distance: norm(Float64Array.from(difference)), lossDifference: loss - found.loss };
    },
  };
}

/** Multiplies the layers to W_L ... W_1, d x k. */
function mapOf(point: Float64Array, widths: readonly number[]): Float64Array {
  const k = widths[0]!;
  let map = point.subarray(0, widths[1]! * k);
  let offset = map.length;
  for (let l = 1; l + 1 < widths.length; l++) {
    const length = widths[l + 1]! * widths[l]!;
    map = multiply(point.subarray(offset, offset + length), widths[l + 1]!, widths[l]!, map, k);
    offset += length;
  }
  return map;
}

function traceOf(matrix: Float64Array, size: number): number {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
  return trace;
}

function inverseOf(moment: Float64Array, k: number): Float64Array {
  const { values, vectors } = symmetricEigen(moment);
  const largest = values[k - 1]!;
  const flat = values.filter((value) => !(value > zeroWithin * largest)).length;
  if (flat > 0) {
    throw failure(
      "ERR_NOT_POSITIVE_DEFINITE",
      `${who}: expected inputs that vary in all ${k} directions, got none in ${flat} of them; leave variables out or ` +
        "give more samples",
    );
  }
  const inverse = new Float64Array(k * k);
  values.forEach((value, l) => {
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        inverse[i * k + j] = inverse[i * k + j]! + (vectors[l * k + i]! * vectors[l * k + j]!) / value;
      }
    }
  });
  return inverse;
}
