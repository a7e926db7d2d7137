import type { LinearMap } from "./linearMap.ts";

/**
 * Key under which a linear map computes its matrix in a way that is cheaper than a product per column. It is a symbol, so
 * that no map of a user has it by accident.
 */
export const ownMatrix: unique symbol = Symbol("ownMatrix");

/** Key under which a linear map computes its diagonal without its matrix. */
export const ownDiagonal: unique symbol = Symbol("ownDiagonal");

/** Key under which a linear map A computes A A^T without its matrix. */
export const ownGram: unique symbol = Symbol("ownGram");

interface GramMap extends LinearMap {
  /** Computes A A^T, row-major; undefined if the matrix is to be used after all. */
  [ownGram](): Float64Array | undefined;
}

interface DiagonalMap extends LinearMap {
  /** Computes the diagonal; undefined if products are to be used after all. */
  [ownDiagonal](): Float64Array | undefined;
}

interface MatrixMap extends LinearMap {
  /** Computes the matrix, row-major, in `into` if given; undefined if products are to be used after all. */
  [ownMatrix](into?: Float64Array): Float64Array | undefined;
}

/** Returns the matrix of a map that has a way of its own to compute it; undefined for all others. */
export function matrixOf(map: LinearMap, into?: Float64Array): Float64Array | undefined {
  return ownMatrix in map ? (map as MatrixMap)[ownMatrix](into) : undefined;
}

/** Returns the diagonal of a map that has a way of its own to compute it; undefined for all others. */
export function ownDiagonalOf(map: LinearMap): Float64Array | undefined {
  return ownDiagonal in map ? (map as DiagonalMap)[ownDiagonal]() : undefined;
}

/** Returns A A^T of a map A that has a way of its own to compute it; undefined for all others. */
export function ownGramOf(map: LinearMap): Float64Array | undefined {
  return ownGram in map ? (map as GramMap)[ownGram]() : undefined;
}
