import type { NewtonDirectionOptions } from "../../operators/newton/newtonDirection.ts";
import type { NewtonMROptions } from "../../operators/newton/newtonMR.ts";

/**
 * Settings of the solver in the searches of [1], which the protocols keep whatever the operators' defaults are. Bounds
 * are absolute, and the parameters have no units of their own.
 *
 * @see [1] Frye et al., "Critical point-finding methods reveal gradient-flat regions of deep network losses", Neural
 *   Computation 33, 2021, doi:10.1162/neco_a_01388
 */
export const paperSolver = {
  relativeTolerance: 5e-4,
  maxNorm: 1e4,
  maxCondition: 1e7,
  transitionCondition: 1e4,
  scaling: "none",
} as const satisfies NewtonDirectionOptions;

/** Options of Newton-MR with the solver of the papers, where they do not say otherwise. */
export function withPaperSolver(options: NewtonMROptions = {}): NewtonMROptions {
  return { ...options, direction: { ...paperSolver, ...options.direction } };
}
