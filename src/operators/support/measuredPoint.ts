/** Which point a measure looks at: the iterate, or another point that its row holds, such as an average. */
import { type Evaluation, evaluate, failure, type Iterate, type Row } from "../../authoring/index.ts";
import { type MeasuredSteps, measuredSteps, stepRules } from "./measuredSteps.ts";

/** Options that the measures for games share. */
export interface MeasuredPointOptions extends MeasuredSteps {
  /** Name of the vector column that holds the point to measure, such as `average`. Default: the row's own point. */
  readonly of?: string;
}

/** The rules of {@link MeasuredPointOptions}. */
export const pointRules = {
  ...stepRules,
  of: { expected: "the name of a vector column", is: (name: unknown) => typeof name === "string" },
} as const;

/** Name of a measure's column: `naturalResidual`, and for the average `averageNaturalResidual`. */
export function columnName(name: string, of: string | undefined): string {
  return of === undefined ? name : of + name[0]!.toUpperCase() + name.slice(1);
}

/**
 * Finds the evaluation to measure; undefined where this row is not measured. An evaluation that is not the row's own is
 * not counted.
 */
export function measuredPoint(
  who: string,
  options: {
    readonly of: string | undefined;
    readonly every: number | undefined;
    readonly when: "end" | undefined;
  },
): (it: Iterate) => Evaluation | undefined {
  const { of } = options;
  const chosen = chosenPoint(who, options);
  return (it) => {
    const point = chosen(it);
    if (point === undefined) return undefined;
    return of === undefined ? it.at : evaluate(it.at.problem, point);
  };
}

/** Finds the point to measure; undefined where this row is not measured. */
export function chosenPoint(
  who: string,
  options: {
    readonly of: string | undefined;
    readonly every: number | undefined;
    readonly when: "end" | undefined;
  },
): (it: Iterate) => Float64Array | undefined {
  const { of } = options;
  const measured = measuredSteps(who, options);
  return (it) => {
    if (!measured(it)) return undefined;
    if (of === undefined) return it.point;
    if (it.run.columns[of]?.kind !== "vector") throw noVector(who, of, it);
    return it.vectors[of];
  };
}

function noVector(who: string, of: string, { run }: Row): Error {
  const vectors = Object.keys(run.columns).filter((name) => run.columns[name]!.kind === "vector");
  const got = vectors.length === 0 ? "none" : vectors.join(", ");
  return failure("ERR_OPTION_RANGE", `${who}: expected a vector column "${of}", got ${got}; put average() before it`);
}
