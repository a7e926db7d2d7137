import type { Precision } from "../executorNames.ts";
import type { FieldEngine } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";

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
