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
import { endThresholds } from "../../endThresholds.ts";
import { kernelShare } from "../../linalg/spectra/kernelShare.ts";
import { frobeniusNorm } from "../../linalg/spectra/norms.ts";
import { whereFinite } from "../support/finiteMatrix.ts";
import { seed, share } from "../support/rules.ts";

/** Options of {@link detectFlatness}. */
export interface DetectFlatnessOptions {
  /** Relative residual, in [0, 1], above which a row can be flat. Default 0.9 [1]. */
  readonly relativeResidual?: number;
  /**
   * Relative co-kernel residual, in [0, 1], below which a row can be flat; by projection it bounds the kernel's
   * eigenvalues. Default 5e-4 [1].
   */
  readonly relativeCokernelResidual?: number;
  /** Value of ||J F|| / (||J|| ||F||), in [0, 1], below which a row is flat by curvature. Default 5e-4. */
  readonly relativeCurvature?: number;
  /** Share ||P F|| / ||F||, in [0, 1], above which a row is flat by projection. Default 0.9. */
  readonly kernelShare?: number;
  /**
   * Rule of the verdict. `residuals`: reads the columns of `newtonDirection` where a row has them, at no cost, and
   * judges other rows by curvature. `curvature`: two products per row, whatever the solver says. `projection`: projects
   * F on an approximate kernel of J, by Lanczos. Default `residuals`.
   */
  readonly by?: "residuals" | "curvature" | "projection";
  /**
   * Norm of J in all ratios. `two`: the 2-norm, estimated by the solver or by one step of a power iteration per row.
   * `frobenius`: exact for n <= 1000 at n products per row, above that estimated with 64. Default `two`.
   */
  readonly norm?: "two" | "frobenius";
  /** Seed of the power iteration's first vector and of the Frobenius estimate. Default 0. */
  readonly seed?: number;
}

/** Number of power iterations at the first row, where there is no vector of an earlier row. */
const firstPowerSteps = 10;

const rules = {
  relativeResidual: { ...share, default: endThresholds.relativeResidual },
  relativeCokernelResidual: { ...share, default: endThresholds.relativeCokernelResidual },
  relativeCurvature: { ...share, default: 5e-4 },
  kernelShare: { ...share, default: 0.9 },
  by: { default: "residuals", oneOf: ["residuals", "curvature", "projection"] },
  norm: { default: "two", oneOf: ["two", "frobenius"] },
  seed,
} as const;

/**
 * Detects approximately gradient-flat iterates: F is nearly in the kernel of J without being zero [1].
 *
 * Column `flat` is 1 or 0, for `switchMethod` and for stopping. There are three rules.
 * - By residuals of the Newton system J p = -F: ||J p + F|| / (||J|| ||p|| + ||F||) > 0.9 and
 *   ||J (J p + F)|| / (||J|| ||J p + F||) < 5e-4.
 * - By curvature: `relativeCurvature` = ||J F|| / (||J|| ||F||) < 5e-4, on which a solver's tolerance or limit has no
 *   influence. 0 / 0 is 0, so a point where F = 0 or J = 0 is flat.
 * - By projection: `kernelShare` = ||P F|| / ||F|| > 0.9, where P projects on the span of the eigenvectors
 *   (singular vectors) of |lambda| <= 5e-4 ||J||. The share is what the exact least-squares direction would leave,
 *   ||J p + F|| / ||F||, so this is what the first two rules mean, without a solver's tolerance. A component of F
 *   outside the kernel, which curvature weights by its eigenvalue, counts here by its length.
 *
 * Further columns: `relativeCurvature` or `kernelShare` where the rule uses it; with `norm: "frobenius"`
 * `frobeniusNorm` and the two residuals with that norm. Every iterate is emitted at once.
 *
 * Use {@link flatRegions} after it for the regions of a run, {@link classifyEnd} for the end of a run.
 *
 * Cost: nothing, or two products (11 at the first row), or with Frobenius norms one and min(n, 64 above n = 1000); by
 * projection min(n, 50) + 20, and twice that where J is not symmetric. State: the vector of the power iteration.
 *
 * @example
 * const flatness = detectFlatness({ by: "curvature", relativeCurvature: 0.05 });
 * iterate(quartic(), [2.5, 0.5], chain(newtonDirection({ maxNorm: 100 }), flatness, backtrackGradientNorm()))
 *   .pipe(filter((it) => it.columns.flat === 1))
 *   .subscribe((it) => console.log(it.step, it.columns.relativeCurvature!.toFixed(3), it.point[0]!.toFixed(3)));
 * // 16 0.044 1.416
 * // 17 0.001 1.416
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
      const share = whereFinite(() =>
        kernelShare(jacobian, it.at.field, {
          relativeTolerance: tolerance,
          ...(norm === "two" ? {} : { norm: frobeniusNorm(jacobian, { seed }) }),
        }),
      );
      if (share === undefined) return { columns: { flat: undefined, kernelShare: undefined } };
      return { columns: { flat: share > leastShare ? 1 : 0, kernelShare: share } };
    },
  });
}

/** A quotient in which 0 / 0 is 0. */
function ratio(above: number, below: number): number {
  return above === 0 ? 0 : above / below;
}

/** What `newtonDirection` wrote into the row; undefined where it does not stand before this measure. */
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

/**
 * Estimates ||J|| by ||J q||, where the unit vector q turns towards the largest singular value from row to row: q <- J
 * q / ||J q||.
 */
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
    // Where J q is zero or not finite it gives no direction: keep the last one.
    if (!(size > 0 && Number.isFinite(size))) break;
    scale(1 / size, next);
    power = next;
  }
  return { power, estimate };
}
