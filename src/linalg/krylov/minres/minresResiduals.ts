import { failure } from "../../../errors.ts";
import type { LinearMap } from "../../linearMap.ts";
import { axpy, dot, norm as normOf } from "../../vector.ts";
import type { MinresQLPResult, MinresTermination } from "./minresTypes.ts";

type Residuals = Pick<
  MinresQLPResult,
  "residualNorm" | "cokernelResidualNorm" | "relativeResidual" | "relativeCokernelResidual"
>;

/** Makes the residuals of a result where they are known without a product. */
export function noResiduals(
  residualNorm: number,
  cokernelResidualNorm: number,
  relativeResidual: number,
  relativeCokernelResidual: number,
): Residuals {
  return { residualNorm, cokernelResidualNorm, relativeResidual, relativeCokernelResidual };
}

/** What the recurrences know about x. */
interface Recurred {
  readonly xNorm: number;
  readonly residual: number;
  readonly norm: number;
  readonly beta1: number;
  readonly relativeTolerance: number;
}

/**
 * Computes the residuals of x by two products, and the termination in the light of them: a tolerance that is met takes
 * precedence over a limit that was reached.
 *
 * @param spare two vectors for r and A r, which are overwritten
 */
export function measureResiduals(
  map: LinearMap,
  shift: number,
  preconditioner: LinearMap | undefined,
  b: Float64Array,
  x: Float64Array,
  recurred: Recurred,
  reason: MinresTermination,
  spare: readonly [Float64Array, Float64Array] = [new Float64Array(b.length), new Float64Array(b.length)],
): Residuals & { readonly termination: MinresTermination } {
  const { norm, beta1, relativeTolerance } = recurred;
  const xNorm = preconditioner === undefined ? normOf(x) : recurred.xNorm;
  const scale = norm * xNorm + beta1;
  const unknown = noResiduals(
    recurred.residual,
    Number.POSITIVE_INFINITY,
    recurred.residual / scale,
    Number.POSITIVE_INFINITY,
  );
  if (reason === "non-finite") return { ...unknown, termination: reason };

  const n = b.length;
  let [r] = spare;
  const [, product] = spare;
  if (xNorm === 0) {
    r.set(b);
  } else {
    map.apply(x, r);
    for (let i = 0; i < n; i++) r[i] = b[i]! - r[i]! - shift * x[i]!;
  }
  let residualNorm: number;
  if (preconditioner === undefined) {
    residualNorm = normOf(r);
  } else {
    const z = new Float64Array(n);
    residualNorm = weightedNorm(preconditioner, r, z);
    r = z;
  }
  map.apply(r, product);
  if (shift !== 0) axpy(shift, r, product);
  const cokernelResidualNorm =
    preconditioner === undefined ? normOf(product) : weightedNorm(preconditioner, product, r);
  if (!Number.isFinite(residualNorm) || !Number.isFinite(cokernelResidualNorm)) {
    return { ...unknown, termination: "non-finite" };
  }
  const relativeResidual = residualNorm / scale;
  // 0 / 0 counts as 0: a zero map annihilates every residual, and every map a zero residual.
  const relativeCokernelResidual =
    cokernelResidualNorm === 0 ? 0 : cokernelResidualNorm / residualNorm / Math.max(norm, Number.MIN_VALUE);
  let termination = reason;
  if (isLimit(reason)) {
    if (relativeResidual <= relativeTolerance) termination = "solution";
    else if (relativeCokernelResidual <= relativeTolerance) termination = "least-squares";
  }
  return { residualNorm, cokernelResidualNorm, relativeResidual, relativeCokernelResidual, termination };
}

function isLimit(reason: MinresTermination): boolean {
  return reason === "eigenvector" || reason.endsWith("-limit");
}

/** Computes sqrt(r^T P r) and leaves P r in `out`. The result is NaN if P gives NaN. */
export function weightedNorm(preconditioner: LinearMap, r: Float64Array, out: Float64Array): number {
  preconditioner.apply(r, out);
  const square = dot(r, out);
  if (square < 0 && -square > 64 * Number.EPSILON * normOf(r) * normOf(out)) {
    throw failure(
      "ERR_NOT_POSITIVE_DEFINITE",
      `minresQLP: expected a positive definite preconditioner P, got a residual with r^T P r = ${square}; P must be symmetric with positive eigenvalues`,
    );
  }
  return square < 0 ? 0 : Math.sqrt(square);
}

/** Whether x solves the least-squares problem: ||A r|| <= ||A|| (tolerance ||r|| + rounding). */
export function isLeastSquares(
  of: { residualNorm: number; cokernelResidualNorm: number },
  norm: number,
  tolerance: number,
  rounding: number,
): boolean {
  return of.cokernelResidualNorm <= norm * (tolerance * of.residualNorm + rounding);
}
