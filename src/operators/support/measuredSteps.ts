import { failure, type Row } from "../../authoring/index.ts";

/** When a costly measure is taken. */
export interface MeasuredSteps {
  /** Measures each step that is a multiple of this number, and always the last row; a positive integer, or Infinity. Default 1. */
  readonly every?: number;
  /** `"end"` measures the last row alone, as a search wants; it contradicts `every`. Default: as `every` says. */
  readonly when?: "end";
}

/** The rules of `every` and `when`. */
export const stepRules = {
  every: { integer: true, min: 1, infinite: true },
  when: { oneOf: ["end"] },
} as const;

/** Whether a row is measured. A last row is one whose status is not "running"; a stream that `take` cuts has none. */
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
