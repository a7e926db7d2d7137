import { map } from "rxjs";
import {
  chain,
  defineUpdate,
  distance,
  type Evaluation,
  iterate,
  norm,
  type Problem,
  type Proposal,
  readOptions,
  rowVector,
  scratchVector,
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { scaled, shifted } from "../../linalg/maps/maps.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { naturalNumber, requiredStepSize } from "../support/rules.ts";
import { semismoothNewton } from "./semismoothNewton.ts";

/** Options of {@link proximalPoint}. */
export interface ProximalPointOptions {
  /** Step size eta > 0; it may be as large as you like. Steerable. */
  readonly stepSize: number;
  /** Tolerance sigma in [0, 1): the inner solve stops when eta ||F(u) - F(w)|| <= sigma ||u - z||. Default 1e-8. */
  readonly relativeTolerance?: number;
  /** Largest number of steps of an inner solve. Default 100. */
  readonly maxIterations?: number;
}

const rules = {
  stepSize: requiredStepSize,
  relativeTolerance: { default: 1e-8, min: 0, below: 1 },
  maxIterations: { ...naturalNumber, default: 100 },
} as const;

/**
 * Steps by the proximal point method [1], made inexact by the hybrid criterion of [2]: z <- (I + eta (F + N_C))^-1 z.
 *
 * The inner problem w = Pi_C(z - eta F(w)) is strongly monotone with modulus 1 for monotone F. It is solved by
 * `semismoothNewton`: GMRES on I + eta D J(w), where D is a generalised derivative of the projection, and extragradient
 * where Newton's method fails. A candidate w is tested by u = Pi_C(z - eta F(w)) and accepted when eta
 * ||F(u) - F(w)|| <= sigma ||u - z||. Then z <- Pi_C(u - eta (F(u) - F(w))), which keeps the guarantee of the exact
 * method for every sigma < 1. The first candidate is w = z, a forward-backward-forward step, so a small eta needs no
 * inner step.
 *
 * For monotone F and any eta > 0, ||z_(k+1) - z_k||^2 never grows and is O(1 / k), and the averaged gap is O(1 / k).
 * For mu-strongly monotone F and sigma = 0 each step multiplies the squared distance by (1 + eta mu)^-2 at most. On
 * f(x, y) = xy the multiplier is 1 / sqrt(1 + eta^2). If the criterion is not met within `maxIterations` inner steps,
 * the best candidate is taken, and `proximalError` shows it.
 *
 * Columns: `proximalError`, eta ||F(u) - F(w)|| / ||u - z||; `innerIterations`, the steps of the inner solve;
 * `solverIterations`, the GMRES iterations.
 *
 * Use {@link semismoothNewton} when only the solution matters, {@link extragradient} when F is not stiff,
 * {@link halpern} around this operator when ||F|| is to be small soon.
 *
 * Cost: one evaluation per step in addition to the loop's, and for each inner step two evaluations and a GMRES solve.
 *
 * @example
 * iterate(bilinear(), [1, 1], chain(untilStep(2), proximalPoint({ stepSize: 3 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm.toFixed(6)));
 * // 0 2.000000
 * // 1 0.200000
 * // 2 0.020000
 * @param options {@link ProximalPointOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @see [1] Rockafellar, "Monotone operators and the proximal point algorithm", 1976, doi:10.1137/0314056
 * @see [2] Solodov and Svaiter, "A hybrid approximate extragradient-proximal point algorithm using the enlargement of a
 *   maximal monotone operator", 1999, doi:10.1023/A:1008777829180
 */
export function proximalPoint(options: ProximalPointOptions): Update {
  const { stepSize, relativeTolerance, maxIterations } = readOptions("proximalPoint", options, rules);
  return defineUpdate({
    name: "proximalPoint",
    settings: { stepSize: settingOf(rules.stepSize, stepSize) },
    columns: {
      proximalError: { meaning: "relative error of the proximal point, eta ||F(u) - F(w)|| / ||u - z||" },
      innerIterations: { meaning: "steps of the inner solve" },
      solverIterations: { meaning: "iterations of GMRES" },
    },
    step(it, _state, settings) {
      const eta = settings.stepSize;
      const z = it.point;
      const trial = scratchVector(it);
      let best = attempt(it, it.at.field, eta, trial);
      let inner = 0;
      let solverIterations = 0;
      if (best.error > relativeTolerance && maxIterations > 0) {
        const watch: Update = map((row) => {
          inner = row.step;
          solverIterations += row.columns.solverIterations ?? 0;
          if (row.step === 0) return row;
          // G = w - z + eta F at w.
          const found = attempt(
            it,
            row.at.field.map((g, i) => (g - (row.point[i]! - z[i]!)) / eta),
            eta,
            trial,
          );
          if (found.error < best.error) best = found;
          // Where the residual is zero to rounding, no further step can help.
          const settled = distance(best.to.point, row.point) <= 4 * Number.EPSILON * norm(row.point);
          const status =
            best.error <= relativeTolerance || settled || row.step >= maxIterations ? "stopped" : row.status;
          return { ...row, status };
        });
        runInside(regularised(it, eta), z, chain(solver(relativeTolerance), watch));
      }
      const direction = rowVector(it);
      for (let i = 0; i < direction.length; i++) {
        direction[i] = (best.to.point[i]! - z[i]!) / eta - (best.to.field[i]! - best.field[i]!);
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
  /** Field F(w). */
  readonly field: Float64Array;
  /** Evaluation at u = Pi_C(z - eta F(w)). */
  readonly to: Evaluation;
  /** Relative error eta ||F(u) - F(w)|| / ||u - z||; Infinity where it is not a number. */
  readonly error: number;
}

function attempt(it: Proposal, field: Float64Array, eta: number, trial: Float64Array): Try {
  const to = it.evaluate(projectedStep(it.at.problem, it.point, eta, field, trial));
  const miss = eta * distance(to.field, field);
  const error = miss === 0 ? 0 : miss / distance(to.point, it.point);
  return { field, to, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
}

function solver(relativeTolerance: number): Update {
  // The inner field w - z + eta F(w) is in the units of z, and its Jacobian is at least the identity.
  return semismoothNewton({ scale: 1, damping: 0, relativeTolerance: Math.max(1e-15, 1e-3 * relativeTolerance) });
}

/**
 * The problem G(w) = w - z + eta F(w) over C, whose solution is the proximal point. Its evaluations count in the outer
 * run.
 */
function regularised(it: Proposal, eta: number): Problem {
  const { problem } = it.at;
  const known = new WeakMap<Float64Array, Evaluation>();
  return {
    name: `proximal point of ${problem.name}`,
    dimension: problem.dimension,
    symmetric: problem.symmetric,
    blocks: problem.blocks,
    ...(problem.constraint === undefined ? {} : { constraint: problem.constraint }),
    evaluate(point, field) {
      const at = it.evaluate(point);
      known.set(point, at);
      for (let i = 0; i < field.length; i++) field[i] = point[i]! - it.point[i]! + eta * at.field[i]!;
      return Number.NaN;
    },
    linearize: (point) => shifted(scaled(eta, (known.get(point) ?? it.evaluate(point)).linearize()), 1),
  };
}

/** Runs a method from start to end inside this call. */
function runInside(problem: Problem, start: Float64Array, update: Update): void {
  const errors: unknown[] = [];
  iterate(problem, start, update, { slice: Number.POSITIVE_INFINITY }).subscribe({
    error: (error) => errors.push(error),
  });
  if (errors.length > 0) throw errors[0];
}
