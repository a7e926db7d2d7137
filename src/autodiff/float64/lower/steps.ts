import type { Shape } from "../../graph/graph.ts";
import type { Buffer, ElementOp } from "./values.ts";

/** What a program does, one after the other; everything is known but the addresses of buffers without a place. */
export type Step = LoopStep | GemmStep | RowsStep | MoveStep;

/** Numbers of a buffer along the axes of a loop. */
export interface Access {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

export type LoopValue =
  | { readonly kind: "load"; readonly access: Access }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "operation"; readonly op: ElementOp; readonly operands: readonly number[] };

/** For each entry of `shape`: values, each from earlier ones; some are stored, some added to sums. */
export interface LoopStep {
  readonly kind: "loop";
  readonly shape: Shape;
  readonly values: readonly LoopValue[];
  readonly stores: readonly { readonly value: number; readonly access: Access }[];
  readonly sums: readonly { readonly value: number; readonly access: Access }[];
}

/** A matrix, and the same again for each of many products. */
export interface Matrix {
  readonly buffer: Buffer;
  readonly offset: number;
  /** Numbers between two rows as they lie in memory. */
  readonly distance: number;
  readonly transpose: boolean;
}

/** factor op(A) op(B), for each batch entry. */
export interface GemmTerm {
  readonly factor: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Nested loops around it: how often, and how far A, B, C move. */
  readonly batches: readonly Batch[];
}
export interface Batch {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** C = sum of terms, C dense. */
export interface GemmStep {
  readonly kind: "gemm";
  readonly terms: readonly GemmTerm[];
  readonly out: Buffer;
}

/** Something along each of `count` dense rows of `length` numbers. */
export interface RowsStep {
  readonly kind: "rows";
  readonly op: "reduceMax" | "logSumExp" | "argMax" | "cumsum";
  readonly count: number;
  readonly length: number;
  readonly input: { readonly buffer: Buffer; readonly offset: number };
  readonly out: Buffer;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/**
 * Runs of numbers between a dense array of windows and a larger array: copied to the windows, or added to the larger
 * array, which is 0 before.
 */
export interface MoveStep {
  readonly kind: "move";
  readonly op: "take" | "scatterAdd";
  readonly input: { readonly buffer: Buffer; readonly offset: number };
  readonly out: Buffer;
  /** Address of the table: for each run its place in the windows, in the larger array, its length and its step there, all but the length in bytes. */
  readonly table: number;
  readonly runs: number;
  /** How often the table is used, and how far (in numbers) both arrays move in between. */
  readonly repeat: number;
  readonly windows: number;
  readonly large: number;
  /** Whether some windows are not reached and have to be 0. */
  readonly partial: boolean;
}

/** Buffers that a step reads, and fills. */
export function readsOf(step: Step): readonly Buffer[] {
  switch (step.kind) {
    case "loop":
      return step.values.flatMap((value) => (value.kind === "load" ? [value.access.buffer] : []));
    case "gemm":
      return step.terms.flatMap(({ a, b }) => [a.buffer, b.buffer]);
    default:
      return [step.input.buffer];
  }
}

export function writesOf(step: Step): readonly Buffer[] {
  return step.kind === "loop" ? [...step.stores, ...step.sums].map(({ access }) => access.buffer) : [step.out];
}
