/** Checks of what the functions of this room are called with, for callers without types. */
import { failure } from "../errors.ts";
import { showValue } from "../options.ts";
import type { LinearMap } from "./linearMap.ts";

/** Refuses what is not a linear map, such as the numbers of a matrix. */
export function checkMap(who: string, map: LinearMap): void {
  const { apply, rows, columns } = (map ?? {}) as Partial<LinearMap>;
  if (typeof apply === "function" && Number.isInteger(rows) && Number.isInteger(columns)) return;
  throw failure(
    "ERR_OPTION_TYPE",
    `${who}: expected a linear map, such as denseMatrix(2, 2, values), got ${showValue(map)}`,
  );
}

/** Refuses what is not a Float64Array, such as a plain list of numbers. */
export function checkNumbers(who: string, name: string, values: Float64Array): void {
  if (values instanceof Float64Array) return;
  throw failure("ERR_OPTION_TYPE", `${who}: expected ${name} to be a Float64Array, got ${showValue(values)}`);
}
