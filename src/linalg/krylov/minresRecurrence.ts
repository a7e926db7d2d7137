import type { LinearMap } from "../linearMap.ts";
import { hypotenuse, normFromSquare, norm as normOf } from "../vector.ts";
import { lanczosProduct, lanczosRemainder, minresStep, normalise, qlpStep } from "./minresLoops.ts";
import { isLeastSquares, measureResiduals, noResiduals, weightedNorm } from "./minresResiduals.ts";
import type { MinresQLPOptions, MinresQLPResult, MinresTermination } from "./minresTypes.ts";
import { reflection, symOrtho } from "./reflection.ts";

const epsilon = Number.EPSILON;
/** What the recurrences have been seen to lose, relative to ||A|| ||x|| + ||b||. */
const roundingOfLanczos = 1e5 * epsilon;
/** A least-squares solution may miss a smaller relativeTolerance by this much if that frees it of a kernel component. */
const shorterTolerance = 1e-5;
const nothingDone = { norm: 0, condition: 1, iterations: 0 } as const;
/** How many vectors it takes at most. */
export const mostVectors = 9;

/**
 * The iteration of {@link minresQLP}, whose comment says what it does.
 *
 * @param zeros gives vectors of n zeros, one of which is the result's x
 */
export function minresRecurrence(
  map: LinearMap,
  b: Float64Array,
  options: MinresQLPOptions,
  zeros: () => Float64Array,
): MinresQLPResult {
  const n = b.length;
  const { shift = 0, preconditioner, relativeTolerance = 1e-12, maxIterations = 4 * n } = options;
  const { maxNorm = Number.POSITIVE_INFINITY, maxCondition = 1e11, transitionCondition = 1e7, onIteration } = options;
  const x = zeros();
  let r1 = zeros(); // beta_{k-1} (P^-1) v_{k-1}
  let r2 = zeros(); // beta_k (P^-1) v_k
  r2.set(b);
  let av = zeros();
  const z = preconditioner === undefined ? undefined : zeros(); // P r2
  const v = zeros();
  let w = zeros(); // MINRES: d_{k-1}; QLP: w_{k-1}
  let wl = zeros(); // MINRES: d_{k-2}; QLP: w_{k-2}
  let xl2: Float64Array | undefined; // QLP: the part of x_k that no later reflection changes

  const beta1 = z === undefined ? normOf(b) : weightedNorm(preconditioner!, b, z);
  // b = 0, or in the kernel of a singular preconditioner; or the preconditioner gave what is no number.
  if (beta1 === 0) return { x, ...noResiduals(0, 0, 0, 0), ...nothingDone, termination: "zero" };
  if (!Number.isFinite(beta1)) {
    const unknown = Number.POSITIVE_INFINITY;
    return { x, ...noResiduals(normOf(b), unknown, 1, unknown), ...nothingDone, termination: "non-finite" };
  }

  // Names as in [1]; a trailing l, l2, l3: of one, two, three iterations ago.
  let iterations = 0;
  let betaNext = beta1;
  let beta = 0;
  let phi = beta1;
  let tau = 0;
  let taul = 0;
  let cs = -1;
  let sn = 0;
  let cr1 = -1;
  let sr1 = 0;
  let cr2 = -1;
  let sr2 = 0;
  let deltaNext = 0;
  let epsilonNext = 0;
  let gamma = 0;
  let gammal = 0;
  let eta = 0;
  let etal = 0;
  let vartheta = 0;
  let varthetal = 0;
  let ul = 0;
  let ul2 = 0;
  let ul3 = 0;
  let u = 0;
  let gammalBefore = 0; // gammal before the reflection P_{k-1,k+1}, for the change to QLP
  let xl2Norm = 0;
  let xNorm = 0;
  let residual = beta1;
  let norm = 0;
  let smallestFinal = Number.POSITIVE_INFINITY;
  let condition = 1;
  let firstProduct = 0; // ||A b|| / ||b||
  let reason: MinresTermination | undefined;
  let longer: { x: Float64Array; xNorm: number; residual: number } | undefined;

  while (reason === undefined) {
    iterations++;
    const k = iterations;

    // Lanczos: beta_{k+1} v_{k+1} = A v_k - alpha_k v_k - beta_k v_{k-1}
    const betal = beta;
    beta = betaNext;
    const source = z ?? r2;
    normalise(source, beta, v);
    map.apply(v, av);
    const back = k > 1 ? beta / betal : 0;
    const alpha = lanczosProduct(av, v, shift, r1, back);
    const square = lanczosRemainder(av, alpha / beta, r2);
    const spare = r1;
    r1 = r2;
    r2 = av;
    av = spare;
    betaNext = z === undefined ? normFromSquare(square, r2) : weightedNorm(preconditioner!, r2, z);
    if (!Number.isFinite(alpha) || !Number.isFinite(betaNext)) {
      reason = "non-finite";
      break;
    }
    const columnNorm = hypotenuse(hypotenuse(k > 1 ? beta : 0, alpha), betaNext);
    if (k === 1) firstProduct = columnNorm;

    // Left reflections Q_{k-1} (known) and Q_k, which gives row k of R
    const delta = cs * deltaNext + sn * alpha;
    const gammaBar = sn * deltaNext - cs * alpha;
    const epsilonk = epsilonNext;
    epsilonNext = sn * betaNext;
    deltaNext = -cs * betaNext;
    // ||A r_{k-1}|| = phi_{k-1} ||(gammaBar_k, delta_{k+1})||
    const root = hypotenuse(gammaBar, deltaNext);
    const phil = phi;
    symOrtho(gammaBar, betaNext);
    cs = reflection.c;
    sn = reflection.s;
    const gammaR = reflection.r;
    const taul2 = taul;
    taul = tau;
    tau = cs * phi;
    phi = sn * phi;

    // Right reflections P_{k-2,k} and P_{k-1,k}, which give row k of L: (eta, vartheta, gamma)
    const gammal2 = gammal;
    const gammaBefore = gamma;
    const varthetaBefore = vartheta;
    gammal = gamma;
    gamma = gammaR;
    const varthetal2 = varthetal;
    const etal2 = etal;
    let deltaL = delta;
    if (k > 2) {
      etal = eta;
      varthetal = cr2 * vartheta + sr2 * delta;
      deltaL = sr2 * vartheta - cr2 * delta;
      eta = sr2 * gamma;
      gamma = -cr2 * gamma;
    }
    if (k > 1) {
      symOrtho(gammal, deltaL);
      cr1 = reflection.c;
      sr1 = reflection.s;
      gammal = reflection.r;
      vartheta = sr1 * gamma;
      gamma = -cr1 * gamma;
    }

    // L u = t: the last three entries still change
    const ul4 = ul3;
    ul3 = ul2;
    const ulBefore = ul;
    const uBefore = u;
    ul2 = k > 2 ? (taul2 - etal2 * ul4 - varthetal2 * ul3) / gammal2 : 0;
    const rowl = taul - etal * ul3 - varthetal * ul2;
    const row = tau - eta * ul2;
    ul = k > 1 ? rowl / gammal : 0;
    u = (row - vartheta * ul) / gamma;
    // Without u_k the last two rows leave (rowl, row) - ul (gammal, vartheta), which this entry makes smallest.
    const slope = k > 1 ? vartheta / gammal : 0;
    const ulWithout = k > 1 ? (rowl / gammal + slope * (row / gammal)) / (1 + slope * slope) : 0;

    // What x_k with and without its last component would be
    if (k > 2) smallestFinal = Math.min(smallestFinal, gammal2);
    const normNow = Math.max(norm, columnNorm, gammal, Math.abs(gamma));
    const smallestWithout = k > 1 ? Math.min(smallestFinal, gammal) : smallestFinal;
    const smallest = Math.min(smallestWithout, Math.abs(gamma));
    const conditionNow = normNow === 0 ? 1 : normNow / smallest;
    const xl2NormNow = hypotenuse(xl2Norm, ul2);
    const without = hypotenuse(xl2NormNow, ulWithout);
    const leftl = k > 1 ? rowl - gammal * ulWithout : 0;
    const residualWithout = hypotenuse(phi, hypotenuse(leftl, row - vartheta * ulWithout));
    const cokernel = normNow === 0 ? 0 : root / normNow; // of x_{k-1}

    // Is x_{k-1} a least-squares solution? Are the limits reached? One place decides, in the order of MinresTermination.
    if (k > 1 && firstProduct <= 2 * Math.sqrt(n) * epsilon * normNow) {
      x.fill(0);
      xNorm = 0;
      residual = beta1;
      norm = normNow;
      condition = 1;
      reason = "least-squares-to-rounding";
      break;
    }
    // Leaving out the last component may cost a little of the residual, but never leave more than x = 0 does.
    const mostResidual = Math.min(1.01 * phil, (1 + 8 * epsilon) * beta1);
    let takeWithout = false;
    if (cokernel <= relativeTolerance || cokernel <= epsilon) {
      reason = cokernel <= relativeTolerance ? "least-squares" : "least-squares-to-rounding";
      // Of two least-squares solutions the shorter: if it is one, which is found out when it exists.
      takeWithout = without <= xNorm && without <= maxNorm && residualWithout <= mostResidual;
      if (takeWithout) longer = { x: x.slice(), xNorm, residual };
    } else {
      const length = hypotenuse(hypotenuse(xl2NormNow, ul), u);
      if (Math.abs(gamma) < 2.3e-308 || conditionNow >= maxCondition) reason = "condition-limit";
      else if (!(length <= maxNorm)) reason = "norm-limit";
      takeWithout = without <= maxNorm && residualWithout <= mostResidual;
    }
    const keepLast = reason === undefined;
    norm = normNow;
    if (reason !== undefined && !takeWithout) {
      if (reason === "condition-limit") condition = conditionNow;
      break;
    }
    if (!keepLast) {
      ul = ulWithout;
      u = 0;
    }
    condition =
      keepLast || reason === "condition-limit"
        ? conditionNow
        : smallestWithout === Number.POSITIVE_INFINITY
          ? 1
          : normNow / smallestWithout;
    residual = keepLast ? phi : residualWithout;
    xl2Norm = xl2NormNow;
    xNorm = keepLast ? hypotenuse(hypotenuse(xl2NormNow, ul), u) : without;

    if (xl2 === undefined && keepLast && conditionNow < transitionCondition) {
      // d_k = (v_k - delta_k d_{k-1} - epsilon_k d_{k-2}) / gamma_k;  x_k = x_{k-1} + tau_k d_k
      minresStep(v, w, wl, x, 1 / gammaR, -delta / gammaR, -epsilonk / gammaR, tau);
      const older = wl;
      wl = w;
      w = older;
    } else {
      if (xl2 === undefined) {
        // W = D L turns the MINRES directions into those of QLP; up to k = 3 no part of x is final yet.
        xl2 = zeros();
        for (let i = 0; i < n; i++) {
          const wli = gammalBefore * wl[i]! + varthetaBefore * w[i]!;
          const wi = gammaBefore * w[i]!;
          wl[i] = wli;
          w[i] = wi;
          if (k > 3) xl2[i] = x[i]! - wli * ulBefore - wi * uBefore;
        }
      }
      qlpStep(v, w, wl, xl2, x, { cr1, sr1, cr2, sr2, ul2, ul, u });
    }

    // P_{k-1,k+1}, and the norm estimate with it
    gammalBefore = gammal;
    if (k > 1) {
      symOrtho(gammal, epsilonNext);
      cr2 = reflection.c;
      sr2 = reflection.s;
      gammal = reflection.r;
      norm = Math.max(norm, gammal);
    }

    const relative = residual / (norm * xNorm + beta1);
    if (reason === undefined) {
      if (relative <= relativeTolerance) reason = "solution";
      else if (relative <= epsilon) reason = "solution-to-rounding";
      else if (onIteration?.(k, relative, cokernel) === true) reason = "stopped";
      else if (norm * xNorm * epsilon >= beta1) reason = "eigenvector";
      else if (k >= maxIterations || betaNext === 0) reason = "iteration-limit";
    }
  }
  const recurred = { xNorm, residual, norm, beta1, relativeTolerance };
  const measured = measureResiduals(map, shift, preconditioner, b, x, recurred, reason);
  const tolerance = Math.max(relativeTolerance, shorterTolerance);
  if (longer !== undefined && !isLeastSquares(measured, norm, tolerance, roundingOfLanczos * (norm * xNorm + beta1))) {
    const before = measureResiduals(map, shift, preconditioner, b, longer.x, { ...recurred, ...longer }, reason);
    return { ...before, x: longer.x, norm, condition, iterations };
  }
  return { x, ...measured, norm, condition, iterations };
}
