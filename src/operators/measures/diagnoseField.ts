import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { defineMeasure, distance, type LinearMap, type Measure, readOptions } from "../../authoring/index.ts";
import { denseOf, symmetricEigen } from "../../linalg/dense/dense.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { scaled, shifted } from "../../linalg/maps/maps.ts";
import { spectralNorm } from "../../linalg/spectra/norms.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "../support/measuredSteps.ts";
import { positiveInteger, seed } from "../support/rules.ts";

/** Options of {@link diagnoseField}. */
export interface DiagnoseFieldOptions extends MeasuredSteps {
  /** Largest dimension at which J is made dense and everything is exact; above it, Lanczos estimates. Default 200. */
  readonly exactUpTo?: number;
  /** Number of Lanczos steps. Default 40. */
  readonly steps?: number;
  /** Seed of the Lanczos start vectors. Default 0. */
  readonly seed?: number;
}

const rules = {
  ...stepRules,
  exactUpTo: { default: 200, min: 0, infinite: true },
  steps: { ...positiveInteger, default: 40 },
  seed,
} as const;

/**
 * Measures what F is like where the run is: whether it is monotone, whether it rotates, how steep it is.
 *
 * From J = S + A at z, with S symmetric and A antisymmetric:
 * - `monotonicity`: the least eigenvalue of S, the local modulus of (strong) monotonicity; where it is negative, F is
 *   not monotone here;
 * - `lipschitz`: ||J||_2;
 * - `rotation`: ||A||_2 / (||S||_2 + ||A||_2), 0 for the gradient of a function and 1 for a bilinear game;
 * - `cocoercivity`: the largest beta with <J v, v> >= beta ||J v||^2 for all v, only where J is dense; -Infinity where
 *   no beta has this property.
 *
 * From the changes dz and dF between the last row and this one: `secantMonotonicity`, <dF, dz> / ||dz||^2;
 * `secantLipschitz`, ||dF|| / ||dz||; `secantCocoercivity`, <dF, dz> / ||dF||^2. They bound the true constants on the
 * way from above, below and above.
 *
 * Use {@link warnNotMonotone} when a warning suffices, {@link jacobianSpectrum} for stable step sizes,
 * {@link hessianSpectrum} when F is a gradient.
 *
 * Cost per measurement: where J is dense n products and about 40 n^3 operations; by Lanczos 10 `steps` products with J
 * or J^T, good to a few per cent, with `monotonicity` from above. State: the last point and field, 2 n numbers.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), extragradient({ stepSize: 0.5 })))
 *   .pipe(diagnoseField({ every: 2 }))
 *   .subscribe((it) => console.log(it.step, it.columns.rotation?.toFixed(4), it.columns.secantLipschitz?.toFixed(4)));
 * // 0 1.0000 undefined
 * // 1 undefined 1.0000
 * // 2 1.0000 1.0000
 * @param options {@link DiagnoseFieldOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function diagnoseField(options: DiagnoseFieldOptions = {}): Measure {
  const { exactUpTo, steps, seed: key, ...when } = readOptions("diagnoseField", options, rules);
  const measured = measuredSteps("diagnoseField", when);
  return defineMeasure({
    name: "diagnoseField",
    columns: {
      monotonicity: { meaning: "least eigenvalue of the symmetric part of J" },
      lipschitz: { meaning: "||J||_2" },
      rotation: { meaning: "||A||_2 / (||S||_2 + ||A||_2) of the antisymmetric and symmetric parts of J" },
      cocoercivity: { meaning: "largest beta with <J v, v> >= beta ||J v||^2" },
      secantMonotonicity: { meaning: "<dF, dz> / ||dz||^2 since the row before" },
      secantLipschitz: { meaning: "||dF|| / ||dz|| since the row before" },
      secantCocoercivity: { meaning: "<dF, dz> / ||dF||^2 since the row before" },
    },
    init: (): { point: Float64Array | undefined; field: Float64Array } => ({
      point: undefined,
      field: new Float64Array(0),
    }),
    step(it, state) {
      const { point, field } = it.at;
      const secants = state.point === undefined ? {} : secantsOf(state.point, state.field, point, field);
      const local = !measured(it)
        ? {}
        : point.length <= exactUpTo
          ? exactOf(it.at.linearize())
          : estimatedOf(it.at.linearize(), steps, key);
      return {
        state: { point: point.slice(), field: field.slice() },
        columns: { ...nothing, ...secants, ...local },
      };
    },
  });
}

/** The least eigenvalue of the symmetric part of J, and ||J||_2: exact up to 200 coordinates. */
export function localModulus(map: LinearMap): { readonly modulus: number; readonly lipschitz: number } {
  const { monotonicity = Number.NaN, lipschitz = Number.NaN } =
    map.rows <= 200 ? exactOf(map) : estimatedOf(map, 40, 0);
  return { modulus: monotonicity, lipschitz };
}

/** Columns of a row that is not measured. */
const nothing = {
  monotonicity: undefined,
  lipschitz: undefined,
  rotation: undefined,
  cocoercivity: undefined,
  secantMonotonicity: undefined,
  secantLipschitz: undefined,
  secantCocoercivity: undefined,
} as const;

function secantsOf(
  pointBefore: Float64Array,
  fieldBefore: Float64Array,
  point: Float64Array,
  field: Float64Array,
): Partial<Record<keyof typeof nothing, number>> {
  const way = distance(point, pointBefore);
  if (way === 0) return {};
  const change = distance(field, fieldBefore);
  let product = 0;
  for (let i = 0; i < point.length; i++) product += (field[i]! - fieldBefore[i]!) * (point[i]! - pointBefore[i]!);
  return {
    secantMonotonicity: product / way ** 2,
    secantLipschitz: change / way,
    ...(change === 0 ? {} : { secantCocoercivity: product / change ** 2 }),
  };
}

type Local = Partial<Record<keyof typeof nothing, number>>;

function exactOf(map: LinearMap): Local {
  const n = map.rows;
  const values = denseOf(map);
  if (values.some((x) => !Number.isFinite(x))) return {};
  const symmetric = new Float64Array(n * n);
  const antisymmetric = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      symmetric[i * n + j] = (values[i * n + j]! + values[j * n + i]!) / 2;
      antisymmetric.set(i, j, (values[i * n + j]! - values[j * n + i]!) / 2);
    }
  }
  const eigen = symmetricEigen(symmetric).values;
  const symmetricNorm = Math.max(Math.abs(eigen[0]!), Math.abs(eigen[n - 1]!));
  const rotationNorm = new SingularValueDecomposition(antisymmetric).norm2;
  const decomposition = new SingularValueDecomposition(Matrix.from1DArray(n, n, values), { autoTranspose: true });
  return {
    monotonicity: eigen[0]!,
    lipschitz: decomposition.norm2,
    rotation: rotationNorm === 0 ? 0 : rotationNorm / (symmetricNorm + rotationNorm),
    cocoercivity: cocoercivityOf(decomposition, n),
  };
}

/**
 * The largest beta with <J v, v> >= beta ||J v||^2.
 *
 * With J = U diag(s) V^T and w = J v, <J v, v> = <w, J^+ w> on the range of J, so beta is the least eigenvalue of the
 * symmetric part of U^T V diag(1 / s) there. J and J^T must have the same kernel, else a mixed term is unbounded.
 */
function cocoercivityOf(decomposition: SingularValueDecomposition, n: number): number {
  const { leftSingularVectors: u, rightSingularVectors: v, diagonal: s } = decomposition;
  const zero = 1e-12 * decomposition.norm2;
  const kept = s.map((_, k) => k).filter((k) => s[k]! > zero);
  if (kept.length === 0) return Number.POSITIVE_INFINITY;
  const overlap = (a: Matrix, k: number, b: Matrix, l: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += a.get(i, k) * b.get(i, l);
    return sum;
  };
  for (let k = 0; k < n; k++) {
    if (s[k]! > zero) continue;
    for (const l of kept) if (Math.abs(overlap(v, k, u, l)) > 1e-9) return Number.NEGATIVE_INFINITY;
  }
  const r = kept.length;
  const matrix = new Float64Array(r * r);
  kept.forEach((k, i) => {
    kept.forEach((l, j) => {
      matrix[i * r + j] = overlap(u, k, v, l) / s[l]!;
    });
  });
  return symmetricEigen(matrix).values[0]!;
}

function estimatedOf(map: LinearMap, steps: number, seed: number): Local {
  const n = map.rows;
  const other = new Float64Array(n);
  const part = (sign: number, symmetric: boolean): LinearMap =>
    linearMap({
      rows: n,
      columns: n,
      symmetric,
      apply(v, out) {
        map.apply(v, out);
        map.applyTranspose(v, other);
        for (let i = 0; i < n; i++) out[i] = (out[i]! + sign * other[i]!) / 2;
      },
      applyTranspose(v, out) {
        map.applyTranspose(v, out);
        map.apply(v, other);
        for (let i = 0; i < n; i++) out[i] = (out[i]! + sign * other[i]!) / 2;
      },
    });
  const symmetric = part(1, true);
  const symmetricNorm = spectralNorm(symmetric, { steps, seed });
  if (!Number.isFinite(symmetricNorm)) return {};
  // With c = ||S||_2 every eigenvalue of c I - S is >= 0, so its norm is c minus the least eigenvalue of S.
  const c = symmetricNorm;
  const reflected = shifted(scaled(-1, symmetric), c);
  const least = c - spectralNorm(reflected, { steps, seed });
  const rotationNorm = spectralNorm(part(-1, false), { steps, seed });
  return {
    monotonicity: least,
    lipschitz: spectralNorm(map, { steps, seed }),
    rotation: rotationNorm === 0 ? 0 : rotationNorm / (symmetricNorm + rotationNorm),
  };
}
