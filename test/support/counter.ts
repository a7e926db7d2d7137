/** A short run of the quartic, and the simplest measure with a state. */
import type { Observable } from "rxjs";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineRowMeasure } from "../../src/streams/defineRowMeasure.ts";
import { iterate } from "../../src/streams/iterate.ts";
import type { Columns, Iterate, RowMeasure, Update } from "../../src/streams/types.ts";

export const descent = gradientStep(0.01);
/** Five steps of a rule. */
export const run = (rule: Update, name = "run"): Observable<Iterate> =>
  iterate(quartic(), [1, 2], chain(untilStep(5), rule), { name });

/** Counts the rows it met: state and one column. */
export function counter(name = "counter", columns: Columns = { seen: { meaning: "rows met so far" } }): RowMeasure {
  return defineRowMeasure({
    name,
    columns,
    init: () => ({ count: 0 }),
    step(_row, { count }) {
      const [column] = Object.keys(columns);
      return { state: { count: count + 1 }, columns: { [column!]: count + 1 } };
    },
  });
}
