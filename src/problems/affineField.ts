import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { dot } from "../linalg/vector.ts";
import { readOptions } from "../options.ts";
import type { Problem } from "./problem.ts";
import { float64Array, json, text } from "./rules.ts";

export interface AffineFieldOptions {
  /** Vector b. Default 0. */
  readonly offset?: Float64Array;
  /** Name of the problem in messages, rows and files. Default "affineField". */
  readonly name?: string;
  /** Data that `run.json` keeps of the problem. Default: name and dimension. */
  readonly description?: JsonValue;
}

const rules = { offset: float64Array, name: { ...text, default: "affineField" }, description: json } as const;

/**
 * Builds the field F(z) = A z + b of a square linear map A, which is its Jacobian everywhere.
 *
 * It serves linear variational inequalities and complementarity problems whose matrices are dense, sparse, or known by
 * their products only. If A is symmetric, F is the gradient of z^T A z / 2 + b^T z, which is the value; otherwise the
 * value is NaN.
 *
 * Cost: one product with A, and a few operations per coordinate for b and the value.
 *
 * @example
 * const n = 1000;
 * const field = affineField(banded(n, { [-1]: -1, 0: 0.1, 1: 1 }));
 * const problem = variationalInequality(field, box(new Float64Array(n), new Float64Array(n).fill(1)));
 * @param map A
 * @param options {@link AffineFieldOptions}
 * @throws {TypeError} ERR_OPTION_TYPE if A is not a linear map, or for options of the wrong type; ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_LENGTH if A is not square or b has another length
 */
export function affineField(map: LinearMap, options: AffineFieldOptions = {}): Problem {
  const { offset, name, description } = readOptions("affineField", options, rules);
  if (typeof map?.apply !== "function") {
    throw failure(
      "ERR_OPTION_TYPE",
      `${name}: expected a linear map, as from banded or denseMatrix, got ${typeof map}`,
    );
  }
  const { rows: n, columns, symmetric } = map;
  if (n !== columns) throw failure("ERR_LENGTH", `${name}: expected a square map, got ${n} x ${columns}`);
  if (offset !== undefined && offset.length !== n) {
    throw failure("ERR_LENGTH", `${name}: expected an offset of ${n} numbers, got ${offset.length}`);
  }
  return {
    name,
    dimension: n,
    symmetric,
    ...(symmetric ? { hasPotential: true } : {}),
    evaluate(point, field) {
      map.apply(point, field);
      // z^T (A z + 2 b) / 2 before b is added.
      const value = symmetric ? dot(point, field) / 2 + (offset === undefined ? 0 : dot(offset, point)) : Number.NaN;
      if (offset !== undefined) for (let i = 0; i < n; i++) field[i] = field[i]! + offset[i]!;
      return value;
    },
    linearize: () => map,
    blocks: [{ name: "z", shape: [n], offset: 0, size: n }],
    description: description ?? { problem: name, dimension: n },
  };
}
