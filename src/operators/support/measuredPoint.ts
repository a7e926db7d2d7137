/** Measures of the last iterate, or of another point that a row holds, such as its average. */
import { failure } from "../../errors.ts";
import { evaluate } from "../../streams/loop/evaluation.ts";
import type { Evaluation, Iterate } from "../../streams/types.ts";

/** Options that the measures for games share. */
export interface MeasuredPointOptions {
  /** Name of the vector column that holds the point to measure, such as `average`. Default: the row's own point. */
  readonly of?: string;
  /** Rows between two measurements. Default 1. */
  readonly every?: number;
}

/** @throws ERR_OPTION_RANGE */
export function checkMeasured(who: string, { every = 1 }: MeasuredPointOptions): void {
  if (Number.isInteger(every) && every > 0) return;
  throw failure("ERR_OPTION_RANGE", `${who}: expected every to be a positive integer, got ${every}`);
}

/** `naturalResidual`, or of the average `averageNaturalResidual`. */
export function columnName(name: string, of: string | undefined): string {
  return of === undefined ? name : of + name[0]!.toUpperCase() + name.slice(1);
}

/** The evaluation to measure, not counted where it is not the row's own; undefined: not in this row. */
export function measuredAt(who: string, it: Iterate, options: MeasuredPointOptions): Evaluation | undefined {
  const { of, every = 1 } = options;
  if (it.step % every !== 0) return undefined;
  if (of === undefined) return it.at;
  if (it.run.columns[of]?.kind !== "vector") {
    const vectors = Object.keys(it.run.columns).filter((name) => it.run.columns[name]!.kind === "vector");
    throw failure(
      "ERR_OPTION_RANGE",
      `${who}: expected a vector column "${of}", got ${vectors.length === 0 ? "none" : vectors.join(", ")}; put average() before it`,
    );
  }
  const point = it.vectors[of];
  return point === undefined ? undefined : evaluate(it.at.problem, point);
}
