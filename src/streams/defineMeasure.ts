import type { Observable } from "rxjs";
import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { measuring } from "./loop/registration.ts";
import type { AnySpec } from "./loop/steps.ts";
import type { Iterate, Measure, MeasureSpec } from "./types.ts";

/**
 * Makes a measure from a pure step function of an iterate, which may write declared columns and vectors, and end the
 * run by a status.
 *
 * The measure stands inside the loop or after it. Inside, a status ends the run; after the loop it ends the stream,
 * with this row as its last. After a `merge` the measure keeps one state for each run.
 *
 * Use {@link defineRowMeasure} when plain rows suffice, so that the measure works on replays too; {@link defineUpdate}
 * when the operator chooses the step.
 *
 * @example
 * const angle = defineMeasure({
 *   name: "angle",
 *   columns: { cosine: { meaning: "cosine between the direction and -F" } },
 *   step: ({ direction: d, at }) => ({ columns: { cosine: -dot(d, at.field) / (norm(d) * norm(at.field)) } }),
 * });
 * iterate(bilinear(), [1, 1], chain(untilStep(1), extragradient({ stepSize: 0.5 }), angle))
 *   .subscribe((it) => console.log(it.step, it.columns.cosine?.toFixed(4)));
 * // 0 0.8944
 * // 1 1.0000
 * @param spec name, columns, settings, `init` and `step`, see {@link MeasureSpec}
 * @throws as {@link defineUpdate}
 */
export function defineMeasure<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Iterate, State, C, S>,
): Measure {
  checkSpec("defineMeasure", spec);
  const own = spec as unknown as AnySpec<Iterate>;
  return <T extends Iterate>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}
