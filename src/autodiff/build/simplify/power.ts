import type { Node } from "../../graph/graph.ts";
import type { NodeMaker } from "../nodeMaker.ts";
import { fillValue } from "./match.ts";

/**
 * Writes powers with a constant exponent as products and roots. The derivative of `pow` has 0 times infinity at 0;
 * these do not.
 */
export function power(builder: NodeMaker, x: Node, exponent: Node): Node | undefined {
  const square = (y: Node): Node => builder.mul(y, y);
  const one = builder.fill(1, x.shape);
  switch (fillValue(exponent)) {
    case 0:
      return one;
    case 1:
      return x;
    case 2:
      return square(x);
    case 3:
      return builder.mul(square(x), x);
    case 4:
      return square(square(x));
    case 0.5:
      return builder.unary("sqrt", x);
    case -0.5:
      return builder.div(one, builder.unary("sqrt", x));
    case -1:
      return builder.div(one, x);
    case -2:
      return builder.div(one, square(x));
    default:
      return fillValue(x) === 1 ? one : undefined;
  }
}
