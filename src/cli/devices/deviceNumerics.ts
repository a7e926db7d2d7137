/** How accurate a device is, beside fluxion's interpreter, whose functions are within 2 units in the last place. */
import { GraphBuilder } from "../../autodiff/build/builder.ts";
import { compileFunction } from "../../autodiff/compileFunction.ts";
import { gradient } from "../../autodiff/derivatives/differentiate.ts";
import type { Executor } from "../../autodiff/executor.ts";
import type { FieldParts } from "../../autodiff/fieldParts.ts";
import { type Node, sizeOf } from "../../autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../autodiff/graph/operations.ts";
import { compileField } from "../../autodiff/program.ts";
import { compileValues } from "../../autodiff/valuesProgram.ts";

/** Functions by the numbers on which they are compared: any, positive ones, and those between -1 and 1. */
const unary: Readonly<Record<"any" | "positive" | "inside", readonly UnaryOp[]>> = {
  any: ["exp", "expm1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid", "softplus", "erf"],
  positive: ["log", "log1p", "sqrt"],
  inside: ["asin", "acos", "atanh", "logisticDensity", "abs", "sign", "floor", "ceil", "round", "neg", "not"],
};
const binary: readonly BinaryOp[] = ["add", "sub", "mul", "div", "atan2", "max", "min", "less", "lessEqual", "equal"];

const shape = [6, 7, 5] as const;
const at = (offset: number, ...strides: readonly number[]): { offset: number; strides: readonly number[] } => ({
  offset,
  strides,
});
const structures: Readonly<Record<string, (b: GraphBuilder, x: Node) => Node>> = {
  "sums and maxima": (b, x) => b.add(b.sum(x, [0, 2]), b.reduceMax(x, [0, 2])),
  logSumExp: (b, x) => b.logSumExp(x, [1]),
  "argMax, cumsum": (b, x) => b.add(b.argMax(x, 1), b.sum(b.cumsum(x, 1), [1])),
  "matrix products": (b, x) => b.matmul(x, x, { transposeA: true }),
  "transposes, broadcasts": (b, x) => b.add(b.transpose(x, [2, 0, 1]), b.broadcast(b.sum(x), [5, 6, 7])),
  "windows and their adjoint": (b, x) => {
    const maps = [at(0, 1, 0, 0, 0), at(-1, 0, 1, 0, 1), at(0, 0, 0, 1, 0)];
    return b.scatterAdd(b.mul(b.take(x, maps, [6, 7, 5, 3]), b.take(x, maps, [6, 7, 5, 3])), maps, shape);
  },
};

/** The largest difference of a device from the interpreter, relative to the largest number. */
interface Difference {
  readonly what: string;
  readonly difference: number;
}

/** Compares every kind of operation, and the derivatives of a network. */
export function deviceDifferences(executor: Executor): readonly Difference[] {
  const x = Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * fraction(i) - 1);
  const compare = (what: string, make: (b: GraphBuilder, x: Node) => Node, numbers = x): Difference => {
    const builder = new GraphBuilder();
    const input = builder.input("x", "data", shape);
    const output = make(builder, input);
    const program = compileValues({ builder, parameters: [], data: [input], outputs: [output], executor });
    const found = new Float64Array(program.size);
    program.evaluate([numbers], new Float64Array(0), found);
    const [expected] = compileFunction({ inputs: [input], outputs: [output] })({ x: numbers });
    return { what, difference: difference(found, expected!) };
  };
  const scaled = { any: x.map((value) => 5 * value), positive: x.map((value) => value + 1.001), inside: x };
  const functions = Object.entries(unary).flatMap(([kind, ops]) =>
    ops.map((op) => compare(op, (b, node) => b.make(op, [node], {}), scaled[kind as keyof typeof scaled])),
  );
  const operations = binary.map((op) =>
    compare(op, (b, node) => b.make(op, [node, b.transpose(b.transpose(node, [0, 2, 1]), [0, 2, 1])], {})),
  );
  const worst = (what: string, all: readonly Difference[]): Difference => {
    const most = all.reduce((a, b) => (b.difference > a.difference ? b : a));
    return { what: `${what}, the worst: ${most.what}`, difference: most.difference };
  };
  return [
    worst(`${functions.length} functions`, functions),
    worst(`${operations.length} operations on two numbers`, operations),
    ...Object.entries(structures).map(([what, make]) => compare(what, make)),
    ...derivativeDifferences(executor),
  ];
}

function derivativeDifferences(executor: Executor): readonly Difference[] {
  const parts = networkParts(50, 16, 12);
  const results = [executor, "interpreter" as const].map((name) => {
    const program = compileField({ ...parts, executor: name });
    const point = Float64Array.from({ length: program.dimension }, (_, i) => fraction(i) - 0.5);
    const [field, product] = [new Float64Array(program.dimension), new Float64Array(program.dimension)];
    const instance = program.instance();
    instance.evaluate(point, field);
    instance.linearize(point).apply(point, product);
    return { field, product };
  });
  const [found, expected] = results as [(typeof results)[0], (typeof results)[0]];
  return [
    { what: "gradient of a network", difference: difference(found.field, expected.field) },
    { what: "Hessian-vector product of a network", difference: difference(found.product, expected.product) },
  ];
}

/** An autoencoder with one hidden layer of tanh. */
export function networkParts(samples: number, inputs: number, hidden: number): FieldParts {
  const b = new GraphBuilder();
  const shapes = [
    [inputs, hidden],
    [hidden, inputs],
  ];
  const [first, second] = shapes.map((each, i) => b.input(`W${i}`, "parameter", each)) as [
    Node<"input">,
    Node<"input">,
  ];
  const numbers = Float64Array.from({ length: samples * inputs }, (_, i) => fraction(i) - 0.5);
  const x = b.constant(numbers, [samples, inputs]);
  const off = b.sub(b.matmul(b.unary("tanh", b.matmul(x, first)), second), x);
  const value = b.sum(b.mul(off, off));
  const parameters = [first, second];
  return { builder: b, parameters, value, field: gradient(b, value, parameters), symmetric: true };
}

/** Numbers between 0 and 1 that look irregular. */
function fraction(i: number): number {
  return ((i * 7919 + 13) % 10007) / 10007;
}

function difference(found: Float64Array, expected: Float64Array): number {
  let [most, size] = [0, 0];
  for (const [i, value] of expected.entries()) {
    most = Math.max(most, Math.abs(found[i]! - value));
    size = Math.max(size, Math.abs(value));
  }
  return size === 0 ? most : most / size;
}
