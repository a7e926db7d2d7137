import { failure } from "../../errors.ts";
import { linearMap } from "../../linalg/makeLinearMap.ts";
import { dot, largestEntry, norm } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";
import { matrix, vector } from "../rules.ts";
import { ActiveSet } from "./activeSet.ts";
import { type AffineSpace, affineSpace } from "./affineSpace.ts";
import { finiteVector, setOf } from "./convexSet.ts";
import { isBounded } from "./isBounded.ts";
import { linearMaximum } from "./linearMaximum.ts";
import { matrixRows } from "./matrixRows.ts";

export interface PolyhedronOptions {
  /** Matrix A, row by row, and bounds b of A u <= b. */
  readonly inequalities?: { readonly matrix: readonly ArrayLike<number>[]; readonly bounds: ArrayLike<number> };
  /** Matrix E, row by row, and values d of E u = d. */
  readonly equalities?: { readonly matrix: readonly ArrayLike<number>[]; readonly values: ArrayLike<number> };
}

const anObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const rules = {
  inequalities: { expected: "an object { matrix, bounds }", is: anObject },
  equalities: { expected: "an object { matrix, values }", is: anObject },
} as const;
const inequalityRules = { matrix: { ...matrix, required: true }, bounds: { ...vector, required: true } } as const;
const equalityRules = { matrix: { ...matrix, required: true }, values: { ...vector, required: true } } as const;

/**
 * Makes a polyhedron {u : A u <= b, E u = d}.
 *
 * Projection: the dual active-set method of Goldfarb and Idnani within the subspace of the equalities. It starts from
 * the active set of the last projection. Support: proximal-point steps of growing length on the linear program, which
 * end at its solution after finitely many steps. Whether the set is bounded is found out when first asked for.
 *
 * Cost: once a run has settled on a face, O(n k) per projection for k active constraints, and O(non-zeros of A) to see
 * that no other constraint is violated. Memory: m n numbers. The set is meant for hundreds of variables and
 * constraints. If a set has a function of its own (box, simplex, their products), that one is faster.
 *
 * @example polyhedron({ inequalities: { matrix: [[1, 1], [-1, 0]], bounds: [1, 0] } })
 * @param options {@link PolyhedronOptions}
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN for wrong options
 * @throws {RangeError} ERR_OPTION_RANGE for neither inequalities nor equalities; ERR_LENGTH, ERR_NOT_FINITE for rows
 *   that do not fit; ERR_EMPTY_SET if no point satisfies all constraints
 */
export function polyhedron(options: PolyhedronOptions): ConvexSet {
  const given = readOptions("polyhedron", options, rules);
  const inequalities =
    given.inequalities && readOptions("polyhedron", given.inequalities, inequalityRules, "inequalities");
  const equalities = given.equalities && readOptions("polyhedron", given.equalities, equalityRules, "equalities");
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

/** Makes a {@link polyhedron} from constraints that are known to fit. */
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
  const size = Math.max(largestEntry(reduced.bounds), norm(space.origin));
  const set = setOf({
    name,
    dimension,
    bounded: () => isBounded(reduced.normals, dimension - space.factor.count),
    project,
    support: (gradient, at) => linearMaximum(set, start, gradient, at, { size }),
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

/**
 * Reduces the inequalities to the subspace of the equalities and scales their normals to length 1. Inequalities that
 * are constant there are checked and dropped.
 */
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
      if (left < -1e-9 * Math.max(Math.abs(bounds[j]!), norm(row) * norm(space.origin))) empty(name);
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
