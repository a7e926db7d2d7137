import {
  type Columns,
  defineMeasure,
  type Iterate,
  type Measure,
  norm as normOf,
  randomSource,
  readOptions,
  scale,
} from "../../authoring/index.ts";
import { kernelShare } from "../../linalg/spectra/kernelShare.ts";
import { frobeniusNorm } from "../../linalg/spectra/norms.ts";
import { seed, share } from "../support/rules.ts";

/** Options of {@link detectFlatness}. */
export interface DetectFlatnessOptions {
  /** Flat needs a relative residual above this. Default 0.9 [1]. */
  readonly relativeResidual?: number;
  /** Flat needs a relative co-kernel residual below this; by projection it bounds the kernel's eigenvalues. Default 5e-4 [1]. */
  readonly relativeCokernelResidual?: number;
  /** Where the verdict is by curvature, flat needs ||J F|| / (||J|| ||F||) below this. Default 5e-4. */
  readonly relativeCurvature?: number;
  /** Where the verdict is by projection, flat needs ||P F|| / ||F|| above this. Default 0.9. */
  readonly kernelShare?: number;
  /**
   * `residuals`: the verdict reads the columns of `newtonDirection` where a row has them, and costs nothing there; other
   * rows are judged by curvature. `curvature`: always two products, whatever the solver says. `projection`: on an approximate
   * kernel of J, by Lanczos. Default `residuals`.
   */
  readonly by?: "residuals" | "curvature" | "projection";
  /**
   * ||J|| in all ratios. `two`: the 2-norm, estimated (by the solver, or by one step of a power iteration a row).
   * `frobenius`: exact for n <= 1000 at n products a row, above estimated with 64. Default `two`.
   */
  readonly norm?: "two" | "frobenius";
  /** Of the power iteration's first vector and of the Frobenius estimate. Default 0. */
  readonly seed?: number;
}

/** Steps of the power iteration on the first row, which has no vector to go on from. */
const firstPowerSteps = 10;

const rules = {
  relativeResidual: { ...share, default: 0.9 },
  relativeCokernelResidual: { ...share, default: 5e-4 },
  relativeCurvature: { ...share, default: 5e-4 },
  kernelShare: { ...share, default: 0.9 },
  by: { default: "residuals", oneOf: ["residuals", "curvature", "projection"] },
  norm: { default: "two", oneOf: ["two", "frobenius"] },
  seed,
} as const;

/**
 * Says of each iterate whether it is approximately gradient-flat: F nearly in the kernel of J without being zero [1].
 *
 * Column `flat` is 1 or 0, for `switchMethod` and for stopping. By residuals of the Newton system J p = -F:
 * ||J p + F|| / (||J|| ||p|| + ||F||) > 0.9 and ||J (J p + F)|| / (||J|| ||J p + F||) < 5e-4.
 * By curvature: `relativeCurvature` = ||J F|| / (||J|| ||F||) < 5e-4, which no solver's tolerance or limit influences;
 * 0 / 0 is 0, so that a point where F = 0 or J = 0 is flat.
 * By projection: `kernelShare` = ||P F|| / ||F|| > 0.9, P on the span of eigenvectors (singular vectors) of |lambda| <= 5e-4 ||J||. It is
 * what the exact least-squares direction would leave, ||J p + F|| / ||F||, and so the first two as they are meant, without a solver's
 * tolerance: a component of F outside the kernel that curvature weighs by its eigenvalue counts here by its length.
 *
 * Emits every iterate at once. State: the vector of the power iteration. Cost: nothing, or two products (11 on the first
 * row), or with Frobenius norms one and min(n, 64 above n = 1000); by projection min(n, 50) + 20, twice that without symmetry.
 *
 * @example switchMethod(newtonMR(), chain(momentum(), gradientStep(0.01)), (it) => it.columns.flat === 1)
 * @param options {@link DetectFlatnessOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for a threshold that is not in [0, 1]
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export function detectFlatness(options: DetectFlatnessOptions = {}): Measure {
  const read = readOptions("detectFlatness", options, rules);
  const { relativeResidual, relativeCokernelResidual, relativeCurvature, by, norm } = read;
  if (by === "projection") return byProjection(read.kernelShare, relativeCokernelResidual, norm, read.seed);
  const kind = norm === "two" ? "the 2-norm, estimated by power iteration" : "the Frobenius norm";
  const columns: Columns = {
    flat: { meaning: "1: approximately gradient-flat, 0: not" },
    relativeCurvature: { meaning: `||J F|| / (||J|| ||F||), ||J|| being ${kind}` },
    ...(norm === "two"
      ? {}
      : {
          frobeniusNorm: { meaning: "||J||_F" },
          relativeResidualFrobenius: { meaning: "||J p + F|| / (||J||_F ||p|| + ||F||)" },
          relativeCokernelResidualFrobenius: { meaning: "||J (J p + F)|| / (||J||_F ||J p + F||)" },
        }),
  };
  return defineMeasure({
    name: "detectFlatness",
    columns,
    init: (_first, previous?: { power: Float64Array | undefined }) => previous ?? { power: undefined },
    step(it, state) {
      const residuals = by === "residuals" ? solverResiduals(it) : undefined;
      if (norm === "frobenius") {
        const frobenius = frobeniusNorm(it.at.linearize(), { seed: read.seed });
        if (residuals === undefined) {
          const curvature = ratio(curvatureNorm(it), frobenius * normOf(it.at.field));
          const flat = curvature < relativeCurvature ? 1 : 0;
          return { columns: { flat, relativeCurvature: curvature, frobeniusNorm: frobenius } };
        }
        const r = ratio(residuals.norm, frobenius * residuals.directionNorm + normOf(it.at.field));
        const cokernel = ratio(residuals.relativeCokernelResidual * residuals.jacobianNorm, frobenius);
        return {
          columns: {
            flat: r > relativeResidual && cokernel < relativeCokernelResidual ? 1 : 0,
            frobeniusNorm: frobenius,
            relativeResidualFrobenius: r,
            relativeCokernelResidualFrobenius: cokernel,
          },
        };
      }
      if (residuals !== undefined) {
        const isFlat =
          residuals.relativeResidual > relativeResidual &&
          residuals.relativeCokernelResidual < relativeCokernelResidual;
        return { columns: { flat: isFlat ? 1 : 0 } };
      }
      const curved = curvatureNorm(it);
      const { power, estimate } = powerSteps(it, state.power, read.seed);
      const fieldNorm = normOf(it.at.field);
      const curvature = fieldNorm === 0 ? 0 : ratio(curved / fieldNorm, Math.max(estimate, curved / fieldNorm));
      return {
        state: { power },
        columns: { flat: curvature < relativeCurvature ? 1 : 0, relativeCurvature: curvature },
      };
    },
  });
}

function byProjection(leastShare: number, tolerance: number, norm: "two" | "frobenius", seed: number): Measure {
  const kind = norm === "two" ? "||J||_2" : "||J||_F";
  return defineMeasure({
    name: "detectFlatness",
    columns: {
      flat: { meaning: "1: approximately gradient-flat, 0: not" },
      kernelShare: { meaning: `||P F|| / ||F||, P the projection on eigenvectors of J up to ${tolerance} ${kind}` },
    },
    step(it) {
      if (!Number.isFinite(it.squaredFieldNorm)) return;
      const jacobian = it.at.linearize();
      const share = kernelShare(jacobian, it.at.field, {
        tolerance,
        ...(norm === "two" ? {} : { norm: frobeniusNorm(jacobian, { seed }) }),
      });
      return { columns: { flat: share > leastShare ? 1 : 0, kernelShare: share } };
    },
  });
}

/** 0 / 0 is 0. */
function ratio(above: number, below: number): number {
  return above === 0 ? 0 : above / below;
}

/** What `newtonDirection` left in the row, if it stands before. */
function solverResiduals(it: Iterate):
  | {
      readonly relativeResidual: number;
      readonly relativeCokernelResidual: number;
      readonly directionNorm: number;
      readonly jacobianNorm: number;
      /** ||J p + F||. */
      readonly norm: number;
    }
  | undefined {
  const { relativeResidual, relativeCokernelResidual, directionNorm, jacobianNorm } = it.columns;
  if (relativeResidual === undefined || relativeCokernelResidual === undefined) return undefined;
  if (directionNorm === undefined || jacobianNorm === undefined) return undefined;
  const norm = relativeResidual * (jacobianNorm * directionNorm + normOf(it.at.field));
  return { relativeResidual, relativeCokernelResidual, directionNorm, jacobianNorm, norm };
}

/** ||J F||. */
function curvatureNorm(it: Iterate): number {
  const product = new Float64Array(it.at.field.length);
  it.at.linearize().apply(it.at.field, product);
  return normOf(product);
}

/** ||J q|| for a unit vector q that turns towards the largest singular value from row to row: q <- J q / ||J q||. */
function powerSteps(
  it: Iterate,
  before: Float64Array | undefined,
  seed: number,
): { readonly power: Float64Array; readonly estimate: number } {
  const n = it.at.field.length;
  const map = it.at.linearize();
  let power = before;
  if (power === undefined) {
    const random = randomSource(seed, "detectFlatness");
    power = Float64Array.from({ length: n }, () => random.normal());
    scale(1 / normOf(power), power);
  }
  let estimate = 0;
  for (let k = before === undefined ? firstPowerSteps : 1; k > 0; k--) {
    const next = new Float64Array(n);
    map.apply(power, next);
    const size = normOf(next);
    estimate = Math.max(estimate, size);
    // A J that is nothing, or no number, has no direction to offer: keep the one there is.
    if (!(size > 0 && Number.isFinite(size))) break;
    scale(1 / size, next);
    power = next;
  }
  return { power, estimate };
}
