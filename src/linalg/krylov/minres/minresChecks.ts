import { failure } from "../../../errors.ts";
import type { LinearMap } from "../../linearMap.ts";
import { isFiniteVector } from "../../vector.ts";
import type { MinresQLPOptions } from "./minresTypes.ts";

/** Rejects a system whose parts do not fit, or that minresQLP cannot solve. */
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
      "minresQLP: expected a symmetric map, got one with symmetric: false; solve the normal equations or another method's system",
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

/** Rejects options out of range; newtonDirection has the same ones. */
export function checkMinresOptions(
  who: string,
  options: Omit<MinresQLPOptions, "onIteration" | "preconditioner">,
): void {
  const { shift = 0, relativeTolerance = 0, maxIterations = 1, maxNorm = 1, maxCondition = 2 } = options;
  const { transitionCondition = 1 } = options;
  const check = (ok: boolean, name: string, expected: string, got: number): void => {
    if (!ok) throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} to be ${expected}, got ${got}`);
  };
  check(Number.isFinite(shift), "shift", "finite", shift);
  check(relativeTolerance >= 0 && relativeTolerance <= 1, "relativeTolerance", "in [0, 1]", relativeTolerance);
  check(Number.isInteger(maxIterations) && maxIterations > 0, "maxIterations", "a positive integer", maxIterations);
  check(maxNorm > 0, "maxNorm", "positive", maxNorm);
  check(maxCondition > 1, "maxCondition", "above 1", maxCondition);
  check(transitionCondition >= 1, "transitionCondition", "at least 1", transitionCondition);
}
