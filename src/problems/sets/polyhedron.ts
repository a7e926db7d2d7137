import { failure } from "../../errors.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { dot, norm } from "../../linalg/vector.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";
import { ActiveSet } from "./activeSet.ts";
import { type AffineSpace, affineSpace } from "./affineSpace.ts";
import { convexSet, finiteVector } from "./convexSet.ts";
import { isBounded } from "./isBounded.ts";
import { linearMaximum } from "./linearMaximum.ts";
import { matrixRows } from "./matrixRows.ts";

export interface PolyhedronOptions {
  /** A and b of A u <= b, A row by row. */
  readonly inequalities?: { readonly matrix: readonly ArrayLike<number>[]; readonly bounds: ArrayLike<number> };
  /** E and d of E u = d, E row by row. */
  readonly equalities?: { readonly matrix: readonly ArrayLike<number>[]; readonly values: ArrayLike<number> };
}

/**
 * A polyhedron {u : A u <= b, E u = d}.
 *
 * Projection: the dual active-set method of Goldfarb and Idnani within the subspace of the equalities, started from the
 * active set of the last projection, so that a run whose face has settled pays O(n k) a step for k active constraints and
 * O(non-zeros of A) to see that no other one is violated. Support: proximal-point steps of growing length on the linear
 * program, which end at its solution after finitely many. Whether it is bounded is found out when asked for.
 *
 * Memory: m n numbers. For hundreds of variables and constraints; where a set has a name of its own (box, simplex, their
 * products), that one is faster.
 *
 * @example polyhedron({ inequalities: { matrix: [[1, 1], [-1, 0]], bounds: [1, 0] } })
 * @throws {RangeError} ERR_LENGTH, ERR_NOT_FINITE for rows that do not fit; ERR_EMPTY_SET if no point satisfies all of them
 */
export function polyhedron({ inequalities, equalities }: PolyhedronOptions): ConvexSet {
  const a = inequalities === undefined ? [] : matrixRows("polyhedron", "inequalities.matrix", inequalities.matrix);
  const e =
    equalities === undefined ? [] : matrixRows("polyhedron", "equalities.matrix", equalities.matrix, a[0]?.length);
  if (a.length + e.length === 0) {
    throw failure("ERR_OPTION_RANGE", "polyhedron: expected inequalities or equalities, got neither; see wholeSpace");
  }
  return polyhedronOf("polyhedron", (a[0] ?? e[0])!.length, {
    inequalities: a,
    bounds: [...finiteVector("polyhedron", "inequalities.bounds", inequalities?.bounds ?? [], a.length)],
    equalities: e,
    values: [...finiteVector("polyhedron", "equalities.values", equalities?.values ?? [], e.length)],
  });
}

/** {@link polyhedron} from constraints that are known to fit. */
export function polyhedronOf(name: string, dimension: number, constraints: LinearConstraints): ConvexSet {
  const space = affineSpace(name, dimension, constraints.equalities, constraints.values);
  const reduced = reducedRows(name, space, constraints);
  const active = new ActiveSet({ dimension, ...reduced });
  const inSpace = new Float64Array(dimension);
  const project = (point: Float64Array, out: Float64Array): void => {
    space.project(point, inSpace);
    if (!active.project(inSpace, out)) empty(name);
  };
  const start = new Float64Array(dimension);
  project(start, start);
  const set = convexSet({
    name,
    dimension,
    bounded: () => isBounded(reduced.normals, dimension - space.factor.count),
    project,
    support: (gradient, at) => linearMaximum(set, start, gradient, at),
    someElement: (out) => out.set(start),
    linearizeProjection(point) {
      project(point, new Float64Array(dimension));
      const units = [...space.factor.basis, ...active.face.map((unit) => unit.slice())];
      return linearMap({
        rows: dimension,
        columns: dimension,
        symmetric: true,
        apply(v, out) {
          out.set(v);
          for (const unit of units) {
            const along = dot(unit, out);
            for (let i = 0; i < dimension; i++) out[i] = out[i]! - along * unit[i]!;
          }
        },
      });
    },
    linearConstraints: () => constraints,
  });
  return set;
}

function empty(name: string): never {
  throw failure(
    "ERR_EMPTY_SET",
    `${name}: expected constraints that some point satisfies, but they contradict each other`,
  );
}

interface Reduced {
  readonly normals: readonly Float64Array[];
  readonly bounds: Float64Array;
  readonly excess: (j: number, u: Float64Array) => number;
}

/** The inequalities within the subspace of the equalities, scaled to normals of length 1; constant ones checked and dropped. */
function reducedRows(name: string, space: AffineSpace, { inequalities, bounds }: LinearConstraints): Reduced {
  const normals: Float64Array[] = [];
  const heights: number[] = [];
  const sparse: { readonly at: Int32Array; readonly of: Float64Array; readonly bound: number }[] = [];
  for (const [j, row] of inequalities.entries()) {
    const across = new Float64Array(row.length);
    space.factor.split(row, across);
    const length = norm(across);
    const left = bounds[j]! - dot(row, space.origin);
    if (!(length > 1e-11 * norm(row))) {
      if (left < -1e-9 * Math.max(1, Math.abs(bounds[j]!))) empty(name);
      continue;
    }
    normals.push(across.map((x) => x / length));
    heights.push(left / length);
    const at = Int32Array.from(Array.from(row.keys()).filter((i) => row[i] !== 0));
    sparse.push({ at, of: Float64Array.from(at, (i) => row[i]! / length), bound: bounds[j]! / length });
  }
  return {
    normals,
    bounds: Float64Array.from(heights),
    excess(j, u) {
      const { at, of, bound } = sparse[j]!;
      let sum = -bound;
      for (let k = 0; k < at.length; k++) sum += of[k]! * u[at[k]!]!;
      return sum;
    },
  };
}
