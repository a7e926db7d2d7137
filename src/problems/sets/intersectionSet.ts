import { failure } from "../../errors.ts";
import { norm } from "../../linalg/vector.ts";
import { readOptions } from "../../options.ts";
import type { ConvexSet, LinearConstraints } from "../problem.ts";
import { nonNegative, positiveInteger } from "../rules.ts";
import { checkSets } from "../traced/arguments.ts";
import { box } from "./box.ts";
import { boxSlice } from "./boxSlice.ts";
import { setOf } from "./convexSet.ts";
import {
  type DykstraOptions,
  type DykstraOutcome,
  defaultSweeps,
  defaultTolerance,
  dykstra,
  intersectionProjection,
} from "./dykstra.ts";
import { linearMaximum } from "./linearMaximum.ts";
import { polyhedronOf } from "./polyhedron.ts";

export interface IntersectionSetOptions extends DykstraOptions {}

const rules = {
  tolerance: { ...nonNegative, default: defaultTolerance },
  maxSweeps: { ...positiveInteger, default: defaultSweeps },
} as const;

export interface IntersectionSet extends ConvexSet {
  /** Says how Dykstra's algorithm ended in the last projection. Absent if projections are exact. */
  readonly lastProjection?: () => DykstraOutcome;
}

/**
 * Makes the intersection of sets of the same dimension.
 *
 * Projections are exact if all sets are given by linear constraints. An intersection of boxes is a box; on a box that
 * one equation cuts, a projection costs O(n log n); anything else of that kind is a {@link polyhedron}.
 *
 * Otherwise the sets with linear constraints are joined into one, and Dykstra's algorithm projects; `lastProjection`
 * says how it ended. Where it runs out of sweeps, as where the boundaries touch, the projection is not exact:
 * `inexactProjections` counts these, a run's rows say how many their step made (column `inexactProjections`), and such
 * a row does not end a run as converged. The support function then comes from projections too, to about nine digits.
 *
 * Cost of a projection by Dykstra's algorithm: one projection on each set per sweep.
 *
 * @example intersectionSet([ball([0, 0, 0]), simplex(3)])
 * @param options {@link IntersectionSetOptions}
 * @throws {RangeError} ERR_LENGTH without sets or for different dimensions; ERR_EMPTY_SET if the sets do not have a
 *   common point; ERR_OPTION_RANGE for options out of range
 * @see Boyle and Dykstra, "A method for finding projections onto the intersection of convex sets in Hilbert spaces",
 *   1986
 */
export function intersectionSet(sets: readonly ConvexSet[], options: IntersectionSetOptions = {}): IntersectionSet {
  const read = readOptions("intersectionSet", options, rules);
  checkSets("intersectionSet", sets);
  const dimension = sets[0]?.dimension;
  if (dimension === undefined) throw failure("ERR_LENGTH", "intersectionSet: expected at least one set, got none");
  for (const set of sets) {
    if (set.dimension !== dimension) {
      throw failure(
        "ERR_LENGTH",
        `intersectionSet: expected sets of the same dimension, got ${set.name} of dimension ${set.dimension} beside ` +
          `${sets[0]!.name} of dimension ${dimension}`,
      );
    }
  }
  const linear = sets.filter((set) => set.linearConstraints !== undefined);
  const others = sets.filter((set) => set.linearConstraints === undefined);
  const joined = linear.length > 1 ? [linearIntersection(dimension, linear)] : linear;
  const parts = [...joined, ...others];
  return parts.length === 1 ? parts[0]! : byDykstra(dimension, parts, read);
}

function byDykstra(dimension: number, parts: readonly ConvexSet[], read: DykstraOptions): IntersectionSet {
  const start = new Float64Array(dimension);
  const options = { ...read, size: Math.max(...parts.map(sizeOf)) };
  let last = dykstra(parts, start, start, options);
  const away = Math.max(...parts.map((set) => set.distance(start)));
  if (!(away <= 1e-6 * Math.max(options.size, norm(start)))) {
    throw failure(
      "ERR_EMPTY_SET",
      `intersectionSet: expected sets with a common point, but after ${last.sweeps} sweeps the nearest point found is ` +
        `${away} away from one of them`,
    );
  }
  let inexact = 0;
  const set = setOf({
    name: "intersectionSet",
    dimension,
    // Unbounded parts may have a bounded intersection, but this does not find out.
    bounded: parts.some((part) => part.bounded),
    project(point, out) {
      last = intersectionProjection(parts, start, point, out, options);
      if (!last.converged) inexact++;
    },
    inexactProjections: () => inexact,
    support: (gradient, at) => linearMaximum(set, start, gradient, at, { furthest: 100, size: options.size }),
    someElement: (out) => out.set(start),
  });
  return { ...set, lastProjection: () => last };
}

/** The size of a set's numbers: how far it is from 0, or, if it is bounded, how wide it is. */
function sizeOf(part: ConvexSet): number {
  const own = new Float64Array(part.dimension);
  const away = part.distance(own);
  if (!part.bounded) return away;
  // A direction that is orthogonal to no face that sets are likely to have.
  const along = own.map((_, i) => 1 + (i % 3) / 4);
  const width = part.support(along) + part.support(along.map((x) => -x));
  return Math.max(away, width / norm(along));
}

function linearIntersection(dimension: number, sets: readonly ConvexSet[]): ConvexSet {
  const parts = sets.map((set) => set.linearConstraints!());
  const all: LinearConstraints = {
    inequalities: parts.flatMap(({ inequalities }) => inequalities),
    bounds: parts.flatMap(({ bounds }) => bounds),
    equalities: parts.flatMap(({ equalities }) => equalities),
    values: parts.flatMap(({ values }) => values),
  };
  const { lower, upper, rows } = boundsAmong(dimension, all);
  if (rows.inequalities.length > 0 || rows.equalities.length > 1) {
    return polyhedronOf("intersectionSet", dimension, all);
  }
  const inside = box(lower, upper);
  if (rows.equalities.length === 0) return inside;
  const slice = boxSlice("intersectionSet", lower, upper, rows.equalities[0]!, rows.values[0]!);
  const bounded = inside.bounded;
  return setOf({
    name: "intersectionSet",
    dimension,
    bounded: () => bounded || polyhedronOf("intersectionSet", dimension, all).bounded,
    project: slice.project,
    linearizeProjection: slice.linearizeProjection,
    support: (gradient, at) =>
      bounded ? slice.support(gradient, at) : polyhedronOf("intersectionSet", dimension, all).support(gradient, at),
    linearConstraints: () => all,
  });
}

/** Turns constraints on single coordinates into bounds, and keeps the others. */
function boundsAmong(
  dimension: number,
  { inequalities, bounds, equalities, values }: LinearConstraints,
): { readonly lower: Float64Array; readonly upper: Float64Array; readonly rows: LinearConstraints } {
  const lower = new Float64Array(dimension).fill(Number.NEGATIVE_INFINITY);
  const upper = new Float64Array(dimension).fill(Number.POSITIVE_INFINITY);
  const raise = (i: number, bound: number): void => {
    lower[i] = Math.max(lower[i]!, bound);
  };
  const press = (i: number, bound: number): void => {
    upper[i] = Math.min(upper[i]!, bound);
  };
  const single = (row: Float64Array): number | undefined => {
    const i = row.findIndex((x) => x !== 0);
    return i >= 0 && row.findLastIndex((x) => x !== 0) === i ? i : undefined;
  };
  const otherInequalities = inequalities.flatMap((row, j) => {
    const i = single(row);
    if (i === undefined) return [j];
    (row[i]! > 0 ? press : raise)(i, bounds[j]! / row[i]!);
    return [];
  });
  const otherEqualities = equalities.flatMap((row, j) => {
    const i = single(row);
    if (i === undefined) return [j];
    raise(i, values[j]! / row[i]!);
    press(i, values[j]! / row[i]!);
    return [];
  });
  return {
    lower,
    upper,
    rows: {
      inequalities: otherInequalities.map((j) => inequalities[j]!),
      bounds: otherInequalities.map((j) => bounds[j]!),
      equalities: otherEqualities.map((j) => equalities[j]!),
      values: otherEqualities.map((j) => values[j]!),
    },
  };
}
