/** What a data set is, apart from how one is made. */
import type { JsonValue } from "../../json.ts";
import type { DataValues } from "../problem.ts";

/** Rows of named fields, whatever holds their numbers: typed arrays here, files elsewhere. */
export interface Rows {
  /** Number of rows. */
  readonly count: number;
  /** Shape of one row of each field: [] is one number, [8, 8, 1] an image of one channel. */
  readonly fields: Readonly<Record<string, readonly number[]>>;
}

/** Rows for training: inputs with what they are to give. */
export interface Dataset extends Rows {
  /** Name in messages and in `run.json`. */
  readonly name: string;
  /**
   * Inputs, row after row. Those of bytes or of a file are all made when this is read, 8 bytes per number; `values` has
   * them as they are.
   */
  readonly inputs: Float64Array;
  /**
   * Targets, row after row. Of a data set with labels they are one-hot, rows x classes. Those of bytes or of a file are
   * made when this is read. Absent: there are none.
   */
  readonly targets?: Float64Array;
  /** Class of each row, 0 to classes - 1. Absent: the rows have none. */
  readonly labels?: Int32Array;
  /** Number of classes; 0 without labels. */
  readonly classes: number;
  /** Name of each number of an input. */
  readonly names: readonly string[];
  /** Inputs and targets by the names that problems give their data, for `with`, `rowsOf` and `minibatches`. */
  readonly values: DataValues;
  /** How the inputs were standardised. Absent: they were not. */
  readonly standardisation?: Standardisation;
  /** Data that `run.json` keeps: name, number of rows, part, hashes. */
  readonly description: JsonValue;
  /** Gives some of the rows, in the order of the list, as a data set. @throws ERR_OPTION_RANGE, ERR_LENGTH */
  rows(chosen: ArrayLike<number>): Dataset;
  /**
   * Divides the rows into parts at random, by {@link SplitOptions}. Each part keeps the order of the rows.
   *
   * @throws {RangeError} ERR_OPTION_RANGE for fractions outside [0, 1] or of a sum above 1, for a part without rows, and
   *   for `stratify` without labels
   */
  split<const O extends SplitOptions>(options: O): Split<O>;
}

/** Options of `split` of a data set: fractions of its rows, whose sum is at most 1. Rows that are left over belong to no part. */
export interface SplitOptions {
  /** Fraction of the rows to train on, in (0, 1]. Default: what the other parts leave. */
  readonly train?: number;
  /** Fraction for choices such as the time to stop. Default: there is no such part. */
  readonly validation?: number;
  /** Fraction for the final judgement. Default: there is no such part. */
  readonly test?: number;
  /** Seed by which the rows are drawn. Default 1. */
  readonly seed?: number;
  /** Whether each class has its fraction in each part, to one row. Default false. */
  readonly stratify?: boolean;
}

/** The parts of a data set: `train`, and those for which a fraction was given. */
export type Split<O extends SplitOptions = Required<SplitOptions>> = {
  readonly [Part in "train" | Extract<keyof O, "validation" | "test">]: Dataset;
};

/** How the inputs of a data set were standardised, from those of the training part alone. */
export interface Standardisation {
  /** Mean of each feature over the training part. */
  readonly means: Float64Array;
  /** Standard deviation (with 1/n) of each feature over the training part. */
  readonly deviations: Float64Array;
  /** Names of the features that are the same in all rows of the training part. They become 0 in every part. */
  readonly constantFeatures: readonly string[];
  /** Mean and standard deviation of each target over the training part. Absent: the targets are as they were. */
  readonly targets?: { readonly means: Float64Array; readonly deviations: Float64Array };
}
