import { type Checked, defineUpdate, failure, norm, settingOf, type Update } from "../../../authoring/index.ts";
import { positiveInteger, share } from "../rules.ts";
import { adaptiveStep } from "./adaptiveStep.ts";
import { curvatureColumns } from "./columns.ts";
import { outputsOf } from "./outputsOf.ts";
import {
  type CurvatureName,
  type CurvatureSolution,
  type CurvatureSolver,
  curvatureSolvers,
  regularisedSolve,
} from "./regularisedSolve.ts";

/** Options of the steps that invert a curvature matrix B. */
export interface CurvatureStepOptions {
  /** Number epsilon >= 0 in (B + epsilon I)^-1. It cannot be combined with `mixing`. Default 0. Steerable. */
  readonly damping?: number;
  /**
   * Share lambda in [(1 - lambda) B + lambda I]^-1, in [0, 1]: 0 is the inverse of B, 1 leaves the gradient as it is.
   * Default 0. Steerable.
   */
  readonly mixing?: number;
  /**
   * Whether B is first scaled to mean eigenvalue 1, B P / trace B, without which a share has no meaning. The gradient is
   * not scaled. Default: whether `mixing` is given.
   */
  readonly normalise?: boolean;
  /**
   * How the system is solved. `dense`: by the matrix; by its pseudo-inverse where there is neither damping nor mixing.
   * `samples`: by the matrix of as many rows as there are outputs (or samples, for the empirical Fisher), unless the
   * damping is as small as the rounding of B; then as `minresQLP`. `cg`: conjugate
   * gradients, which end early where B is indefinite. `minresQLP`: the solution of minimum length. `automatic`: `samples`
   * where these are fewer than parameters and at most 600, else `dense` up to 600 parameters, else `minresQLP`. Default
   * `automatic`.
   */
  readonly solver?: CurvatureSolver;
  /** Relative tolerance of `cg` and `minresQLP`, in [0, 1]. Default 1e-10. Steerable. */
  readonly relativeTolerance?: number;
  /** Largest number of iterations of `cg` and `minresQLP`. Default: theirs. */
  readonly maxIterations?: number;
  /** Eigenvalues up to this share of the largest count as zero in the pseudo-inverse. Default 1e-12. */
  readonly cutoff?: number;
  /**
   * Whether the operator takes the step p itself and adapts the damping [1]. The ratio rho is the fall of L over that of
   * the model, -(g^T p + p^T B p / 2). Damping is multiplied by `shrink` where rho > 3/4, and divided by it where
   * rho < 1/4. A step that does not lower L is refused: the point stays. It needs `damping` > 0. Default false.
   */
  readonly adaptive?: boolean;
  /** Factor by which the adaptive damping falls, in (0, 1). Default 2/3 [1]. */
  readonly shrink?: number;
}

export const curvatureRules = {
  damping: { default: 0, min: 0 },
  mixing: { ...share, default: 0 },
  normalise: { oneOf: [true, false] },
  solver: { default: "automatic", oneOf: curvatureSolvers },
  relativeTolerance: { ...share, default: 1e-10 },
  maxIterations: positiveInteger,
  cutoff: { default: 1e-12, min: 0, below: 1 },
  adaptive: { default: false, oneOf: [true, false] },
  shrink: { default: 2 / 3, above: 0, below: 1 },
} as const;

type ReadOptions = Checked<CurvatureStepOptions, typeof curvatureRules>;

/** Makes the update p = -(alpha B + beta I)^-1 g with the matrix of a name. */
export function curvatureStep(who: string, name: CurvatureName, options: ReadOptions): Update {
  checkTogether(who, options);
  const { solver, maxIterations, cutoff, normalise = options.mixing > 0 } = options;
  if (options.adaptive) return adaptiveStep(who, name, { ...options, normalise });
  const fixed = { solver, maxIterations, cutoff, normalise };
  return defineUpdate({
    name: who,
    settings: {
      damping: settingOf(curvatureRules.damping, options.damping),
      mixing: settingOf(curvatureRules.mixing, options.mixing),
      relativeTolerance: settingOf(curvatureRules.relativeTolerance, options.relativeTolerance),
    },
    columns: curvatureColumns,
    step(it, _state, settings) {
      const outputs = outputsOf(who, it.at);
      const solved = regularisedSolve(outputs, name, it.point, it.at.field, { ...fixed, ...settings });
      if (solved === undefined) {
        const none = { directionNorm: undefined, curvatureResidual: undefined, solverIterations: undefined };
        return { stepSize: 0, next: it.at, status: "stagnated", columns: none };
      }
      const direction = solved.x.map((entry) => -entry);
      return { direction, columns: columnsOf(solved, direction) };
    },
  });
}

/** What the rows say of a solution. */
function columnsOf({ relativeResidual, iterations }: CurvatureSolution, direction: Float64Array) {
  return { directionNorm: norm(direction), curvatureResidual: relativeResidual, solverIterations: iterations };
}

function checkTogether(who: string, { damping, mixing, adaptive }: ReadOptions): void {
  if (mixing > 0 && damping > 0) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected damping or mixing, got both; leave one out`);
  }
  if (adaptive && !(damping > 0)) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected a damping above 0 to adapt, got ${damping}`);
  }
}
