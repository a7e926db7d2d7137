import { failure } from "../../errors.ts";

/** Rejects a right side b that does not have one number per row of A. */
export function checkRightSide(who: string, b: Float64Array, rows: number): void {
  if (b.length !== rows) throw failure("ERR_LENGTH", `${who}: expected b of length ${rows}, got ${b.length}`);
}
