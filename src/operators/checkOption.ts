import { failure } from "../errors.ts";

/** Refuses an option out of its range: `who: expected NAME EXPECTED, got VALUE`. */
export function checkOption(who: string, ok: boolean, name: string, expected: string, got: unknown): void {
  if (!ok) throw failure("ERR_OPTION_RANGE", `${who}: expected ${name} ${expected}, got ${String(got)}`);
}
