/** What comes from outside: a function, its data, and where it is enclosed. */
import type { Enclosure } from "../../linalg/verified/enclosure.ts";
import type { InputData } from "../chosenRows.ts";
import type { Node } from "../graph/graph.ts";

/**
 * A function of which {@link intervalDerivatives} encloses the derivatives. The `graph` of a problem that `objective`,
 * `vectorField` or their kin traced has this form.
 */
export interface IntervalSource {
  /** Tensors of which the point consists, one after the other. */
  readonly parameters: readonly Node<"input">[];
  /**
   * Numbers of the data inputs. Numbers alone are exact; with radii, the function may have any data within them. Default:
   * none.
   */
  readonly data?: readonly IntervalData[];
  /** Loss L, one number. The field is then its gradient, which is derived again, without rounded constants. */
  readonly value?: Node;
  /** Field F: for each parameter a tensor of its shape. It is read only where there is no loss. */
  readonly field?: readonly Node[];
  /** Vector w of n numbers. With a loss L, the function is then <w, grad L>, whose gradient is H w. */
  readonly along?: Float64Array;
}

/** A box, or what a ball around its midpoint leaves of it. */
export interface Region extends Enclosure {
  /** The points lie within this distance of the midpoint, too. Default: Infinity. */
  readonly within?: number;
}

/** A data input and its numbers. */
export interface IntervalData {
  readonly node: Node<"input">;
  readonly values: InputData | Enclosure;
}
