import { failure } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { dot } from "../linalg/vector.ts";
import type { Problem } from "./problem.ts";

export interface AffineFieldOptions {
  /** b; default 0. */
  readonly offset?: Float64Array;
  /** In messages, rows and files; default "affineField". */
  readonly name?: string;
  /** What `run.json` keeps of the problem. */
  readonly description?: JsonValue;
}

/**
 * F(z) = A z + b for a square linear map A, which is its Jacobian everywhere: linear variational inequalities and complementarity
 * problems with matrices that are dense, sparse, or known by their products only.
 *
 * Where A is symmetric F is the gradient of z^T A z / 2 + b^T z, which is the value; else the value is NaN. Cost: a product, and
 * what b and the value take.
 *
 * @example variationalInequality(affineField(banded(1000, { [-1]: -1, 0: 0.1, 1: 1 })), box(lower, upper))
 * @throws {TypeError} ERR_OPTION_TYPE if A is no linear map
 * @throws {RangeError} ERR_LENGTH if A is not square or b has another length
 */
export function affineField(map: LinearMap, options: AffineFieldOptions = {}): Problem {
  const { offset, name = "affineField", description } = options;
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
