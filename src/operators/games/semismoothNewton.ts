import {
  chain,
  choose,
  defineUpdate,
  type Evaluation,
  isFiniteVector,
  norm,
  type Proposal,
  readOptions,
  type Update,
} from "../../authoring/index.ts";
import { gmres } from "../../linalg/krylov/gmres.ts";
import { shifted } from "../../linalg/maps/maps.ts";
import { projectedStep } from "../support/projectedStep.ts";
import { positiveInteger } from "../support/rules.ts";
import { adaptiveExtragradient } from "./adaptiveExtragradient.ts";
import { naturalMapDerivative, projectionDerivative } from "./naturalMap.ts";

/** What became of a Newton step; the values of the column `newton`. */
export const newtonOutcomes = ["accepted", "refused", "waiting", "non-finite"] as const;
export type NewtonOutcome = (typeof newtonOutcomes)[number];

export interface SemismoothNewtonOptions {
  /** The first-order method that takes over where a Newton step is refused. Default `adaptiveExtragradient()`. */
  readonly fallback?: Update;
  /** eta > 0 of the residual R(z) = z - Pi_C(z - eta F(z)). Default 1. */
  readonly scale?: number;
  /** q in (0, 1): a Newton step must bring ||R|| to q times the present one and the least accepted one. Default 0.9. */
  readonly contraction?: number;
  /** Of GMRES. Default min(0.01, ||R||), which keeps convergence quadratic. */
  readonly relativeTolerance?: number;
  /** Of GMRES. Default 2 n. */
  readonly maxIterations?: number;
  /** tau >= 0: solves (V + tau ||R|| I) p = -R, for solutions that are not isolated. Default 0. */
  readonly damping?: number;
}

const rules = {
  fallback: { expected: "an update", is: (value: unknown) => typeof value === "function" },
  scale: { default: 1, above: 0 },
  contraction: { default: 0.9, above: 0, below: 1 },
  relativeTolerance: { min: 0, below: 1 },
  maxIterations: positiveInteger,
  damping: { default: 0, min: 0 },
} as const;

/**
 * Semismooth Newton for the natural residual R(z) = z - Pi_C(z - eta F(z)), with a first-order method as globalisation.
 *
 * V p = -R(z), V = I - D (I - eta J), D a generalised derivative of the projection, by GMRES [1]. The trial Pi_C(z + p) is
 * accepted when ||R|| there is at most q times the present one, and q times the least of those accepted before (and at the
 * start); else the step is the fallback's, and the next 1, 2, 4, ... 64 rows make no attempt. So infinitely many accepted
 * steps bring ||R|| to 0, and finitely many leave the convergence that the fallback guarantees. Near a solution where V is
 * not singular convergence is quadratic. Without a constraint this is Newton's method for F = 0.
 *
 * Columns: `newton`, what became of the Newton step; `naturalMapNorm`, ||R||; `solverIterations`, of GMRES.
 * Cost: a GMRES solve (products with J) and one evaluation an attempt; else that of the fallback.
 *
 * @example iterate(bilinear({ matrix }), start, chain(untilCritical({ squaredFieldNorm: 1e-24 }), semismoothNewton()))
 * @throws {RangeError} ERR_OPTION_RANGE
 * @see [1] Qi and Sun, "A nonsmooth version of Newton's method", 1993, doi:10.1007/BF01581275
 * @see [2] Facchinei and Pang, "Finite-dimensional variational inequalities and complementarity problems", 2003, chapter 8
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
      naturalMapNorm: { meaning: `||z - Pi_C(z - ${scale} F(z))||` },
      solverIterations: { meaning: "iterations of GMRES" },
    },
    init: (): State => ({ least: Number.POSITIVE_INFINITY, wait: 0, pause: 1 }),
    step(it, state) {
      const residual = naturalMap(it.at, scale);
      const size = norm(residual);
      const columns = { naturalMapNorm: size, solverIterations: 0 };
      if (state.wait > 0) {
        return {
          state: { ...state, wait: state.wait - 1 },
          columns: { ...columns, newton: newtonOutcomes.indexOf("waiting") },
        };
      }
      if (size === 0)
        return { stepSize: 0, next: it.at, columns: { ...columns, newton: newtonOutcomes.indexOf("accepted") } };
      const least = Math.min(state.least, size);
      const forcing = relativeTolerance ?? Math.min(0.01, size);
      const found = newtonTrial(it, residual, scale, damping * size, forcing, maxIterations);
      const reached = found.trial === undefined ? Number.NaN : norm(naturalMap(found.trial, scale));
      if (found.trial !== undefined && reached <= contraction * least) {
        return {
          stepSize: 1,
          next: found.trial,
          state: { least: reached, wait: 0, pause: 1 },
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
          wait: state.pause,
          pause: Math.min(2 * state.pause, longestPause),
        },
        columns: {
          ...columns,
          newton: newtonOutcomes.indexOf(Number.isFinite(reached) ? "refused" : "non-finite"),
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

const longestPause = 64;

interface State {
  /** Least ||R|| at the start and at accepted trials. */
  readonly least: number;
  /** Rows without an attempt still to come. */
  readonly wait: number;
  /** Rows without an attempt after the next refusal. */
  readonly pause: number;
}

/** R(z). */
function naturalMap(at: Evaluation, scale: number): Float64Array {
  const projected = projectedStep(at.problem, at.point, scale, at.field);
  return at.point.map((x, i) => x - projected[i]!);
}

function newtonTrial(
  it: Proposal,
  residual: Float64Array,
  scale: number,
  shift: number,
  relativeTolerance: number,
  maxIterations: number | undefined,
): { readonly trial: Evaluation | undefined; readonly iterations: number } {
  const { at, point } = it;
  const { constraint } = at.problem;
  const n = point.length;
  const inside = new Float64Array(n);
  for (let i = 0; i < n; i++) inside[i] = point[i]! - scale * at.field[i]!;
  const derivative = constraint === undefined ? undefined : projectionDerivative(constraint, inside);
  const map = naturalMapDerivative(at.linearize(), derivative, scale);
  const right = residual.map((r) => -r);
  if (!isFiniteVector(right)) return { trial: undefined, iterations: 0 };
  const solved = gmres(shift === 0 ? map : shifted(map, shift), right, {
    relativeTolerance,
    ...(maxIterations === undefined ? {} : { maxIterations }),
  });
  const trial = new Float64Array(n);
  for (let i = 0; i < n; i++) trial[i] = point[i]! + solved.x[i]!;
  constraint?.project(trial, trial);
  if (!isFiniteVector(trial)) return { trial: undefined, iterations: solved.iterations };
  return { trial: it.evaluate(trial), iterations: solved.iterations };
}
