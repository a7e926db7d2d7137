/** Losses that are few numbers and a formula, so that another program can rebuild them from a file. */

/**
 * Loss of a linear network without biases:
 * L(z) = ||Y - X (W_L ... W_1)^T||_F^2 / divisor, with z = (W_1, ..., W_L) and W_l of widths[l] rows and widths[l - 1]
 * columns, row by row.
 */
interface LinearNetworkFormula {
  readonly family: "linear network";
  /** Numbers per input, widths of the hidden layers, numbers per target. */
  readonly widths: readonly number[];
  /** Names of the blocks W_1, ..., W_L, by which symmetries are named. */
  readonly blocks: readonly string[];
  /** Matrix X, row by row. */
  readonly inputs: Float64Array;
  /** Matrix Y, row by row; `inputs` if it is X. */
  readonly targets: Float64Array | "inputs";
  readonly divisor: number;
}

/**
 * Mean squared error of a network, with a penalty:
 * L(z) = ||Y - A_L||_F^2 / divisor + penalty sum theta^2, with A_0 = X and A_l = f_l(A_(l-1) W_l + 1 b_l^T). W_l has
 * widths[l - 1] rows and widths[l] columns, row by row; z = (W_1, b_1, W_2, b_2, ...), or without the b_l.
 */
export interface NetworkFormula {
  readonly family: "network";
  readonly widths: readonly number[];
  readonly blocks: readonly string[];
  /** Names of the f_l: those of the hidden layers, then that of the outputs. */
  readonly activations: readonly string[];
  readonly biases: boolean;
  readonly inputs: Float64Array;
  readonly targets: Float64Array | "inputs";
  readonly divisor: number;
  /** Coefficient of the penalty; 0: there is none. */
  readonly penalty: number;
  /** Parameters theta whose squares the penalty counts. */
  readonly penalized: "all" | "weights";
}

export type LossFormula = LinearNetworkFormula | NetworkFormula;

/** Not a member of the problems: a copy of a problem with another loss or other data must not keep the formula. */
const formulas = new WeakMap<object, () => LossFormula | undefined>();

/** Notes the formula of a problem's loss, for the function that constructs it, and returns the problem. */
export function withFormula<P extends object>(problem: P, formula: () => LossFormula | undefined): P {
  formulas.set(problem, formula);
  return problem;
}

/** Gives the formula of a problem's loss; undefined if it has none that a file could hold. */
export function formulaOf(problem: object): LossFormula | undefined {
  return formulas.get(problem)?.();
}
