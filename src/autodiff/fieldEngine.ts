import type { ProgramMemory } from "../linalg/programMemory.ts";
import type { InputData } from "./chosenRows.ts";

/** The owner of residuals in memory: a point on some data. */
export interface ResidualOwner {
  readonly data: readonly InputData[];
  readonly point: Float64Array;
}

/** Numbers of computations, over all instances. */
export interface FieldCounts {
  /** Number of forward passes, which compute value and field. */
  readonly evaluations: number;
  /** Number of times that residuals were computed for a point. */
  readonly linearizations: number;
  /** Number of those for a map that was used after its residuals had been overwritten. */
  readonly relinearizations: number;
}

/** Executes the graphs of a field. */
export interface FieldEngine {
  readonly dimension: number;
  readonly counts: FieldCounts;
  /** Returns L, or NaN if there is no value, and writes F into `field`. */
  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number;
  /** Computes the residuals of a point. */
  linearize(owner: ResidualOwner): void;
  /** Computes out = J v or J^T u at the owner's point, for `count` vectors stored one after the other. */
  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose?: boolean): void;
  /** Computes out = M v at the owner's point for the map M of a name, for `count` vectors stored one after the other. */
  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void;
  /** Lends memory beside the program of J v at the owner's point; see `programMemory.ts`. */
  lend?(owner: ResidualOwner, numbers: number, onProduct?: () => void): ProgramMemory | undefined;
  /** Lends so many vectors beside the program of F; see `programMemory.ts`. */
  borrow?(count: number): readonly Float64Array[] | undefined;
}
