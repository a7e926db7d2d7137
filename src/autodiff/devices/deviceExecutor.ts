import { failure } from "../../errors.ts";
import { environment } from "../../host.ts";
import type { FieldEngine } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";

/** Numbers in which a device computes. What goes in and comes out is always float64. */
export const precisions = ["float64", "float32"] as const;
export type Precision = (typeof precisions)[number];

/** What an executor for devices found. `run.json` keeps it, since it decides the last bits of results. */
export type DeviceDescription = {
  /** Absolute path of the library that computes. */
  readonly library: string;
  readonly version: string;
  /** What it computes on: `CPU`, or the name of an accelerator. */
  readonly device: string;
  /** Whether that is faster than a CPU at large arrays. */
  readonly accelerator: boolean;
  readonly precision: Precision;
};

/** An executor that runs the graphs of a field by a library outside of fluxion, on whatever device that finds. */
export interface DeviceExecutor {
  /**
   * Makes an engine, as the executors of fluxion do. Arrays of the field may have any shapes as long as only
   * `evaluate` is called, which writes them one after the other; products are compiled when they are first needed.
   *
   * @throws ERR_DEVICE if the library is missing or unfit, with all ways to mend it
   */
  engine(parts: FieldParts): FieldEngine;
  /** Loads the library and says what it is. @throws ERR_DEVICE as for the engine */
  describe(): DeviceDescription;
}

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
