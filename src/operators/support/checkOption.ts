import { failure } from "../../errors.ts";

/** Refuses an option out of its range: `who: expected NAME EXPECTED, got VALUE`. */
export function checkOption(who: string, ok: boolean, name: string, expected: string, got: unknown): void {
  if (!ok) throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} ${expected}, got ${String(got)}`);
}

/** Refuses what is no object of options: `momentum(0.9)` would silently keep the default. @throws ERR_OPTION_TYPE */
export function checkOptions(who: string, options: unknown): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  const got = Array.isArray(options) ? "an array" : options === null ? "null" : `${typeof options} ${String(options)}`;
  throw failure("ERR_OPTION_TYPE", `${who}: expected an object of options, as in { name: value }, got ${got}`);
}
