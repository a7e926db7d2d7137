/** Random quartic polynomials with a gradient-flat point or a regular zero of F at a known place, in any units. */
import { symmetricEigen } from "../../src/linalg/dense/dense.ts";
import { denseMatrix } from "../../src/linalg/maps/maps.ts";
import type { Problem } from "../../src/problems/problem.ts";
import { randomSource } from "../../src/random.ts";

interface PlantedOptions {
  readonly n: number;
  readonly seed: number;
  /** Slope at the place: 0 for a zero of F, else F = slope e_1 there, which J maps to 0. */
  readonly slope: number;
  /** Absolute curvature along the softest direction of a zero, where the others are about 1. */
  readonly softest: number;
  /** Units of the parameters: z = place + units * y. */
  readonly units: Float64Array;
  readonly place: Float64Array;
}

/** A polynomial with what is known of it. */
export interface Planted {
  readonly problem: Problem;
  /** The point at a place in the coordinates of the polynomial, whose origin is planted. */
  readonly pointAt: (y: Float64Array) => Float64Array;
  /** Length over which F changes by itself along e_1: sqrt(2 g / c) beside a flat point, |softest| / c beside a zero. */
  readonly scale: number;
}

/**
 * L = g y_1 + y^T A y / 2 + T(y, y, y) / 6 + sum_k y_k^4 / 24, with A = diag(a_1, ...) and a random symmetric T.
 *
 * With g > 0 and a_1 = 0 the origin is gradient-flat: F = g e_1 and J F = 0. It is a minimum of ||F|| that is not zero
 * where the Hessian of ||F||^2 / 2, A^2 + g T(e_1, ., .), is positive definite there, which is checked; other draws are
 * refused. With g = 0 it is a regular zero.
 *
 * @returns undefined for a draw whose flat point is not a minimum of ||F||
 */
export function planted({ n, seed, slope, softest, units, place }: PlantedOptions): Planted | undefined {
  const random = randomSource(seed, "planted");
  const flat = slope !== 0;
  const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
  const curvatures = Float64Array.from({ length: n }, (_, k) =>
    k === 0 ? (flat ? 0 : softest * sign()) : sign() * (0.5 + random.uniform()),
  );
  const third = symmetricTensor(n, () => 0.3 * random.normal());
  const c = 0.5 + random.uniform();
  third[0] = flat ? c : c * sign();
  if (flat) {
    const hessian = Float64Array.from({ length: n * n }, (_, place) => {
      const [i, j] = [Math.floor(place / n), place % n];
      return (i === j ? curvatures[i]! ** 2 : 0) + slope * third[i * n + j]!;
    });
    if (!(symmetricEigen(hessian).values[0]! > 0.05 * slope)) return undefined;
  }
  const local = (z: ArrayLike<number>): number[] => Array.from(place, (at, i) => (z[i]! - at) / units[i]!);
  const problem: Problem = {
    name: "planted",
    dimension: n,
    symmetric: true,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
    evaluate(z, field) {
      const y = local(z);
      let value = slope * y[0]!;
      for (let i = 0; i < n; i++) {
        let curved = 0;
        for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) curved += third[(i * n + j) * n + k]! * y[j]! * y[k]!;
        const quartic = y[i]! ** 3 / 6;
        field[i] = ((i === 0 ? slope : 0) + curvatures[i]! * y[i]! + curved / 2 + quartic) / units[i]!;
        value += y[i]! * ((curvatures[i]! * y[i]!) / 2 + curved / 6 + quartic / 4);
      }
      return value;
    },
    linearize(z) {
      const y = local(z);
      const entries = Float64Array.from({ length: n * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = i === j ? curvatures[i]! + y[i]! ** 2 / 2 : 0;
        for (let k = 0; k < n; k++) sum += third[at * n + k]! * y[k]!;
        return sum / units[i]! / units[j]!;
      });
      return denseMatrix(n, n, entries, { symmetric: true });
    },
  };
  return {
    problem,
    pointAt: (y) => place.map((at, i) => at + units[i]! * y[i]!),
    scale: flat ? Math.sqrt((2 * slope) / c) : softest / c,
  };
}

function symmetricTensor(n: number, draw: () => number): Float64Array {
  const tensor = new Float64Array(n ** 3);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      for (let k = 0; k <= j; k++) {
        const value = draw();
        for (const [a, b, c] of [
          [i, j, k],
          [i, k, j],
          [j, i, k],
          [j, k, i],
          [k, i, j],
          [k, j, i],
        ] as const) {
          tensor[(a * n + b) * n + c] = value;
        }
      }
    }
  }
  return tensor;
}

/** What is known of a point. */
export type Truth = "flat" | "zero";

export interface PlantedEnd {
  readonly problem: Problem;
  readonly point: Float64Array;
}

/**
 * A point beside a flat point or a zero of a random polynomial of 2 to 7 parameters, whose units lie between 1e-4 and 1e4.
 *
 * @param share distance to the planted point, in lengths over which F changes by itself
 * @param length size of the parameters in these lengths
 * @returns undefined for a draw that is refused
 */
export function plantedEnd(truth: Truth, share: number, length: number, seed: number): PlantedEnd | undefined {
  const random = randomSource(seed, "plantedEnd");
  const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
  const n = 2 + Math.floor(6 * random.uniform());
  const units = Float64Array.from({ length: n }, () => 10 ** (8 * random.uniform() - 4));
  const slope = truth === "flat" ? 10 ** (3 * random.uniform() - 2) : 0;
  const softest = 10 ** (-4 * random.uniform());
  const at = (place: Float64Array) => planted({ n, seed, slope, softest, units, place });
  const scale = at(new Float64Array(n))?.scale;
  if (scale === undefined) return undefined;
  const { problem, pointAt } = at(units.map((unit) => unit * length * scale * (0.5 + random.uniform()) * sign()))!;
  // The other directions are closer, as where a search has lowered ||F||.
  const aside = (k: number): number => (k === 0 ? sign() * share : random.normal() * share ** 2);
  return { problem, point: pointAt(Float64Array.from({ length: n }, (_, k) => aside(k) * scale)) };
}
