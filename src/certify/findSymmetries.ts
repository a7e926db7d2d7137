import { failure } from "../errors.ts";
import { isFiniteVector, symmetricEigen } from "../linalg/index.ts";
import { checkOption, readOptions } from "../options.ts";
import type { ParameterBlock, Problem } from "../problems/problem.ts";
import { unprovedSymmetry } from "../problems/symmetries/claimed.ts";
import type { AffineGenerator, Symmetry } from "../problems/symmetries/symmetry.ts";
import { problemRule } from "../problems/traced/arguments.ts";
import { randomSource } from "../random.ts";
import { echelonForm } from "./echelonForm.ts";
import { velocity } from "./generators.ts";

/** Options of {@link findSymmetries}. */
export interface FindSymmetriesOptions {
  /** Seed of the random points. Default 1. */
  readonly seed?: number;
  /** Standard deviation of the entries of the random points. Default 1. */
  readonly scale?: number;
}

const rules = { seed: { default: 1 }, scale: { default: 1, above: 0 } } as const;

/** Unknowns up to which the search is feasible: it takes their square in memory and their cube in operations. */
const mostUnknowns = 3000;

/** Eigenvalues of the Gram matrix below this share of the largest belong to its kernel. */
const nullWithin = 1e-13;

/** Fields of velocities that depend on the others up to this share are left out. */
const dependentWithin = 1e-9;

/**
 * Looks for continuous symmetries of a loss by its gradients at random points.
 *
 * The fields are xi(x) = A X + X B on each parameter tensor, taken as a matrix X (its last axis against the others), and a
 * shift c. A symmetry has <xi(x), grad L(x)> = 0 at all x, which is linear in A, B and c: null vectors of its values at
 * random points, more of them than unknowns, are candidates. Each is brought to entries that are simple numbers where
 * this is possible.
 *
 * This is evidence, not proof, and labelled so: a certificate that needs such a symmetry attacks it by intervals, and then
 * says `zero, given the symmetry`. Null vectors whose entries are not simple numbers do not survive that attack.
 *
 * Cost: for u = sum of (a^2 + b^2 + a b) over the a x b blocks, u + 20 gradients and 12 u^3 operations.
 *
 * @example
 * // The loss depends on x y alone.
 * const loss = objective([[], []], (x, y) => tf.square(tf.sub(tf.mul(x, y), 1)));
 * const [scaling] = findSymmetries(loss);
 * console.log(scaling!.evidence, scaling!.count);
 * // sampled 1
 * @param problem a problem whose field is a gradient
 * @param options {@link FindSymmetriesOptions}
 * @returns one symmetry with all generators that were found, or none
 * @throws {TypeError} ERR_NOT_SYMMETRIC for a field that is not a gradient
 * @throws {RangeError} ERR_MEMORY for more than 3000 unknowns
 */
export function findSymmetries(problem: Problem, options: FindSymmetriesOptions = {}): readonly Symmetry[] {
  checkOption("findSymmetries", "problem", problem, problemRule);
  const { seed, scale } = readOptions("findSymmetries", options, rules);
  if (!problem.symmetric) {
    throw failure(
      "ERR_NOT_SYMMETRIC",
      `findSymmetries: expected a loss, got ${problem.name}, whose field is not a gradient`,
    );
  }
  const n = problem.dimension;
  const unknowns = unknownsOf(problem.blocks);
  const count = unknowns.length;
  if (count > mostUnknowns) {
    throw failure(
      "ERR_MEMORY",
      `findSymmetries: expected at most ${mostUnknowns} unknowns, got ${count} for ${problem.name}; certify smaller ` +
        "networks of the same kind, or state the symmetry by claimedSymmetry",
    );
  }
  const points = count + 20;
  const gram = new Float64Array(count * count);
  const gradient = new Float64Array(n);
  const row = new Float64Array(count);
  for (let k = 0; k < points; k++) {
    const x = randomPoint(n, scale, seed, k);
    problem.evaluate(x, gradient);
    if (!isFiniteVector(gradient)) continue;
    unknowns.forEach(({ from, to, shift }, i) => {
      let sum = 0;
      for (let e = 0; e < to.length; e++) sum += gradient[to[e]!]! * (shift ? 1 : x[from[e]!]!);
      row[i] = sum;
    });
    const size = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (size === 0) continue;
    for (let i = 0; i < count; i++) {
      const a = row[i]! / size;
      if (a === 0) continue;
      for (let j = 0; j < count; j++) gram[i * count + j] = gram[i * count + j]! + a * (row[j]! / size);
    }
  }
  const { values, vectors } = symmetricEigen(gram);
  const found: Float64Array[] = [];
  for (let i = 0; i < count && values[i]! <= nullWithin * values[count - 1]!; i++) {
    found.push(vectors.slice(i * count, (i + 1) * count));
  }
  const generators = echelonForm(found).map((coefficients) => generatorOf(unknowns, coefficients, n));
  const rest = independent(generators, randomPoint(n, scale, seed, points));
  return rest.length === 0
    ? []
    : [unprovedSymmetry("findSymmetries", `${rest.length} sampled generators`, "sampled", rest)];
}

/** An elementary field of velocities: x_from moves x_to, or x_to is shifted. */
interface Unknown {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly shift: boolean;
}

function unknownsOf(blocks: readonly ParameterBlock[]): readonly Unknown[] {
  const unknowns: Unknown[] = [];
  for (const { shape, offset, size } of blocks) {
    const columns = shape.at(-1) ?? 1;
    const rows = columns === 0 ? 0 : size / columns;
    const place = (i: number, j: number): number => offset + i * columns + j;
    const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
    // A: row s moves row r. B: column s moves column t.
    for (const r of range(rows)) {
      for (const s of range(rows)) {
        const line = range(columns);
        unknowns.push({ from: line.map((j) => place(s, j)), to: line.map((j) => place(r, j)), shift: false });
      }
    }
    for (const s of range(columns)) {
      for (const t of range(columns)) {
        const line = range(rows);
        unknowns.push({ from: line.map((i) => place(i, s)), to: line.map((i) => place(i, t)), shift: false });
      }
    }
    for (const i of range(size)) unknowns.push({ from: [], to: [offset + i], shift: true });
  }
  return unknowns;
}

function generatorOf(unknowns: readonly Unknown[], coefficients: Float64Array, n: number): AffineGenerator {
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  const offset = new Float64Array(n);
  unknowns.forEach(({ from, to, shift }, i) => {
    const factor = coefficients[i]!;
    if (factor === 0) return;
    to.forEach((place, e) => {
      if (shift) {
        offset[place] = offset[place]! + factor;
        return;
      }
      rows.push(place);
      columns.push(from[e]!);
      values.push(factor);
    });
  });
  const moves = offset.some((x) => x !== 0);
  return { rows, columns, values, ...(moves ? { offset } : {}) };
}

/** Leaves out generators that are zero or combinations of earlier ones, as A = 1, B = -1 on one block is. */
function independent(generators: readonly AffineGenerator[], x: Float64Array): readonly AffineGenerator[] {
  const basis: Float64Array[] = [];
  return generators.filter((generator) => {
    const v = new Float64Array(x.length);
    velocity(generator, x, v);
    const before = Math.sqrt(v.reduce((sum, y) => sum + y * y, 0));
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) {
        let along = 0;
        for (let i = 0; i < v.length; i++) along += v[i]! * b[i]!;
        for (let i = 0; i < v.length; i++) v[i] = v[i]! - along * b[i]!;
      }
    }
    const after = Math.sqrt(v.reduce((sum, y) => sum + y * y, 0));
    if (!(after > dependentWithin * Math.max(before, 1e-300))) return false;
    basis.push(v.map((y) => y / after));
    return true;
  });
}

function randomPoint(n: number, scale: number, seed: number, k: number): Float64Array {
  const random = randomSource(seed, "findSymmetries", k);
  return Float64Array.from({ length: n }, () => scale * random.normal());
}
