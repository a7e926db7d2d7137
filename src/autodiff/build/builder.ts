import {
  type Attributes,
  type AxisMap,
  type InputRole,
  isOp,
  type Node,
  type Op,
  type Shape,
  sizeOf,
} from "../graph/graph.ts";
import { attributesKey, sameValues } from "../graph/keys.ts";
import type { BinaryOp, UnaryOp } from "../graph/operations.ts";
import { broadcastShapes, inferShape, keptShape } from "../graph/shapes.ts";
import { foldConstants } from "./fold.ts";
import type { NodeMaker } from "./nodeMaker.ts";
import { rebuild } from "./rebuild.ts";
import { simplifyBinary } from "./simplify/binary.ts";
import { neverRounds } from "./simplify/exact.ts";
import { simplifyMatmul } from "./simplify/matmul.ts";
import { simplifySelect } from "./simplify/select.ts";
import { simplifyBroadcast, simplifyReshape, simplifySum, simplifyTranspose } from "./simplify/structure.ts";
import { simplifyUnary } from "./simplify/unary.ts";

/**
 * Makes nodes: infers their shapes, makes equal nodes only once (common subexpressions) and simplifies while it builds.
 *
 * Uniform constants are `fill`s, which take any shape for free, so zeros and ones vanish. A factor that is zero by
 * construction removes the other factor, even one that would be infinite or NaN when run; and x - x becomes 0. All
 * other simplifications keep the value up to rounding, wherever the unsimplified formula has a finite value.
 *
 * @example
 * const builder = new GraphBuilder();
 * const x = builder.input("x", "parameter", [3]);
 * const loss = builder.sum(builder.mul(x, x));
 */
export class GraphBuilder implements NodeMaker {
  readonly exact: boolean;
  /** Inputs that stand for numbers which float64 only rounds, with their roundings. */
  readonly rounded = new Map<Node<"input">, number>();
  readonly #known = new Map<string, Node[]>();
  #count = 0;

  /**
   * Makes an empty graph. With `exact`, the value of each node stays exactly that of the formula: numbers are merged only
   * where that does not round. It is for executors that bound their rounding. Default false.
   */
  constructor({ exact = false }: { readonly exact?: boolean } = {}) {
    this.exact = exact;
  }

  /** Makes a named input. The same name, role and shape give the same node. */
  input(name: string, role: InputRole, shape: Shape): Node<"input"> {
    return this.make("input", [], { name, role, shape: [...shape] });
  }

  /** Makes a constant of numbers in row-major order. They are copied. */
  constant(values: ArrayLike<number>, shape: Shape): Node {
    const copy = Float64Array.from(values);
    const [value] = copy;
    if (value !== undefined && copy.length === sizeOf(shape) && copy.every((other) => Object.is(other, value))) {
      return this.fill(value, shape);
    }
    return this.make("constant", [], { values: copy, shape: [...shape] });
  }

  /** Makes an array with the same number everywhere. */
  fill(value: number, shape: Shape): Node<"fill"> {
    return this.make("fill", [], { value, shape: [...shape] });
  }

  /** Makes an array that has an irrational number everywhere, given as it is rounded to float64. */
  irrational(rounded: number, shape: Shape): Node {
    if (!this.exact) return this.fill(rounded, shape);
    const node = this.input(`irrational ${rounded}`, "data", []);
    this.rounded.set(node, rounded);
    return this.broadcast(node, shape);
  }

  /** Makes an elementwise function of one array, such as `exp`. */
  unary(op: UnaryOp, x: Node): Node {
    return simplifyUnary(this, op, x) ?? this.#folded(op, [x], {});
  }

  /** Applies a function of two operands. Their shapes broadcast, right-aligned. */
  binary(op: BinaryOp, a: Node, b: Node): Node {
    const shape = broadcastShapes(op, a.shape, b.shape);
    const [left, right] = [this.broadcast(a, shape), this.broadcast(b, shape)];
    return simplifyBinary(this, op, left, right) ?? this.#folded(op, ordered(op, left, right), {});
  }

  /** Takes `a` where the condition is not 0, else `b`. Shapes broadcast. */
  select(condition: Node, a: Node, b: Node): Node {
    const shape = broadcastShapes("select", condition.shape, a.shape, b.shape);
    const [c, then, otherwise] = [this.broadcast(condition, shape), this.broadcast(a, shape), this.broadcast(b, shape)];
    return simplifySelect(this, c, then, otherwise) ?? this.#folded("select", [c, then, otherwise], {});
  }

  /** Multiplies matrices, which are the last two axes. Leading axes broadcast. */
  matmul(a: Node, b: Node, flags: Partial<Attributes["matmul"]> = {}): Node {
    const { transposeA = false, transposeB = false } = flags;
    const simpler = simplifyMatmul(this, a, b, { transposeA, transposeB });
    if (simpler !== undefined) return simpler;
    const leading = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    const operands = [a, b].map((x) => this.broadcast(x, [...leading, ...x.shape.slice(-2)]));
    return this.#folded("matmul", operands, { transposeA, transposeB });
  }

  /** Sums over axes, which are in ascending order. Default: all axes. */
  sum(x: Node, axes: readonly number[] = allAxes(x)): Node {
    return simplifySum(this, x, axes) ?? this.#folded("sum", [x], { axes });
  }

  /** Makes the largest entries over axes, all by default. */
  reduceMax(x: Node, axes: readonly number[] = allAxes(x)): Node {
    return this.#reduced("reduceMax", x, axes);
  }

  /** Makes log sum exp over axes, all by default, without overflow. */
  logSumExp(x: Node, axes: readonly number[] = allAxes(x)): Node {
    return this.#reduced("logSumExp", x, axes);
  }

  /** Returns the index of the first maximum along an axis. */
  argMax(x: Node, axis: number): Node {
    return this.#folded("argMax", [x], { axis });
  }

  /** Makes sums of the entries up to each one along an axis. */
  cumsum(x: Node, axis: number, { exclusive = false, reverse = false } = {}): Node {
    return this.#folded("cumsum", [x], { axis, exclusive, reverse });
  }

  /** Makes an array with the same entries in row-major order and another shape. */
  reshape(x: Node, shape: Shape): Node {
    return simplifyReshape(this, x, shape) ?? this.#folded("reshape", [x], { shape: [...shape] });
  }

  /** Repeats an array along axes of length one and new leading axes, by NumPy's rules. */
  broadcast(x: Node, shape: Shape): Node {
    return simplifyBroadcast(this, x, shape) ?? this.make("broadcast", [x], { shape: [...shape] });
  }

  /** Permutes axes: axis i of the result is axis permutation[i] of x. Default: swaps the last two axes. */
  transpose(x: Node, permutation: readonly number[] = lastTwoSwapped(x.shape.length)): Node {
    return simplifyTranspose(this, x, permutation) ?? this.#folded("transpose", [x], { permutation });
  }

  /** Reads x through one map per axis of x; 0 outside x. */
  take(x: Node, maps: readonly AxisMap[], shape: Shape): Node {
    if (isOp(x, "fill") && x.attributes.value === 0) return this.fill(0, shape);
    return this.#folded("take", [x], { maps, shape: [...shape] });
  }

  /**
   * Applies the adjoint of `take` with the same maps: adds each number to the place of an array of `shape` it would be
   * read from.
   */
  scatterAdd(x: Node, maps: readonly AxisMap[], shape: Shape): Node {
    if (isOp(x, "fill") && x.attributes.value === 0) return this.fill(0, shape);
    return this.#folded("scatterAdd", [x], { maps, shape: [...shape] });
  }

  /** Makes -x. */
  neg(x: Node): Node {
    return this.unary("neg", x);
  }
  /** Makes a + b. */
  add(a: Node, b: Node): Node {
    return this.binary("add", a, b);
  }
  /** Makes a - b. */
  sub(a: Node, b: Node): Node {
    return this.binary("sub", a, b);
  }
  /** Makes a b, entry by entry. */
  mul(a: Node, b: Node): Node {
    return this.binary("mul", a, b);
  }
  /** Makes a / b, entry by entry. */
  div(a: Node, b: Node): Node {
    return this.binary("div", a, b);
  }
  /** Returns factor * x. */
  scale(factor: number, x: Node): Node {
    return this.mul(this.fill(factor, x.shape), x);
  }
  /** Makes means over axes, all by default. */
  mean(x: Node, axes: readonly number[] = allAxes(x)): Node {
    const total = this.sum(x, axes);
    return this.div(total, this.fill(sizeOf(x.shape) / sizeOf(total.shape), total.shape));
  }
  /** Undoes the shape of a reduction over `axes`: repeats x along them. */
  expand(x: Node, axes: readonly number[], shape: Shape): Node {
    return this.broadcast(this.reshape(x, keptShape(shape, axes)), shape);
  }

  /** Makes the operation of a node on other operands. */
  rebuild(node: Node, inputs: readonly Node[]): Node {
    return rebuild(this, node, inputs);
  }

  /** Makes a node without simplifying it. An equal node that exists is returned instead. */
  make<K extends Op>(op: K, inputs: readonly Node[], attributes: Attributes[K]): Node<K> {
    const key = `${op}(${inputs.map((input) => input.id).join()})${attributesKey<K>(attributes)}`;
    const same = this.#known.get(key) ?? [];
    for (const node of same) if (isOp(node, op) && sameNumbers(node.attributes, attributes)) return node;
    const shape = inferShape[op](
      attributes,
      inputs.map((input) => input.shape),
      op,
    );
    const node: Node<K> = { id: this.#count++, op, inputs: [...inputs], attributes, shape };
    same.push(node);
    if (same.length === 1) this.#known.set(key, same);
    return node;
  }

  #reduced(op: "reduceMax" | "logSumExp", x: Node, axes: readonly number[]): Node {
    return axes.length === 0 ? x : this.#folded(op, [x], { axes: [...axes] });
  }

  /** Makes a node, or computes it now if every operand is known. */
  #folded<K extends Op>(op: K, inputs: readonly Node[], attributes: Attributes[K]): Node {
    const node = this.make(op, inputs, attributes);
    const values = this.exact && !neverRounds(op) ? undefined : foldConstants(node);
    return values === undefined ? node : this.constant(values, node.shape);
  }
}

function sameNumbers(a: object, b: object): boolean {
  if (!("values" in a && "values" in b)) return true;
  return a.values instanceof Float64Array && b.values instanceof Float64Array && sameValues(a.values, b.values);
}

/** Gives a + b and b + a the same order, with numbers first. */
function ordered(op: BinaryOp, a: Node, b: Node): [Node, Node] {
  if (op !== "add" && op !== "mul" && op !== "equal") return [a, b];
  if (isOp(a, "fill")) return [a, b];
  return isOp(b, "fill") || b.id < a.id ? [b, a] : [a, b];
}

function allAxes(x: Node): readonly number[] {
  return x.shape.map((_, axis) => axis);
}

function lastTwoSwapped(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}
