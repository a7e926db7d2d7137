import type { Shape } from "../../autodiff/graph/graph.ts";
import { checkData } from "../../autodiff/trace/constant.ts";
import { missingPlace } from "../../autodiff/trace/places.ts";
import type { TracedFunction } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import type { DataValues } from "../problem.ts";

interface ExchangedData {
  readonly values: ReadonlyMap<string, Float64Array>;
  /** Shapes of all inputs. Present if one of them differs from the trace. */
  readonly shapes?: ReadonlyMap<string, Shape>;
}

/**
 * Replaces some of a traced function's data by copies of the given ones, which may have another leading extent.
 *
 * @throws ERR_DATA_NAME, ERR_OPTION_TYPE, ERR_LENGTH, ERR_NOT_FINITE, ERR_OPTION_RANGE for data that do not fit
 */
export function exchanged(
  who: string,
  traced: TracedFunction,
  data: ReadonlyMap<string, Float64Array>,
  given: DataValues,
): ExchangedData {
  const values = new Map(data);
  const shapes = new Map([...traced.data].map(([name, { node }]) => [name, node.shape]));
  let resized = false;
  for (const [name, list] of Object.entries(given)) {
    const shape = shapes.get(name);
    if (shape === undefined) {
      const known = data.size === 0 ? "it has none" : `it has ${[...data.keys()].join(", ")}`;
      throw failure("ERR_DATA_NAME", `${who}.with: no data input is named "${name}"; ${known}`);
    }
    if (!(list instanceof Float64Array) && !Array.isArray(list)) {
      throw failure(
        "ERR_OPTION_TYPE",
        `${who}.with: expected "${name}" to be a Float64Array or an array of numbers, got ${typeof list}`,
      );
    }
    const numbers = Float64Array.from(list);
    const own = fittingShape(who, name, shape, numbers.length);
    const { dtype, indexes } = traced.data.get(name)!;
    checkData(`${who}.with: data "${name}"`, numbers, own, dtype);
    for (const extents of indexes) {
      const missing = missingPlace(numbers, extents);
      if (missing !== undefined) throw failure("ERR_OPTION_RANGE", `${who}.with: data "${name}" holds ${missing}`);
    }
    resized ||= own !== shape;
    shapes.set(name, own);
    values.set(name, numbers);
  }
  return resized ? { values, shapes } : { values };
}

/** Gives the shape itself, or the same with as many rows as the numbers fill. */
function fittingShape(who: string, name: string, shape: Shape, length: number): Shape {
  const row = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const rows = shape.length === 0 ? 1 : shape[0]!;
  if (length === rows * row) return shape;
  if (shape.length > 0 && length > 0 && length % row === 0) return [length / row, ...shape.slice(1)];
  const other = shape.length > 0 ? `, or a multiple of ${row} for another number of rows` : "";
  throw failure(
    "ERR_LENGTH",
    `${who}.with: expected ${rows * row} numbers for "${name}" of shape [${shape.join(", ")}]${other}; got ${length}`,
  );
}
