import { isOp, type Node, type Op, type Shape } from "../../graph/graph.ts";
import { sameShape } from "../../graph/shapes.ts";
import type { Session, Tensor } from "../session.ts";

/** How a node is computed: from the tensors of some nodes, which need not be its inputs. */
export interface Recipe {
  readonly operands: readonly Node[];
  /** Makes a tensor, which the caller owns. The operands stay as they are. */
  readonly make: (operands: readonly Tensor[]) => Tensor;
}

/** What recipes may use, and where they leave tensors that last as long as the program. */
export interface Context {
  readonly session: Session;
  /** Keeps a tensor until the program is gone, and returns it. */
  keep(tensor: Tensor): Tensor;
}

export type Kernel<K extends Op> = (node: Node<K>, context: Context) => Recipe;

/** The node whose numbers a broadcast repeats, which TensorFlow does by itself in elementwise operations. */
export function withoutRepetition(node: Node): Node {
  let found = node;
  while (isOp(found, "broadcast")) found = found.inputs[0]!;
  return found;
}

/** The shape that arrays have together once each is repeated as far as it needs. */
export function joined(parts: readonly Shape[]): Shape {
  const rank = Math.max(0, ...parts.map((part) => part.length));
  return Array.from({ length: rank }, (_, axis) =>
    parts.reduce((extent, part) => {
      const own = part[axis - rank + part.length] ?? 1;
      return own === 1 ? extent : own;
    }, 1),
  );
}

/**
 * Operands of an elementwise operation, with as little repetition as leaves the shape of the result. Numbers that are
 * equal everywhere become single ones.
 */
export function repeatedOperands(node: Node): readonly (Node | number)[] {
  const narrow = node.inputs.map((input) => {
    const found = withoutRepetition(input);
    return isOp(found, "fill") ? found.attributes.value : found;
  });
  const shapes = (list: readonly (Node | number)[]): Shape =>
    joined(list.map((each) => (typeof each === "number" ? [] : each.shape)));
  if (sameShape(shapes(narrow), node.shape)) return narrow;
  // One operand with all its numbers is enough.
  return narrow.map((each, i) => (i === 0 ? node.inputs[0]! : each));
}

/** Makes the recipe of an operation some of whose operands may be single numbers. */
export function withSingles(
  operands: readonly (Node | number)[],
  { session }: Context,
  make: (tensors: readonly Tensor[]) => Tensor,
): Recipe {
  const nodes = operands.filter((each) => typeof each !== "number");
  if (nodes.length === operands.length) return { operands: nodes, make };
  const singles = operands.map((each) => (typeof each === "number" ? session.scalar(each) : undefined));
  return {
    operands: nodes,
    make(tensors) {
      let next = 0;
      return make(singles.map((single) => single ?? tensors[next++]!));
    },
  };
}
