import { failure } from "../../../errors.ts";
import type { Checked } from "../../../options.ts";
import type { LinearMap } from "../../linearMap.ts";
import { functionRule, positiveInteger, preconditionerRule } from "../../rules.ts";
import { isFiniteVector } from "../../vector.ts";
import type { MinresQLPOptions } from "./minresTypes.ts";

/** Ranges and defaults of the options of minresQLP. The default of `maxIterations` depends on the system. */
export const minresRules = {
  shift: { default: 0 },
  preconditioner: preconditionerRule,
  relativeTolerance: { default: 1e-12, min: 0, max: 1 },
  maxIterations: positiveInteger,
  maxNorm: { default: Number.POSITIVE_INFINITY, above: 0, infinite: true },
  maxCondition: { default: 1e11, above: 1, infinite: true },
  transitionCondition: { default: 1e7, min: 1, infinite: true },
  returnedIterate: { default: "passed", oneOf: ["passed", "last"] },
  onIteration: functionRule,
} as const;

/** Options of minresQLP with their defaults filled in. */
export type MinresSettings = Checked<MinresQLPOptions, typeof minresRules> & {
  /** Lower bound of ||A|| where the Krylov space of b does not see it. */
  readonly normAtLeast?: number;
};

/** Rejects a system whose parts do not fit together, or that minresQLP cannot solve. */
export function checkSystem(map: LinearMap, b: Float64Array, preconditioner: LinearMap | undefined): void {
  const n = b.length;
  if (map.rows !== n || map.columns !== n) {
    throw failure(
      "ERR_LENGTH",
      `minresQLP: expected a map of ${n} x ${n} for b of length ${n}, got ${map.rows} x ${map.columns}`,
    );
  }
  if (!map.symmetric) {
    throw failure(
      "ERR_NOT_SYMMETRIC",
      "minresQLP: expected a symmetric map, got one with symmetric: false; use gmres, or solve the normal equations",
    );
  }
  if (preconditioner !== undefined && (preconditioner.rows !== n || preconditioner.columns !== n)) {
    const got = `${preconditioner.rows} x ${preconditioner.columns}`;
    throw failure("ERR_LENGTH", `minresQLP: expected a preconditioner of ${n} x ${n}, got ${got}`);
  }
  if (!isFiniteVector(b)) {
    throw failure("ERR_NOT_FINITE", "minresQLP: expected a finite right side, got NaN or an infinity in b");
  }
}
