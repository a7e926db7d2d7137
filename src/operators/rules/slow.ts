import { type RowMeasure, readOptions } from "../../authoring/index.ts";
import { nameRule, type RaisingOptions, raising } from "../support/events/raising.ts";

/** Options of {@link slow}. */
export interface SlowOptions extends RaisingOptions {
  /** Factor above 1 by which the run must be slower than at its fastest. Default 3. */
  readonly factor?: number;
  /** Seconds over which the rate is taken, and at least one step. Default 10. */
  readonly seconds?: number;
}

const rules = {
  name: { ...nameRule, default: "slow" },
  factor: { default: 3, above: 1 },
  seconds: { default: 10, above: 0 },
} as const;

/**
 * Raises an event where steps take `factor` times as long as at the fastest before: r_k < r_max / factor, r being steps
 * per second over a stretch of `seconds`.
 *
 * The stretches follow one another; one begins anew after a command such as pause, so that waiting for a person does not
 * count. Time is wall time, so another program on the machine is enough, and two runs of one seed may differ: the event
 * stands in the file, where replays find it. The defaults leave room for what programs on shared machines take from one
 * another: a factor of 2 for some seconds is common. The measured number is r_max / r_k.
 *
 * Cost: negligible.
 *
 * @example
 * const [first] = firstRows(quartic(), [1, 2], gradientStep(0.01), 1);
 * from([0, 10, 20, 60])
 *   .pipe(map((seconds, step) => ({ ...first!, step, seconds })), slow())
 *   .subscribe((row) => eventsOf(row).forEach((event) => console.log(describeEvent(event))));
 * // run: slow at step 3 (times as long per step as at the fastest: 4)
 * @param options {@link SlowOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE for options out of range
 */
export function slow(options: SlowOptions = {}): RowMeasure {
  const { name, factor, seconds } = readOptions("slow", options, rules);
  return raising({
    name,
    meaning: "times as long per step as at the fastest:",
    init: (first): Memory => ({ step: first.step, seconds: first.seconds, fastest: 0 }),
    test(row, memory) {
      const commanded = row.commands !== undefined && row.commands.length > 0;
      const took = row.seconds - memory.seconds;
      if (!commanded && (took < seconds || row.step === memory.step)) return undefined;
      const rate = (row.step - memory.step) / took;
      memory.step = row.step;
      memory.seconds = row.seconds;
      if (commanded || !(rate > 0 && Number.isFinite(rate))) return undefined;
      const before = memory.fastest;
      memory.fastest = Math.max(before, rate);
      return rate < before / factor ? before / rate : false;
    },
  });
}

interface Memory {
  /** Where the present stretch began. */
  step: number;
  seconds: number;
  /** Most steps per second so far. */
  fastest: number;
}
