import type { Observable } from "rxjs";
import type { Columns, Settings } from "../arrow/row.ts";
import { checkSpec } from "./loop/checkSpec.ts";
import { measuring } from "./loop/registration.ts";
import type { AnySpec } from "./loop/steps.ts";
import type { Iterate, Measure, MeasureSpec } from "./types.ts";

/**
 * A measure from a pure step function of an iterate: it may write declared columns and vectors, and end the run by a status.
 *
 * It stands inside the loop or after it. Inside, a status ends the run; after the loop it ends the stream, with this row as its last.
 * After a `merge` it keeps one state for each run.
 *
 * @example
 * const angle = defineMeasure({
 *   name: "angle", columns: { cosine: { meaning: "cosine between the direction and -F" } },
 *   step: (it) => ({ columns: { cosine: -dot(it.direction, it.at.field) / (norm(it.direction) * norm(it.at.field)) } }),
 * });
 * @throws as {@link defineUpdate}
 */
export function defineMeasure<State = undefined, const C extends Columns = {}, const S extends Settings = {}>(
  spec: MeasureSpec<Iterate, State, C, S>,
): Measure {
  checkSpec("defineMeasure", spec);
  const own = spec as unknown as AnySpec<Iterate>;
  return <T extends Iterate>(source: Observable<T>) => measuring<T>(own as AnySpec<T>, source);
}
