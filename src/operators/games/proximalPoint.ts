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
  settingOf,
  type Update,
} from "../../authoring/index.ts";
import { scaled, shifted } from "../../linalg/maps/maps.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { naturalNumber, requiredStepSize } from "../support/rules.ts";
import { semismoothNewton } from "./semismoothNewton.ts";

export interface ProximalPointOptions {
  /** eta > 0, as large as one likes. Steerable. */
  readonly stepSize: number;
  /** sigma in [0, 1): the inner solve stops when eta ||F(u) - F(w)|| <= sigma ||u - z||. Default 1e-8. */
  readonly relativeTolerance?: number;
  /** Steps of one inner solve. Default 100. */
  readonly maxIterations?: number;
}

const rules = {
  stepSize: requiredStepSize,
  relativeTolerance: { default: 1e-8, min: 0, below: 1 },
  maxIterations: { ...naturalNumber, default: 100 },
} as const;

/**
 * The proximal point method [1], inexact by the hybrid criterion of [2]: z <- (I + eta (F + N_C))^-1 z.
 *
 * Inner problem: w = Pi_C(z - eta F(w)), strongly monotone with modulus 1 for monotone F, by `semismoothNewton` (GMRES on I
 * + eta D J(w), D a generalised derivative of the projection; extragradient where Newton fails). A w is tried by u = Pi_C(z
 * - eta F(w)) and accepted when eta ||F(u) - F(w)|| <= sigma ||u - z||; then z <- Pi_C(u - eta (F(u) - F(w))), which keeps
 * the guarantee of the exact method for any sigma < 1. The first try is w = z, a forward-backward-forward step: small eta
 * need no inner step.
 *
 * For monotone F and any eta > 0: ||z_(k+1) - z_k||^2 never grows and is O(1 / k), averaged gap O(1 / k); for mu-strongly
 * monotone F the squared distance shrinks by (1 + eta mu)^-2 a step (sigma = 0). On f(x, y) = xy the multiplier is 1 /
 * sqrt(1 + eta^2). If the criterion is not met within `maxIterations` inner steps, the best try is taken, and `proximalError`
 * says so.
 *
 * Columns: `proximalError`, eta ||F(u) - F(w)|| / ||u - z||; `innerIterations`, steps of the inner solve;
 * `solverIterations`, GMRES steps. Cost: an evaluation a step beside the loop's, two and a GMRES solve for each inner step.
 *
 * @example iterate(bilinear(), [1, 1], chain(untilStep(20), proximalPoint({ stepSize: 3 })))
 * @throws {RangeError} ERR_OPTION_RANGE
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
      let best = attempt(it, it.at.field, eta);
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
          );
          if (found.error < best.error) best = found;
          // A residual that is zero to rounding says that no further step can help.
          const settled = distance(best.to.point, row.point) <= 4 * Number.EPSILON * norm(row.point);
          const status =
            best.error <= relativeTolerance || settled || row.step >= maxIterations ? "stopped" : row.status;
          return { ...row, status };
        });
        runInside(regularised(it, eta), z, chain(solver(relativeTolerance), watch));
      }
      const direction = new Float64Array(z.length);
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
  /** F(w). */
  readonly field: Float64Array;
  /** u = Pi_C(z - eta F(w)). */
  readonly to: Evaluation;
  readonly error: number;
}

function attempt(it: Proposal, field: Float64Array, eta: number): Try {
  const to = it.evaluate(projectedStep(it.at.problem, it.point, eta, field));
  const miss = eta * distance(to.field, field);
  const error = miss === 0 ? 0 : miss / distance(to.point, it.point);
  return { field, to, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
}

function solver(relativeTolerance: number): Update {
  return semismoothNewton({ relativeTolerance: Math.max(1e-15, 1e-3 * relativeTolerance) });
}

/** G(w) = w - z + eta F(w) over C, whose solution is the proximal point; evaluations count in the outer run. */
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

/** A run from start to end inside this call. */
function runInside(problem: Problem, start: Float64Array, update: Update): void {
  const errors: unknown[] = [];
  iterate(problem, start, update, { slice: Number.POSITIVE_INFINITY }).subscribe({
    error: (error) => errors.push(error),
  });
  if (errors.length > 0) throw errors[0];
}
