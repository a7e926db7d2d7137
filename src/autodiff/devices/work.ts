import type { FieldParts } from "../fieldParts.ts";
import { workOf } from "../float64/tiles/sizes.ts";
import { reachable } from "../graph/walk.ts";

/** Number of operations of value and field. */
export function workOfField({ value, field }: Pick<FieldParts, "value" | "field">): number {
  const outputs = value === undefined ? field : [value, ...field];
  return reachable(outputs).reduce((sum, node) => sum + workOf(node), 0);
}
