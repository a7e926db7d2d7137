import type { Observable } from "rxjs";
import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { measuring } from "./loop/registration.ts";
import type { AnySpec } from "./loop/steps.ts";
import type { MeasureSpec, Row, RowMeasure } from "./types.ts";

/**
 * A measure from a pure step function of plain rows: it stands inside the loop, after it, and on replays.
 *
 * @example
 * const untilSmall = defineRowMeasure({
 *   name: "untilSmall", step: (row) => (row.squaredFieldNorm < 1e-8 ? { status: "converged" } : undefined),
 * });
 * @throws as {@link defineUpdate}
 */
export function defineRowMeasure<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Row, State, C, S>,
): RowMeasure {
  checkSpec("defineRowMeasure", spec);
  const own = spec as unknown as AnySpec<Row>;
  return <T extends Row>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}
