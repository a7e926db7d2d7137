import {
  chain,
  choose,
  defineUpdate,
  type Evaluation,
  negate,
  norm,
  type Proposal,
  readOptions,
  scratchVector,
  type Update,
} from "../../authoring/index.ts";
import { unpatterned } from "../../linalg/unpatterned.ts";
import { lengthOf } from "../support/localStepSize.ts";
import { activeSet, newtonTrial } from "../support/naturalNewton.ts";
import { displacementOf } from "../support/naturalResidualNorm.ts";
import { positiveInteger } from "../support/rules.ts";
import { adaptiveExtragradient } from "./adaptiveExtragradient.ts";

/** What became of a Newton step: the values of the column `newton`. */
export const newtonOutcomes = ["accepted", "refused", "waiting", "non-finite"] as const;
/** One of {@link newtonOutcomes}. */
export type NewtonOutcome = (typeof newtonOutcomes)[number];

/** Options of {@link semismoothNewton}. */
export interface SemismoothNewtonOptions {
  /** First-order method that takes over where a Newton step is refused. Default `adaptiveExtragradient()`. */
  readonly fallback?: Update;
  /**
   * Scale eta > 0 of the residual R(z) = z - Pi_C(z - eta F(z)). Default `"local"`: 1 / (2 L) at the first point, where
   * L is ||J u|| / ||u|| for a fixed vector u.
   */
  readonly scale?: number | "local";
  /**
   * Factor q in (0, 1): a Newton step must bring ||R|| below q times the present one and the least accepted one.
   * Default 0.9.
   */
  readonly contraction?: number;
  /**
   * Relative tolerance of GMRES, in [0, 1). Default min(0.01, ||R|| / ||R_0||) with R_0 of the first attempt, which
   * keeps convergence quadratic.
   */
  readonly relativeTolerance?: number;
  /** Largest number of GMRES iterations per attempt. Default 2 n. */
  readonly maxIterations?: number;
  /**
   * Damping tau >= 0: solves (V + tau ||R|| / ||R_0|| I) p = -R, for solutions that are not isolated. By default 0, and
   * 1 where GMRES does not solve the system without damping: V is singular there, and rounding would choose p.
   */
  readonly damping?: number;
}

const rules = {
  fallback: { expected: "an update", is: (value: unknown) => typeof value === "function" },
  scale: { default: "local", above: 0, or: ["local"] },
  contraction: { default: 0.9, above: 0, below: 1 },
  relativeTolerance: { min: 0, below: 1 },
  maxIterations: positiveInteger,
  damping: { min: 0 },
} as const;

/**
 * Solves R(z) = z - Pi_C(z - eta F(z)) = 0 by the semismooth Newton method, with a first-order method as globalisation.
 *
 * V p = -R(z) with V = I - D (I - eta J), where D is a generalised derivative of the projection, is solved by GMRES
 * [1]. The trial Pi_C(z + p) is accepted when ||R|| there is at most q times the present one and q times the least of
 * the start and all accepted trials. Otherwise the step is the fallback's, and the next 1, 2, 4, ..., 64 rows make no
 * attempt, unless the active set of C stays the same for two rows and is another than at the refusal. So infinitely many accepted steps bring ||R|| to 0, and finitely many leave the convergence that the
 * fallback guarantees [2]. Near a solution where V is not singular convergence is quadratic. Without a constraint this
 * is Newton's method for F = 0.
 *
 * The scale eta belongs to the problem's units: eta F must be comparable to z. By default it comes from J at the first
 * point, so that the iterates do not depend on the units of the costs or of the strategies. Then ||R|| with the scale
 * of its own point must fall too, from the present point to the trial, by the factor q. It does not where F merely
 * fades: there J fades with it, and the step is refused.
 *
 * Columns: `newton`, what became of the Newton step; `naturalMapNorm`, ||R||; `naturalMapScale`, eta;
 * `solverIterations`, the iterations of GMRES.
 *
 * Use it when products with J are available and many digits are wanted, {@link adaptiveExtragradient} when a few digits
 * suffice, {@link newtonMR} or another finder of critical points when F is a gradient, whose Newton system is
 * symmetric.
 *
 * Cost: a GMRES solve (products with J) and one evaluation per attempt, two solves where V is singular; with the local scale one product per attempt
 * more, or two; otherwise that of the fallback.
 *
 * @example
 * const start = [0.6, 0.3, 0.1, 0.2, 0.5, 0.3];
 * iterate(rockPaperScissors(), start, chain(naturalResidual({ tolerance: 1e-12 }), semismoothNewton()))
 *   .pipe(takeLast(3))
 *   .subscribe((it) => console.log(it.step, it.status, it.columns.naturalResidual!.toFixed(6)));
 * // 0 running 0.721110
 * // 1 converged 0.000000
 * @param options {@link SemismoothNewtonOptions}
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 * @throws {TypeError} ERR_OPTION_TYPE for a fallback that is not an update
 * @see [1] Qi and Sun, "A nonsmooth version of Newton's method", 1993, doi:10.1007/BF01581275
 * @see [2] Facchinei and Pang, "Finite-dimensional variational inequalities and complementarity problems", 2003,
 *   chapter 8
 */
export function semismoothNewton(options: SemismoothNewtonOptions = {}): Update {
  const {
    fallback = adaptiveExtragradient(),
    scale,
    contraction,
    relativeTolerance,
    maxIterations,
    damping,
  } = readOptions("semismoothNewton", options, rules);
  const attempt = defineUpdate({
    name: "semismoothNewton",
    columns: {
      newton: { meaning: "what became of the Newton step", kind: "category", values: newtonOutcomes },
      naturalMapNorm: { meaning: "||z - Pi_C(z - eta F(z))||" },
      naturalMapScale: { meaning: "eta in naturalMapNorm" },
      solverIterations: { meaning: "iterations of GMRES" },
    },
    init: (): State => begun,
    step(it, state) {
      const eta = state.eta ?? (scale === "local" ? scaleAt(it, it.at) : scale);
      const residual = naturalMap(it, it.at, eta);
      const size = norm(residual);
      const columns = { naturalMapNorm: size, naturalMapScale: eta, solverIterations: 0 };
      const active = activeSet(it, eta);
      const identified = active !== undefined && active === state.active && active !== state.refused;
      if (state.wait > 0 && !identified) {
        return {
          state: { ...state, eta, active, wait: state.wait - 1 },
          columns: { ...columns, newton: newtonOutcomes.indexOf("waiting") },
        };
      }
      if (size === 0)
        return { stepSize: 0, next: it.at, columns: { ...columns, newton: newtonOutcomes.indexOf("accepted") } };
      const first = state.first ?? size;
      const least = Math.min(state.least, size);
      const settings = { scale: eta, share: size / first, damping, contraction, relativeTolerance, maxIterations };
      const found = newtonTrial(it, residual, settings);
      const { trial } = found;
      const reached = trial === undefined ? Number.NaN : norm(naturalMap(it, trial, eta));
      const good =
        trial !== undefined &&
        reached <= contraction * least &&
        (scale !== "local" || ownSize(it, trial) <= contraction * ownSize(it, it.at));
      if (good) {
        return {
          stepSize: 1,
          next: trial,
          state: { least: reached, first, eta, wait: 0, pause: 1, active, refused: undefined },
          columns: {
            ...columns,
            newton: newtonOutcomes.indexOf("accepted"),
            solverIterations: found.iterations,
          },
        };
      }
      return {
        state: {
          least: state.least === Number.POSITIVE_INFINITY ? size : state.least,
          first,
          eta,
          wait: state.pause,
          pause: Math.min(2 * state.pause, longestPause),
          active,
          refused: active,
        },
        columns: {
          ...columns,
          newton: newtonOutcomes.indexOf(found.singular || Number.isFinite(reached) ? "refused" : "non-finite"),
          solverIterations: found.iterations,
        },
      };
    },
  });
  return chain(
    attempt,
    choose(
      (it) => (it.next === undefined ? 0 : 1),
      fallback,
      (source) => source,
    ),
  );
}

/** Largest number of rows without an attempt after a refusal. */
const longestPause = 64;

interface State {
  /** Least ||R|| at the start and at accepted trials; Infinity before the first attempt. */
  readonly least: number;
  /** ||R|| at the first attempt; undefined before it. */
  readonly first: number | undefined;
  /** Scale eta; undefined before the first row. */
  readonly eta: number | undefined;
  /** Number of rows without an attempt that are still to come. */
  readonly wait: number;
  /** Number of rows without an attempt after the next refusal. */
  readonly pause: number;
  /** Active set of the row before, as {@link activeSet} numbers it. */
  readonly active: number | undefined;
  /** Active set at the last refusal; undefined after an accepted step. */
  readonly refused: number | undefined;
}

const begun: State = {
  least: Number.POSITIVE_INFINITY,
  first: undefined,
  eta: undefined,
  wait: 0,
  pause: 1,
  active: undefined,
  refused: undefined,
};

/**
 * The scale 1 / (2 L) at an evaluated point, with L = ||J u|| / ||u|| for a fixed u: near a solution L hardly changes
 * from point to point. Where J u = 0, the length of z divided by that of F.
 */
function scaleAt(it: Proposal, at: Evaluation): number {
  const probe = scratchVector(it);
  const image = scratchVector(it);
  unpatterned(probe);
  at.linearize().apply(probe, image);
  const eta = norm(probe) / (2 * norm(image));
  if (eta > 0 && eta < Number.POSITIVE_INFINITY) return eta;
  const length = lengthOf(at.point, at.problem.constraint) / norm(at.field);
  return length > 0 && length < Number.POSITIVE_INFINITY ? length : 1;
}

/** ||R|| with the scale of the point itself. */
function ownSize(it: Proposal, at: Evaluation): number {
  return norm(naturalMap(it, at, scaleAt(it, at)));
}

/** R(z) at an evaluated point, a vector for this step only. */
function naturalMap(it: Proposal, at: Evaluation, scale: number): Float64Array {
  const map = displacementOf(at, scale, scratchVector(it));
  negate(map, map);
  return map;
}
