/**
 * Symmetric systems whose eigenvalues, kernel and least-squares solutions are known to about 30 digits: A = Q D Q^T with
 * Q a product of rotations in pairs of doubles.
 */
import { type Pair, product, quickSum, sum } from "../../src/elementary/doubleDouble.ts";
import { pow, scaleByPower } from "../../src/elementary/index.ts";
import type { LinearMap } from "../../src/linalg/linearMap.ts";
import { linearMap } from "../../src/linalg/makeLinearMap.ts";
import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import { type RandomSource, randomSource } from "../../src/random.ts";

/** A vector of pairs. */
type Wide = Pair[];

const zero: Pair = { head: 0, tail: 0 };
const wide = (head: number): Pair => ({ head, tail: 0 });
const negative = ({ head, tail }: Pair): Pair => ({ head: -head, tail: -tail });

function quotient(a: Pair, b: Pair): Pair {
  const first = a.head / b.head;
  const rest = sum(a, negative(product(b, wide(first))));
  const second = rest.head / b.head;
  const last = sum(rest, negative(product(b, wide(second)))).head / b.head;
  const { head, tail } = quickSum(first, second);
  return quickSum(head, tail + last);
}

interface Rotation {
  readonly i: number;
  readonly j: number;
  readonly c: Pair;
  readonly s: Pair;
}

/** Rotations that mix all coordinates: in each round every coordinate meets another one. */
function rotationsOf(n: number, random: RandomSource): Rotation[] {
  const rotations: Rotation[] = [];
  const rounds = 4 + Math.ceil(Math.log2(Math.max(2, n)));
  for (let round = 0; round < rounds; round++) {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (let k = 0; k + 1 < n; k += 2) {
      // c = (1 - t^2) / (1 + t^2) and s = 2 t / (1 + t^2) are on the circle to the last digit of a pair.
      const t = wide(2 * random.uniform() - 1);
      const square = product(t, t);
      const below = sum(wide(1), square);
      rotations.push({
        i: order[k]!,
        j: order[k + 1]!,
        c: quotient(sum(wide(1), negative(square)), below),
        s: quotient(product(wide(2), t), below),
      });
    }
  }
  return rotations;
}

function rotate(v: Wide, rotations: readonly Rotation[], transposed: boolean): void {
  for (let at = 0; at < rotations.length; at++) {
    const { i, j, c, s: own } = rotations[transposed ? rotations.length - 1 - at : at]!;
    const s = transposed ? negative(own) : own;
    const [a, b] = [v[i]!, v[j]!];
    v[i] = sum(product(c, a), negative(product(s, b)));
    v[j] = sum(product(s, a), product(c, b));
  }
}

/** What describes a system. */
export interface KnownSystemOptions {
  readonly n: number;
  readonly seed: number;
  /** Condition number of A on its range. */
  readonly condition: number;
  /** Number of eigenvalues that are 0. */
  readonly nullity: number;
  /** Size of the part of b outside the range, relative to the part inside. */
  readonly outside: number;
  /** Exponents of the powers of two by which A and b are multiplied. Default 0. */
  readonly p?: number;
  readonly q?: number;
  /** Whether products are those of A itself, rounded once, instead of the matrix of its rounded entries. */
  readonly exactProducts?: boolean;
  /** Whether the coordinates of b on the eigenvectors are in proportion to the eigenvalues, so that x is short. */
  readonly smooth?: boolean;
}

/** A system, and what is known about it. */
export interface KnownSystem {
  readonly map: LinearMap;
  readonly b: Float64Array;
  /** Least-squares solution of least length, and its length. */
  readonly x: Float64Array;
  readonly leastLength: number;
  /** ||b - A x|| of it. */
  readonly leastResidual: number;
  /** ||b - A x|| of any x, to about 30 digits of the products. */
  residualOf(x: Float64Array): number;
  /** ||x - (least-squares solution of least length)|| relative to the length of that. */
  errorOf(x: Float64Array): number;
  /** ||A||, the largest absolute eigenvalue. */
  readonly norm: number;
}

/** Makes a system. Its eigenvalues have both signs and are spread evenly in logarithm, the extreme ones included. */
export function knownSystem(options: KnownSystemOptions): KnownSystem {
  const { n, seed, condition, nullity, outside, p = 0, q = 0, exactProducts = false, smooth = false } = options;
  const random = randomSource(seed, "knownSystem");
  const rotations = rotationsOf(n, random);
  const rank = n - nullity;
  const eigenvalues = Array.from({ length: n }, (_, k) => {
    if (k >= rank) return 0;
    const share = k === 0 ? 0 : k === rank - 1 ? 1 : random.uniform();
    return (random.uniform() < 0.5 ? -1 : 1) * pow(condition, -share);
  });
  const coordinates: Wide = eigenvalues.map((value, k) => {
    const normal = random.normal();
    if (k < rank) return smooth ? product(wide(value), wide(normal)) : wide(normal);
    return wide(outside * normal * Math.sqrt(rank / Math.max(1, nullity)));
  });
  const b = coordinates.slice();
  rotate(b, rotations, false);
  const right = Float64Array.from(b, ({ head }) => head);
  // The coordinates of b as it is after rounding.
  const rounded = Array.from(right, wide);
  rotate(rounded, rotations, true);
  const best = rounded.map((c, k) => (eigenvalues[k] === 0 ? zero : quotient(c, wide(eigenvalues[k]!))));
  const lengthOf = (v: Wide): number => Math.hypot(...v.map(({ head }) => head));
  const image = (v: ArrayLike<number>): Wide => {
    const turned = Array.from(v, wide);
    rotate(turned, rotations, true);
    for (let k = 0; k < n; k++) turned[k] = product(turned[k]!, wide(eigenvalues[k]!));
    return turned;
  };
  const productWith = (v: ArrayLike<number>): Wide => {
    const turned = image(v);
    rotate(turned, rotations, false);
    return turned;
  };
  const x = best.slice();
  rotate(x, rotations, false);
  const unscaled = (v: Float64Array): Float64Array => v.map((entry) => scaleByPower(entry, p - q));
  return {
    map: exactProducts ? exactMap(n, productWith, p) : matrixOf(n, productWith, p),
    b: right.map((entry) => scaleByPower(entry, q)),
    x: Float64Array.from(x, ({ head }) => scaleByPower(head, q - p)),
    leastLength: scaleByPower(lengthOf(best), q - p),
    leastResidual: scaleByPower(lengthOf(rounded.filter((_, k) => eigenvalues[k] === 0)), q),
    norm: scaleByPower(Math.max(...eigenvalues.map(Math.abs)), p),
    residualOf(given) {
      const turned = image(unscaled(given));
      return scaleByPower(lengthOf(turned.map((value, k) => sum(rounded[k]!, negative(value)))), q);
    },
    errorOf(given) {
      const turned = Array.from(unscaled(given), wide);
      rotate(turned, rotations, true);
      const distance = lengthOf(turned.map((value, k) => sum(value, negative(best[k]!))));
      const length = lengthOf(best);
      return length === 0 ? distance : distance / length;
    },
  };
}

function exactMap(n: number, productWith: (v: ArrayLike<number>) => Wide, p: number): LinearMap {
  return linearMap({
    rows: n,
    columns: n,
    symmetric: true,
    apply(v, out) {
      out.set(productWith(v).map(({ head }) => scaleByPower(head, p)));
    },
  });
}

function matrixOf(n: number, productWith: (v: ArrayLike<number>) => Wide, p: number): LinearMap {
  const matrix = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    const column = productWith(unit);
    for (let i = 0; i <= j; i++) {
      matrix[i * n + j] = scaleByPower(column[i]!.head, p);
      matrix[j * n + i] = matrix[i * n + j]!;
    }
  }
  return denseMatrix(n, n, matrix, { symmetric: true });
}

/** The systems of the battery: all sizes, conditions, nullities, right sides and units. */
export function batteryOf(count: number, largest: number): KnownSystemOptions[] {
  const random = randomSource(13, "battery");
  return Array.from({ length: count }, (_, seed) => {
    const n = seed < 4 ? seed + 1 : 1 + Math.floor(largest * random.uniform() ** 2);
    const nullity = random.uniform() < 0.3 ? 0 : Math.floor((random.uniform() * (n + 1)) / 2);
    return {
      n: seed === 4 ? largest : n,
      seed,
      nullity,
      condition: n - nullity < 2 ? 1 : pow(10, 15 * random.uniform()),
      outside: nullity === 0 || random.uniform() < 0.3 ? 0 : pow(10, -12 * random.uniform()),
      p: random.integer(3) === 0 ? random.integer(1001) - 500 : 0,
      q: random.integer(3) === 0 ? random.integer(1001) - 500 : 0,
      exactProducts: random.integer(4) === 0,
      smooth: random.integer(3) === 0,
    };
  });
}
