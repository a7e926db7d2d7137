import { failure } from "../errors.ts";

/** Rejects players of one name, since operators and results find a player by its name. */
export function checkDifferentNames(who: string, names: readonly string[]): void {
  if (new Set(names).size === names.length) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected players of different names, got ${names.join(", ")}`);
}
