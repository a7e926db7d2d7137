/** Solves (alpha B + beta I) x = g for a curvature matrix B of an objective with outputs. */
import { axpy, isFiniteVector, type LinearMap, norm } from "../../../authoring/index.ts";
import { denseOf } from "../../../linalg/dense/dense.ts";
import { diagonalOf } from "../../../linalg/dense/diagonalOf.ts";
import { luFactor } from "../../../linalg/dense/luFactor.ts";
import { pseudoSolve } from "../../../linalg/dense/pseudoInverse.ts";
import { conjugateGradients } from "../../../linalg/krylov/conjugateGradients.ts";
import { minresQLP } from "../../../linalg/krylov/minres/minresQLP.ts";
import { denseMatrix, diagonal, scaled } from "../../../linalg/maps/maps.ts";
import { ownGramOf } from "../../../linalg/ownMatrix.ts";
import type { CountedOutputs } from "./outputsOf.ts";

/** Curvature matrices that a step may invert. */
export type CurvatureName = "gaussNewton" | "fisher" | "empiricalFisher";
/** Ways to solve the system. */
export const curvatureSolvers = ["automatic", "dense", "samples", "cg", "minresQLP"] as const;
export type CurvatureSolver = (typeof curvatureSolvers)[number];

/** How the system is solved and regularised. */
export interface SolveOptions {
  readonly solver: CurvatureSolver;
  readonly damping: number;
  readonly mixing: number;
  /** Whether B is scaled to mean eigenvalue 1 first. */
  readonly normalise: boolean;
  readonly relativeTolerance: number;
  readonly maxIterations: number | undefined;
  readonly cutoff: number;
}

/** What the solver found. */
export interface CurvatureSolution {
  readonly x: Float64Array;
  /** Relative residual ||(alpha B + beta I) x - g|| / ||g||; undefined for the pseudo-inverse of a singular B. */
  readonly relativeResidual: number;
  /** Iterations of a Krylov solver; 0 for a factor. */
  readonly iterations: number;
  readonly map: LinearMap;
  /** Factor alpha of B. */
  readonly scale: number;
}

/** Parameters, or rows in sample space, up to which a matrix is formed and factored where the choice is free. */
const smallEnough = 600;
/** Relative residual above which a solution in sample space is none. */
const mostResidual = 1e-6;
/** Refinements of a solution in sample space, whose formula takes differences. */
const refinements = 2;

/**
 * Solves the system; undefined where a factor is singular to the last bit, a number is not finite, or the trace by which B
 * would be scaled is negative.
 */
export function regularisedSolve(
  { problem, counted }: CountedOutputs,
  name: CurvatureName,
  point: Float64Array,
  gradient: Float64Array,
  options: SolveOptions,
): CurvatureSolution | undefined {
  const { damping, mixing, normalise } = options;
  const map = counted(problem[name](point));
  const p = problem.dimension;
  const trace = normalise ? diagonalOf(map).reduce((sum, entry) => sum + entry, 0) : p;
  // A matrix of trace 0 has no mean eigenvalue to divide by; a semidefinite one is 0.
  if (!(trace >= 0)) return undefined;
  const scale = (1 - mixing) * (trace === 0 ? 1 : p / trace);
  const shift = mixing > 0 ? mixing : damping;
  const matrix = scaled(scale, map);
  const regularised: LinearMap = { ...matrix, symmetric: true };
  // Woodbury's formula adds one number to the diagonal, so that the penalty has to weigh all parameters alike.
  const penalty = name === "gaussNewton" ? problem.penaltyCurvature() : new Float64Array(1);
  const isEven = penalty.every((entry) => entry === penalty[0]);
  const even = isEven ? scale * (penalty[0] ?? 0) + shift : 0;
  const rows = name === "empiricalFisher" ? problem.samples : problem.samples * problem.outputs;
  const solver = chosen(options.solver, even, rows, p);
  const found = (x: Float64Array, iterations = 0): CurvatureSolution | undefined => {
    if (!isFiniteVector(x)) return undefined;
    const left = residual(regularised, shift, x, gradient);
    const size = norm(gradient);
    return { x, iterations, map, scale, relativeResidual: size === 0 ? 0 : norm(left) / size };
  };
  const byProducts = (method: typeof conjugateGradients | typeof minresQLP): CurvatureSolution | undefined => {
    const limits = {
      shift,
      relativeTolerance: options.relativeTolerance,
      ...(options.maxIterations === undefined ? {} : { maxIterations: options.maxIterations }),
    };
    const solved = method(regularised, gradient, limits);
    return found(solved.x, solved.iterations);
  };
  if (solver === "cg") return byProducts(conjugateGradients);
  if (solver === "minresQLP") return byProducts(minresQLP);
  if (solver === "dense") {
    const dense = denseOf(map).map((entry) => scale * entry);
    if (!isFiniteVector(dense)) return undefined;
    if (shift === 0)
      return found(pseudoSolve(denseMatrix(p, p, dense, { symmetric: true }), gradient, options.cutoff).x);
    for (let i = 0; i < p; i++) dense[i * p + i] = dense[i * p + i]! + shift;
    const x = luFactor(dense).solve(gradient);
    return x && found(x);
  }
  const solve = inSampleSpace({ problem, counted }, name, point, scale, even);
  const first = solve(gradient);
  for (let k = 0; first !== undefined && k < refinements; k++) {
    const correction = solve(residual(regularised, shift, first, gradient));
    if (correction === undefined || !isFiniteVector(correction)) break;
    axpy(1, correction, first);
  }
  const solution = first && found(first);
  // Where the damping is as small as the rounding of B, nothing is left of the differences in Woodbury's formula.
  return solution !== undefined && solution.relativeResidual < mostResidual ? solution : byProducts(minresQLP);
}

function chosen(
  solver: CurvatureSolver,
  shift: number,
  rows: number,
  p: number,
): Exclude<CurvatureSolver, "automatic"> {
  if (solver === "samples") return shift > 0 ? "samples" : "minresQLP";
  if (solver !== "automatic") return solver;
  if (shift > 0 && rows < p && rows <= smallEnough) return "samples";
  return p <= smallEnough ? "dense" : "minresQLP";
}

/** g - (alpha B + beta I) x */
function residual(matrix: LinearMap, shift: number, x: Float64Array, g: Float64Array): Float64Array {
  const left = new Float64Array(g.length);
  matrix.apply(x, left);
  for (let i = 0; i < g.length; i++) left[i] = g[i]! - left[i]! - shift * x[i]!;
  return left;
}

/** Gives R for products, and R R^T. Where that has a way of its own, nothing of the size of R is computed. */
function factorAndKernel(rows: LinearMap): { readonly factor: LinearMap; readonly kernel: Float64Array } {
  const own = ownGramOf(rows);
  if (own !== undefined) return { factor: rows, kernel: own };
  const m = rows.rows;
  const matrix = denseOf(rows);
  const factor = denseMatrix(m, rows.columns, matrix);
  const kernel = new Float64Array(m * m);
  factor.applyMany(matrix, m, kernel);
  return { factor, kernel };
}

/**
 * Returns a function that solves (alpha R^T M R + beta I) x = g by the system of the rows of R alone (Woodbury):
 *
 *     x = (g - R^T (beta / alpha I + M R R^T)^-1 M R g) / beta.
 *
 * R is J and M the blocks of the losses, or R has the gradients of the samples and M their weights. M may be singular or
 * indefinite.
 */
function inSampleSpace(
  { problem, counted }: CountedOutputs,
  name: CurvatureName,
  point: Float64Array,
  scale: number,
  shift: number,
): (g: Float64Array) => Float64Array | undefined {
  const isEmpirical = name === "empiricalFisher";
  const rows = counted(isEmpirical ? problem.exampleGradients(point) : problem.outputJacobian(point));
  const middle = isEmpirical
    ? diagonal(problem.sampleWeights())
    : name === "fisher"
      ? problem.outputFisher(point)
      : problem.outputHessian(point);
  const m = rows.rows;
  const { factor, kernel } = factorAndKernel(rows);
  // The kernel is symmetric, so that its rows are its columns, and M maps each of them.
  const product = new Float64Array(m * m);
  middle.applyMany(kernel, m, product);
  const system = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) system[j * m + i] = product[i * m + j]!;
    system[i * m + i] = system[i * m + i]! + shift / scale;
  }
  if (!isFiniteVector(system) || scale === 0) return (g) => g.map((entry) => entry / shift);
  const solver = luFactor(system);
  return (g) => {
    const [along, weighted] = [new Float64Array(m), new Float64Array(m)];
    factor.apply(g, along);
    middle.apply(along, weighted);
    const y = solver.solve(weighted);
    if (y === undefined) return undefined;
    const back = new Float64Array(g.length);
    factor.applyTranspose(y, back);
    return g.map((entry, i) => (entry - back[i]!) / shift);
  };
}
