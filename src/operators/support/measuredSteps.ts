import { failure, type Row } from "../../authoring/index.ts";

/** Options that say in which rows a costly measure is taken. */
export interface MeasuredSteps {
  /**
   * Interval in steps, a positive integer or Infinity: measures each step that is a multiple of it, and always the last
   * row. Default 1.
   */
  readonly every?: number;
  /** `"end"` measures the last row only. It cannot be combined with `every`. Default: as `every` says. */
  readonly when?: "end";
}

/** The rules of {@link MeasuredSteps}. */
export const stepRules = {
  every: { integer: true, min: 1, infinite: true },
  when: { oneOf: ["end"] },
} as const;

/**
 * Decides whether a row is measured. The last row is the one whose status is not "running"; a stream cut by `take` does
 * not have one.
 */
export function measuredSteps(
  who: string,
  options: { readonly every: number | undefined; readonly when: "end" | undefined },
): (row: Row) => boolean {
  const { when, every = when === "end" ? Number.POSITIVE_INFINITY : 1 } = options;
  if (when === "end" && options.every !== undefined) {
    throw failure("ERR_OPTION_RANGE", `${who}: expected when: "end" or every, got both (every: ${every})`);
  }
  return (row) => row.status !== "running" || (every !== Number.POSITIVE_INFINITY && row.step % every === 0);
}
