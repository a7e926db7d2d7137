import { failure } from "../../errors.ts";
import { symmetricEigen } from "../../linalg/dense/dense.ts";
import { readOptions } from "../../options.ts";
import { float64Array, positiveInteger, text } from "../rules.ts";
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

/**
 * The critical points whose map W2 W1 projects on the same eigenvectors of Sigma. They have the same loss and index.
 */
export interface CriticalClass {
  /** Set I of directions: ascending positions in `eigenvalues`. */
  readonly directions: readonly number[];
  /** Loss (tr Sigma - sum of lambda_i over I) / k. */
  readonly loss: number;
  /** Number of negative eigenvalues of the Hessian. */
  readonly morseIndex: number;
  /** Number of zero eigenvalues of the Hessian. */
  readonly kernelDimension: number;
}

/** The place of a point among the classes. */
export interface ClassMatch {
  readonly class: CriticalClass;
  /** Distance ||W2 W1 - P||_F, where P is the projection of the class. */
  readonly distance: number;
  /** Loss at the point minus the loss of the class. */
  readonly lossDifference: number;
}

/** The class that is nearest in loss. */
export interface NearestClass {
  readonly class: CriticalClass;
  /** Given loss minus the loss of the class. */
  readonly lossDifference: number;
}

export interface AutoencoderClassesOptions {
  /** Number k of inputs. */
  readonly inputs: number;
  /** Width p of the hidden layer. */
  readonly hidden: number;
  /** Second moment Sigma = X^T X / n, k x k, positive definite. */
  readonly moment: Float64Array;
  /** Hash of the data. The classes carry it so that they are never compared with a run on other data. */
  readonly hash: string;
}

const rules = {
  inputs: { ...positiveInteger, required: true },
  hidden: { ...positiveInteger, required: true },
  moment: { ...float64Array, required: true },
  hash: { ...text, required: true },
} as const;

export interface AutoencoderClasses extends Iterable<CriticalClass> {
  readonly hash: string;
  /** Eigenvalues of Sigma, the largest first. */
  readonly eigenvalues: Float64Array;
  /** Eigenvector i is `eigenvectors.subarray(i * k, (i + 1) * k)`. */
  readonly eigenvectors: Float64Array;
  /** Number of classes, the sum of the binomials C(k, m) over m <= min(p, k). */
  readonly count: number;
  /** Gives the class of a set of positions in `eigenvalues`. */
  classOf(directions: Iterable<number>): CriticalClass;
  /** Gives a point of the class: the rows of W1 are the eigenvectors, then zeros, and W2 = W1^T. */
  representative(directions: Iterable<number>): Float64Array;
  /** Finds the class whose projection is nearest to W2 W1 of a point. Cost: O(k^3). */
  match(point: Float64Array): ClassMatch;
  /**
   * Finds the class that is nearest in loss, among those of a Morse index if one is given. Cost: it goes through all
   * classes.
   *
   * @throws ERR_UNSUPPORTED for more than five million classes
   */
  nearest(loss: number, morseIndex?: number): NearestClass | undefined;
}

/** Eigenvalues below this share of the largest belong to directions in which the data do not vary. */
const zeroWithin = 1e-12;
const mostEnumerated = 5_000_000;

/**
 * Lists the critical points of the two-layer linear autoencoder in closed form, class by class, lazily.
 *
 * The loss is ||X - X (W2 W1)^T||^2 / (k n) with W1 p x k, W2 k x p and z = (W1, W2). At a critical point W2 W1 is the
 * orthogonal projection on the span of a set I of m <= p eigenvectors of Sigma [1], and
 * - loss = (tr Sigma - sum over i in I of lambda_i) / k,
 * - Morse index = sum over i in I of #{j not in I: lambda_j > lambda_i} + (p - m)(k - m),
 * - kernel dimension = m (2 p - m) + #{i in I, j not in I: lambda_j = lambda_i}.
 *
 * The change W1 -> C W1, W2 -> W2 C^-1 with an invertible C stays inside a class. k = 16 and p = 4 give 2517 classes.
 * Iteration gives the origin first, then m = 1, 2, ..., and for each m the leading eigenvectors first.
 *
 * Cost: one eigendecomposition, O(k^3); then O(k p) per class.
 *
 * @example
 * const data = gaussianData({ inputs: 2, samples: 100, seed: 1 });
 * const hash = dataHash([100, 2], data);
 * const classes = autoencoderClasses({ inputs: 2, hidden: 1, moment: secondMoment(data, 2), hash });
 * console.log([...classes].map(({ morseIndex }) => morseIndex).join(" "));
 * // 2 0 1
 * @throws ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN, ERR_OPTION_RANGE for wrong options
 * @throws {RangeError} ERR_LENGTH for a moment of another size, ERR_NOT_POSITIVE_DEFINITE if Sigma is not positive
 *   definite, because the formulas for index and kernel do not hold then; the message names the constant directions
 * @see [1] Baldi and Hornik, "Neural networks and principal component analysis", 1989, doi:10.1016/0893-6080(89)90014-2
 */
export function autoencoderClasses(options: AutoencoderClassesOptions): AutoencoderClasses {
  const { inputs: k, hidden: p, moment, hash } = readOptions("autoencoderClasses", options, rules);
  checkMoment("autoencoderClasses", "moment", moment, k, k);
  const { values, vectors } = symmetricEigen(moment);
  const lambda = values.slice().reverse();
  const eigenvectors = new Float64Array(k * k);
  for (let i = 0; i < k; i++) eigenvectors.set(vectors.subarray((k - 1 - i) * k, (k - i) * k), i * k);
  refuseSingular(lambda, eigenvectors, k);
  const most = Math.min(p, k);
  const trace = lambda.reduce((sum, x) => sum + x, 0);
  const group = groupsOf(lambda);

  const classOf = (given: Iterable<number>): CriticalClass => {
    const directions = checkDirections("autoencoderClasses", given, k, most);
    const inside = new Set(directions);
    const m = directions.length;
    let loss = trace;
    let larger = 0;
    let equal = 0;
    for (const i of directions) {
      loss -= lambda[i]!;
      for (let j = 0; j < k; j++) {
        if (inside.has(j)) continue;
        if (group[j]! < group[i]!) larger++;
        else if (group[j] === group[i]) equal++;
      }
    }
    return {
      directions,
      loss: loss / k,
      morseIndex: larger + (p - m) * (k - m),
      kernelDimension: m * (2 * p - m) + equal,
    };
  };
  function* enumerate(): Generator<CriticalClass> {
    for (let m = 0; m <= most; m++) for (const directions of subsets(k, m)) yield classOf(directions);
  }
  const count = countSubsets(k, most);

  return {
    hash,
    eigenvalues: lambda,
    eigenvectors,
    count,
    classOf,
    [Symbol.iterator]: enumerate,
    representative(given) {
      const point = new Float64Array(2 * p * k);
      checkDirections("autoencoderClasses", given, k, most).forEach((i, row) => {
        for (let j = 0; j < k; j++) {
          point[row * k + j] = eigenvectors[i * k + j]!;
          point[p * k + j * p + row] = eigenvectors[i * k + j]!;
        }
      });
      return point;
    },
    match(point) {
      if (point.length !== 2 * p * k) {
        throw failure("ERR_LENGTH", `autoencoderClasses: expected a point of length ${2 * p * k}, got ${point.length}`);
      }
      const map = inEigenbasis(point, eigenvectors, k, p);
      const found = classOf(chosenDirections(map, k, group, most));
      const inside = new Set(found.directions);
      let distance = 0;
      let loss = 0;
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < k; j++) {
          const entry = map[i * k + j]!;
          distance += (entry - (i === j && inside.has(i) ? 1 : 0)) ** 2;
          loss += lambda[j]! * (entry - (i === j ? 1 : 0)) ** 2;
        }
      }
      return { class: found, distance: Math.sqrt(distance), lossDifference: loss / k - found.loss };
    },
    nearest(loss, morseIndex) {
      if (count > mostEnumerated) {
        throw failure(
          "ERR_UNSUPPORTED",
          `autoencoderClasses: expected at most ${mostEnumerated} classes to search, got ${count}; use match(point)`,
        );
      }
      let best: NearestClass | undefined;
      for (const candidate of enumerate()) {
        if (morseIndex !== undefined && candidate.morseIndex !== morseIndex) continue;
        const lossDifference = loss - candidate.loss;
        if (best === undefined || Math.abs(lossDifference) < Math.abs(best.lossDifference)) {
          best = { class: candidate, lossDifference };
        }
      }
      return best;
    },
  };
}

/**
 * Computes U (W2 W1) U^T. At a critical point it is a diagonal of ones and zeros, and block diagonal where eigenvalues
 * are equal.
 */
function inEigenbasis(point: Float64Array, u: Float64Array, k: number, p: number): Float64Array {
  const w1u = multiply(point.subarray(0, p * k), p, k, transpose(u, k, k), k);
  const uw2 = multiply(u, k, k, point.subarray(p * k), p);
  return multiply(uw2, k, p, w1u, k);
}

function refuseSingular(lambda: Float64Array, eigenvectors: Float64Array, k: number): void {
  const flat = Array.from(lambda.keys()).filter((i) => !(lambda[i]! > zeroWithin * lambda[0]!));
  if (flat.length === 0) return;
  const names = flat.map((i) => {
    const vector = eigenvectors.subarray(i * k, (i + 1) * k);
    const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const parts = Array.from(vector.keys()).filter((j) => Math.abs(vector[j]!) > 1e-3 * largest);
    return parts.length === 1
      ? `variable ${parts[0]}`
      : `${parts
          .slice(0, 4)
          .map((j) => `${vector[j]!.toFixed(3)} x${j}`)
          .join(" + ")}${parts.length > 4 ? " + ..." : ""}`;
  });
  throw failure(
    "ERR_NOT_POSITIVE_DEFINITE",
    `deepLinearAutoencoder: expected data that vary in all ${k} directions, got none in ${names.slice(0, 8).join("; ")}` +
      `${names.length > 8 ? `; and ${names.length - 8} more` : ""}; leave these variables out or give more samples`,
  );
}
