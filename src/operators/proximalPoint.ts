import { gmres } from "../linalg/gmres.ts";
import { isFiniteVector, norm } from "../linalg/vector.ts";
import { update } from "../streams/author.ts";
import type { Evaluation, Proposal, Update } from "../streams/types.ts";
import { checkOption, checkStepSize, distance, projectedStep, stepSetting } from "./moves.ts";
import { naturalMapDerivative, projectionDerivative } from "./naturalMap.ts";

export interface ProximalPointOptions {
  /** eta > 0, as large as one likes. Steerable. */
  readonly stepSize: number;
  /** sigma in [0, 1): the inner solve stops when eta ||F(u) - F(w)|| <= sigma ||u - z||. Default 1e-8. */
  readonly relativeError?: number;
  /** Newton steps of one inner solve. Default 30. */
  readonly maxInner?: number;
}

/**
 * The proximal point method [1], inexact by the hybrid criterion of [2]: z <- (I + eta (F + N_C))^-1 z.
 *
 * Inner problem: w = Pi_C(z - eta F(w)), strongly monotone with modulus 1 for monotone F, by Newton's method with GMRES on
 * I + eta D J(w), D a generalised derivative of the projection. A w is tried by u = Pi_C(z - eta F(w)) and accepted when
 * eta ||F(u) - F(w)|| <= sigma ||u - z||; then z <- Pi_C(u - eta (F(u) - F(w))), which keeps the guarantee of the exact method for any
 * sigma < 1. The first try is w = z, a forward-backward-forward step: small eta need no Newton step.
 *
 * For monotone F and any eta > 0: ||z_(k+1) - z_k||^2 never grows and is O(1 / k), averaged gap O(1 / k); for mu-strongly monotone F the
 * squared distance shrinks by (1 + eta mu)^-2 a step (sigma = 0). On f(x, y) = xy the multiplier is 1 / sqrt(1 + eta^2).
 * If the criterion is not met within `maxInner` Newton steps, the best try is taken, and `proximalError` says so.
 *
 * Columns: `proximalError`, eta ||F(u) - F(w)|| / ||u - z||; `innerIterations`, Newton steps; `solverIterations`, GMRES steps.
 * Cost: an evaluation a step beside the loop's, two and a GMRES solve for each Newton step.
 *
 * @example iterate(bilinear(), [1, 1], method(untilStep(20), proximalPoint({ stepSize: 3 })))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Rockafellar, "Monotone operators and the proximal point algorithm", 1976, doi:10.1137/0314056
 * @see [2] Solodov and Svaiter, "A hybrid approximate extragradient-proximal point algorithm using the enlargement of a maximal monotone
 *   operator", 1999, doi:10.1023/A:1008777829180
 */
export function proximalPoint(options: ProximalPointOptions): Update {
  const { stepSize, relativeError = 1e-8, maxInner = 30 } = options;
  checkStepSize("proximalPoint", stepSize);
  checkOption(relativeError >= 0 && relativeError < 1, "proximalPoint", "relativeError", "in [0, 1)", relativeError);
  checkOption(Number.isInteger(maxInner) && maxInner >= 0, "proximalPoint", "maxInner", "a whole number", maxInner);
  return update({
    name: "proximalPoint",
    settings: { stepSize: stepSetting(stepSize) },
    columns: {
      proximalError: { meaning: "relative error of the proximal point, eta ||F(u) - F(w)|| / ||u - z||" },
      innerIterations: { meaning: "Newton steps of the inner solve" },
      solverIterations: { meaning: "iterations of GMRES" },
    },
    step(it, _state, settings) {
      const eta = settings.stepSize;
      let w: Evaluation = it.at;
      let best: Try = attempt(it, w, eta);
      let last = best;
      let inner = 0;
      let solverIterations = 0;
      while (inner < maxInner && last.error > relativeError) {
        const found = newtonStep(it, last.to, eta, relativeError);
        solverIterations += found.iterations;
        if (found.at === undefined) break;
        w = found.at;
        inner++;
        last = attempt(it, w, eta);
        // Below this rounding decides: no further step can help.
        const settled = distance(last.to.point, w.point) <= 4 * Number.EPSILON * norm(w.point);
        if (last.error < best.error) best = last;
        if (settled) break;
      }
      const direction = new Float64Array(it.point.length);
      for (let i = 0; i < direction.length; i++) {
        const change = best.to.field[i]! - best.from.field[i]!;
        direction[i] = (best.to.point[i]! - it.point[i]!) / eta - change;
      }
      return {
        direction,
        stepSize: eta,
        columns: { proximalError: best.error, innerIterations: inner, solverIterations },
      };
    },
  });
}

interface Try {
  /** w. */
  readonly from: Evaluation;
  /** u = Pi_C(z - eta F(w)). */
  readonly to: Evaluation;
  readonly error: number;
}

function attempt(it: Proposal, from: Evaluation, eta: number): Try {
  const { problem } = it.at;
  const to = it.evaluate(projectedStep(problem, it.point, eta, from.field));
  const way = distance(to.point, it.point);
  const miss = eta * distance(to.field, from.field);
  const error = miss === 0 ? 0 : miss / way;
  return { from, to, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
}

/** A Newton step for w - Pi_C(z - eta F(w)) = 0 from `at`, shortened until that falls; undefined where nothing helps. */
function newtonStep(
  it: Proposal,
  at: Evaluation,
  eta: number,
  relativeError: number,
): { readonly at: Evaluation | undefined; readonly iterations: number } {
  const { problem } = it.at;
  const n = it.point.length;
  const residual = (of: Evaluation): Float64Array => {
    const projected = projectedStep(problem, it.point, eta, of.field);
    return of.point.map((x, i) => projected[i]! - x);
  };
  const right = residual(at);
  if (!isFiniteVector(right)) return { at: undefined, iterations: 0 };
  const before = norm(right);
  const inside = new Float64Array(n);
  for (let i = 0; i < n; i++) inside[i] = it.point[i]! - eta * at.field[i]!;
  const derivative = problem.constraint === undefined ? undefined : projectionDerivative(problem.constraint, inside);
  const solved = gmres(naturalMapDerivative(at.linearize(), derivative, eta, false), right, {
    relativeTolerance: Math.max(1e-15, 1e-3 * relativeError),
  });
  for (let alpha = 1; alpha > 1e-6; alpha /= 4) {
    const trial = new Float64Array(n);
    for (let i = 0; i < n; i++) trial[i] = at.point[i]! + alpha * solved.x[i]!;
    problem.constraint?.project(trial, trial);
    const found = it.evaluate(trial);
    if (norm(residual(found)) < before) return { at: found, iterations: solved.iterations };
  }
  return { at: undefined, iterations: solved.iterations };
}
