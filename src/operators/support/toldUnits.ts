/** What an operator that chooses a direction in units of the parameters tells the operators after it. */
import type { Evaluation } from "../../authoring/index.ts";

/**
 * Units: parameter i is u_i y_i, where u_i is a power of two, so that changing units rounds nothing. A field that is a
 * gradient then is R F with the Jacobian R J U, where R is U, or U / 2, so that this is the Hessian of a loss in units;
 * any other field keeps its own units, and J becomes J U.
 */
export interface Units {
  /** The diagonal of U. */
  readonly columns: Float64Array;
  /** The diagonal of R; undefined for a field that is not a gradient. */
  readonly rows: Float64Array | undefined;
}

/** How a problem looks in units. */
export interface UnitsView {
  readonly units: Units;
  /** A vector of parameters in units. */
  vector(vector: Float64Array): Float64Array;
  /** F in units, at any point. */
  field(at: Pick<Evaluation, "field">): Float64Array;
  /** A vector in units as one of the parameters. */
  back(vector: Float64Array): Float64Array;
  /** What an evaluation is in units. */
  evaluation(at: Evaluation): Evaluation;
}

/** For each point the units in which its direction was chosen; undefined for the parameters as they are. */
export const told = new WeakMap<Evaluation, UnitsView | undefined>();
