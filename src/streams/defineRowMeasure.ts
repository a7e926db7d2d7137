import type { Observable } from "rxjs";
import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { measuring } from "./loop/registration.ts";
import type { AnySpec } from "./loop/steps.ts";
import type { MeasureSpec, Row, RowMeasure } from "./types.ts";

/**
 * Makes a measure from a pure step function of plain rows: it stands inside the loop, after it, and on replays.
 *
 * Use {@link defineMeasure} when the measure needs the evaluation, the direction or J.
 *
 * @example
 * const untilSmall = defineRowMeasure({
 *   name: "untilSmall",
 *   step: (row) => (row.squaredFieldNorm < 1.5 ? { status: "converged" } : undefined),
 * });
 * iterate(bilinear(), [1, 1], chain(untilSmall, extragradient({ stepSize: 0.5 })))
 *   .subscribe((it) => console.log(it.step, it.squaredFieldNorm, it.status));
 * // 0 2 running
 * // 1 1.625 running
 * // 2 1.3203125 converged
 * @param spec name, columns, settings, `init` and `step`, see {@link MeasureSpec}
 * @throws as {@link defineUpdate}
 */
export function defineRowMeasure<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Row, State, C, S>,
): RowMeasure {
  checkSpec("defineRowMeasure", spec);
  const own = spec as unknown as AnySpec<Row>;
  return <T extends Row>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}
