/**
 * The intermediate representation: single-output nodes over float64 arrays, hash-consed by the builder that makes them.
 *
 * Every shape is static. Elementwise operations take operands of equal shape; broadcasts are nodes of their own, so no
 * rule contains shape logic. Comparisons give 1 or 0.
 */

export type Shape = readonly number[];
type None = Readonly<Record<never, never>>;
interface Axes {
  /** Ascending, each once; these axes disappear. */
  readonly axes: readonly number[];
}

/**
 * Where `take` reads along one axis of its input: at offset + sum_i strides[i] * (output coordinate i), or, with a
 * table, at table[offset + sum_i strides[i] * (output coordinate i)]. Outside the axis it reads 0.
 *
 * Slices, pads, reversals, gathers and the windows of convolution and pooling are all of this form.
 */
export interface AxisMap {
  readonly offset: number;
  /** One integer for each axis of the output. */
  readonly strides: readonly number[];
  readonly table?: Int32Array;
}
interface Take {
  /** One map for each axis of the large side: the input of `take`, the output of `scatterAdd`. */
  readonly maps: readonly AxisMap[];
  /** The shape of the output: of the windows for `take`, of the large side for `scatterAdd`. */
  readonly shape: Shape;
}

export type InputRole = "parameter" | "data" | "tangent" | "cotangent" | "residual";

/** Every primitive with its attributes. A new primitive starts with a line here; the compiler then asks for its rule, shape and kernel. */
export interface Attributes {
  // Sources.
  readonly input: { readonly name: string; readonly role: InputRole; readonly shape: Shape };
  readonly constant: { readonly values: Float64Array; readonly shape: Shape };
  readonly fill: { readonly value: number; readonly shape: Shape };
  // Elementwise, one operand, smooth.
  readonly neg: None;
  readonly exp: None;
  readonly expm1: None;
  readonly log: None;
  readonly log1p: None;
  readonly sqrt: None;
  readonly sin: None;
  readonly cos: None;
  readonly tan: None;
  readonly asin: None;
  readonly acos: None;
  readonly atan: None;
  readonly sinh: None;
  readonly cosh: None;
  readonly tanh: None;
  readonly asinh: None;
  readonly acosh: None;
  readonly atanh: None;
  readonly sigmoid: None;
  /** e^-x / (1 + e^-x)^2, the slope of the sigmoid: of full relative accuracy in its tails, as y (1 - y) is not. */
  readonly logisticDensity: None;
  readonly softplus: None;
  readonly erf: None;
  // Elementwise, one operand, kinked or flat.
  readonly abs: None;
  readonly sign: None;
  readonly floor: None;
  readonly ceil: None;
  /** To even. */
  readonly round: None;
  readonly not: None;
  // Elementwise, two operands.
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly pow: None;
  readonly atan2: None;
  /** Ties belong to the first operand. */
  readonly max: None;
  readonly min: None;
  readonly less: None;
  readonly lessEqual: None;
  readonly equal: None;
  /** Elementwise, three operands: (condition, then, else). */
  readonly select: None;
  // Products: the last two axes are matrices, leading axes are equal.
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  // Reductions.
  readonly sum: Axes;
  /** Ties share the derivative. */
  readonly reduceMax: Axes;
  /** log sum exp, stable. */
  readonly logSumExp: Axes;
  /** Index of the first maximum along one axis. */
  readonly argMax: { readonly axis: number };
  readonly cumsum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  // Linear structure.
  readonly reshape: { readonly shape: Shape };
  /** Right-aligned, as in NumPy. */
  readonly broadcast: { readonly shape: Shape };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly take: Take;
  /** The adjoint of `take` with the same maps. */
  readonly scatterAdd: Take;
}

export type Op = keyof Attributes;

/** A value of the graph. `id` grows from inputs to outputs: creation order is a topological order. */
export interface Node<K extends Op = Op> {
  readonly id: number;
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[K];
  readonly shape: Shape;
}

/** What is executed: named inputs, in the order of their places, and a list of outputs. */
export interface Graph {
  readonly inputs: readonly Node<"input">[];
  readonly outputs: readonly Node[];
}

export function isOp<K extends Op>(node: Node, op: K): node is Node<K> {
  return node.op === op;
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}
