/**
 * The intermediate representation: nodes with one output each over float64 arrays. The builder makes equal nodes only
 * once.
 *
 * Every shape is static. Elementwise operations take operands of equal shape; broadcasts are nodes of their own, so
 * that no rule contains logic of shapes. Comparisons give 1 or 0.
 */

export type Shape = readonly number[];
type None = Readonly<Record<never, never>>;
interface Axes {
  /** Axes in ascending order, each once. They disappear from the shape. */
  readonly axes: readonly number[];
}

/**
 * The place at which `take` reads along one axis of its input: offset + sum_i strides[i] * (output coordinate i), or,
 * with a table, table[offset + sum_i strides[i] * (output coordinate i)]. Outside the axis it reads 0.
 *
 * Slices, pads, reversals, gathers and the windows of convolution and pooling all have this form.
 */
export interface AxisMap {
  readonly offset: number;
  /** Integers, one per axis of the output. */
  readonly strides: readonly number[];
  readonly table?: Int32Array;
}
interface Take {
  /** Maps, one per axis of the larger array: the input of `take`, the output of `scatterAdd`. */
  readonly maps: readonly AxisMap[];
  /** Shape of the output: that of the windows for `take`, that of the larger array for `scatterAdd`. */
  readonly shape: Shape;
}

export type InputRole = "parameter" | "data" | "tangent" | "cotangent" | "residual";

/**
 * Every primitive with its attributes. A new primitive begins with a line here; the compiler then demands its rule,
 * shape and kernel.
 */
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
  /** e^-x / (1 + e^-x)^2, the slope of the sigmoid. It is fully accurate in its tails, where y (1 - y) is not. */
  readonly logisticDensity: None;
  readonly softplus: None;
  readonly erf: None;
  // Elementwise, one operand, kinked or flat.
  readonly abs: None;
  readonly sign: None;
  readonly floor: None;
  readonly ceil: None;
  /** Nearest integer; halves go to the even one. */
  readonly round: None;
  readonly not: None;
  // Elementwise, two operands.
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly pow: None;
  readonly atan2: None;
  /** The larger operand; ties go to the first one, as for `min`. */
  readonly max: None;
  readonly min: None;
  readonly less: None;
  readonly lessEqual: None;
  readonly equal: None;
  /** Elementwise, three operands: the second where the first is not 0, else the third. */
  readonly select: None;
  // Products: the last two axes are matrices, leading axes are equal.
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  // Reductions.
  readonly sum: Axes;
  /** Maximum; entries that tie share the derivative evenly. */
  readonly reduceMax: Axes;
  /** log(sum of e^x), computed without overflow. */
  readonly logSumExp: Axes;
  /** Index of the first maximum along one axis. */
  readonly argMax: { readonly axis: number };
  readonly cumsum: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  // Linear structure.
  readonly reshape: { readonly shape: Shape };
  /** Repetition to a larger shape, right-aligned as in NumPy. */
  readonly broadcast: { readonly shape: Shape };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly take: Take;
  /** The adjoint of `take` with the same maps. */
  readonly scatterAdd: Take;
}

export type Op = keyof Attributes;

/** A value of the graph. `id` grows from inputs to outputs, so the order of creation is a topological order. */
export interface Node<K extends Op = Op> {
  readonly id: number;
  readonly op: K;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[K];
  readonly shape: Shape;
}

/** What is executed: named inputs in order, and a list of outputs. */
export interface Graph {
  readonly inputs: readonly Node<"input">[];
  readonly outputs: readonly Node[];
}

export function isOp<K extends Op>(node: Node, op: K): node is Node<K> {
  return node.op === op;
}

/** Returns the number of entries of an array. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}
