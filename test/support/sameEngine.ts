import type { InputData } from "../../src/autodiff/chosenRows.ts";
import type { FieldEngine } from "../../src/autodiff/fieldEngine.ts";
import { assertClose } from "./assert.ts";
import { normalVector } from "./random.ts";

/** Everything that an engine computes at a point: value, field, J v, J^T u, and J V for eleven vectors. */
export function everythingOf(
  engine: FieldEngine,
  data: readonly InputData[],
  point: Float64Array,
): Readonly<Record<string, Float64Array>> {
  const n = engine.dimension;
  const field = new Float64Array(n);
  const value = Float64Array.of(engine.evaluate(data, point, field));
  const owner = { data, point };
  const multiplied = (count: number, seed: number, transpose: boolean): Float64Array => {
    const out = new Float64Array(count * n);
    engine.multiply(owner, normalVector(count * n, seed), count, out, transpose);
    return out;
  };
  return {
    value,
    field,
    "J v": multiplied(1, 1, false),
    "J^T u": multiplied(1, 2, true),
    "J V": multiplied(11, 3, false),
  };
}

/** Checks that an engine computes what another one does, up to the order of sums. */
export function assertSameEngine(
  engine: FieldEngine,
  reference: FieldEngine,
  data: readonly InputData[],
  point: Float64Array,
  what: string,
): void {
  const expected = everythingOf(reference, data, point);
  for (const [name, found] of Object.entries(everythingOf(engine, data, point))) {
    assertClose(found, expected[name]!, 1e-11, `${name} in ${what}`, name === "value" ? 1e-3 : undefined);
  }
}
