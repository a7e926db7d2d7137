import type { Shape } from "../../graph/graph.ts";
import type { Buffer, ElementOp } from "./values.ts";
import type { WindowRole, Windows } from "./windows.ts";

/** One step of a program. Everything about it is known, except the addresses of buffers without a place. */
export type Step = LoopStep | GemmStep | RowsStep | MoveStep;

/** Access to the numbers of a buffer along the axes of a loop. */
export interface Access {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

export type LoopValue =
  | { readonly kind: "load"; readonly access: Access }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "operation"; readonly op: ElementOp; readonly operands: readonly number[] };

/** A loop over the entries of `shape`. Each value comes from earlier ones; some are stored, some are added to sums. */
export interface LoopStep {
  readonly kind: "loop";
  readonly shape: Shape;
  readonly values: readonly LoopValue[];
  readonly stores: readonly { readonly value: number; readonly access: Access }[];
  readonly sums: readonly { readonly value: number; readonly access: Access }[];
}

/** A matrix in a buffer: the first one if there are many products. */
export interface Matrix {
  readonly buffer: Buffer;
  readonly offset: number;
  /** Distance between two rows as they lie in memory, counted in numbers. */
  readonly distance: number;
  readonly transpose: boolean;
}

/** The products factor op(A) op(B) of all batches. */
export interface GemmTerm {
  readonly factor: number;
  readonly a: Matrix;
  readonly b: Matrix;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Loops around the product, outermost first. */
  readonly batches: readonly Batch[];
}

/** A loop around a product: its number of passes, and how far A, B and C move after each, counted in numbers. */
export interface Batch {
  readonly count: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * A product with the windows X of images, as one matrix with a row per window, that native kernels compute without that
 * matrix: `forward` is C = factor X op(M), `filter` is C = factor X^T M, and `image` adds the rows of factor D op(M)^T to
 * the windows of the image C.
 *
 * Without a matrix, `sum` adds up the places of each window, channel by channel, and `spread` adds the rows of D to every
 * place of the windows of the image C. Their factor is 1, and their columns are the channels.
 */
export interface WindowsTerm {
  readonly factor: number;
  readonly role: WindowRole;
  readonly windows: Windows;
  /** The images; undefined if they are the result. */
  readonly image?: { readonly buffer: Buffer; readonly offset: number };
  /** The filter M; for `filter`, one row per window. */
  readonly matrix?: Matrix;
  /**
   * Where row a * rows + b of op(M) begins, if not at the row with that number: behind `outer` a + `inner` b numbers.
   * Columns are then `column` numbers apart.
   */
  readonly rearranged?: {
    readonly rows: number;
    readonly outer: number;
    readonly inner: number;
    readonly column: number;
  };
  /** Number of columns of op(M). */
  readonly columns: number;
  /** The matrix D, one row per window, for `image` and `spread`. */
  readonly rows?: { readonly buffer: Buffer; readonly offset: number };
  /** Distance between two rows of D, or else of C, counted in numbers. */
  readonly otherRow: number;
  /** Numbers that are needed meanwhile. */
  readonly scratch: Buffer;
}

export const isWindowsTerm = (term: GemmTerm | WindowsTerm): term is WindowsTerm => "windows" in term;

/** C = the sum of terms, where C is dense. */
export interface GemmStep {
  readonly kind: "gemm";
  readonly terms: readonly (GemmTerm | WindowsTerm)[];
  readonly out: Buffer;
}

/** An operation along each of `count` dense rows of `length` numbers. */
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
 * A move of runs of numbers between a dense array of windows and a larger array: they are copied to the windows, or
 * added to the larger array, which is 0 before.
 */
export interface MoveStep {
  readonly kind: "move";
  readonly op: "take" | "scatterAdd";
  readonly input: { readonly buffer: Buffer; readonly offset: number };
  readonly out: Buffer;
  /**
   * Address of the table with four numbers per run: its place in the windows and in the larger array (bytes), its
   * length, its step in the larger array (bytes).
   */
  readonly table: number;
  /** Number of runs. */
  readonly runs: number;
  /** Number of times that the table is used. */
  readonly repeat: number;
  /** How far the windows move between two uses, counted in numbers. */
  readonly windows: number;
  /** How far the larger array moves between two uses, counted in numbers. */
  readonly large: number;
  /** Whether some entries of the windows lie outside the larger array and have to be 0. */
  readonly partial: boolean;
}

/** Returns the buffers that a step reads. */
export function readsOf(step: Step): readonly Buffer[] {
  switch (step.kind) {
    case "loop":
      return step.values.flatMap((value) => (value.kind === "load" ? [value.access.buffer] : []));
    case "gemm":
      return step.terms.flatMap((term) => {
        if (!isWindowsTerm(term)) return [term.a.buffer, term.b.buffer];
        const { image, matrix, rows } = term;
        return [image, matrix, rows].flatMap((operand) => (operand === undefined ? [] : [operand.buffer]));
      });
    default:
      return [step.input.buffer];
  }
}

/** Returns the buffers that a step fills, with those that it needs meanwhile. */
export function writesOf(step: Step): readonly Buffer[] {
  if (step.kind === "loop") return [...step.stores, ...step.sums].map(({ access }) => access.buffer);
  if (step.kind !== "gemm") return [step.out];
  return [step.out, ...step.terms.flatMap((term) => (isWindowsTerm(term) ? [term.scratch] : []))];
}
