import { failure } from "../../errors.ts";
import { environment } from "../../host.ts";
import { type Precision, precisions } from "../executorNames.ts";

/**
 * Chooses the numbers in which a device computes.
 *
 * @param wanted default: the environment variable `FLUXION_PRECISION`, else float64
 * @throws {RangeError} ERR_OPTION_RANGE if it is neither float64 nor float32
 */
export function precisionOf(wanted: string | undefined = environment("FLUXION_PRECISION")): Precision {
  if (wanted === undefined || wanted === "") return "float64";
  const found = precisions.find((name) => name === wanted);
  if (found === undefined) {
    throw failure("ERR_OPTION_RANGE", `precision: expected ${precisions.join(" or ")}, got "${wanted}"`);
  }
  return found;
}
