import { failure } from "../../../errors.ts";
import { environment, memoryBytes } from "../../../host.ts";
import { neighbours } from "../threads/count.ts";

const mebibyte = 2 ** 20;
/** What a field may keep, and the part of the machine's memory that it takes at most. */
const usual = 1024 * mebibyte;
const part = 1 / 8;

/**
 * Most bytes of residuals that one field keeps from one product to the next.
 *
 * `FLUXION_RESIDUALS` says it, in MiB. Without it a field keeps 1 GiB, but at most an eighth of the memory that the
 * process may use; searches that run at once share that, and so do worker threads. What is kept changes no bits.
 *
 * @throws {RangeError} ERR_OPTION_RANGE if the variable is not a number of MiB
 */
export function residualBytes(): number {
  const said = environment("FLUXION_RESIDUALS") ?? "";
  if (said === "") return Math.min(usual, part * memoryBytes()) / neighbours();
  const count = said.trim() === "" ? Number.NaN : Number(said);
  if (!(count >= 0 && count < Number.POSITIVE_INFINITY)) {
    throw failure("ERR_OPTION_RANGE", `FLUXION_RESIDUALS: expected a number of MiB, 0 or more, got "${said}"`);
  }
  return count * mebibyte;
}
