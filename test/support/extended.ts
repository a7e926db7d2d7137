import { type Attributes, isOp, type Node, type Op, sizeOf } from "../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../src/autodiff/graph/operations.ts";
import { reachable } from "../../src/autodiff/graph/walk.ts";
import { kernelOf } from "../../src/autodiff/kernels/kernels.ts";
import { scalarFunctions } from "../../src/autodiff/kernels/scalars.ts";
import type { Wide } from "./doubleDouble.ts";
import * as w from "./doubleDouble.ts";

/** Executes graphs in about 31 digits: slowly, plainly, and with nothing in common with the executor but moves of numbers. */
type Values = readonly Wide[];
type Run<K extends Op> = (node: Node<K>, ...operands: Values[]) => Values;

const truth = (x: boolean): Wide => w.wide(x ? 1 : 0);
const flat =
  (f: (x: number) => number) =>
  (x: Wide): Wide =>
    w.wide(f(x[0]));

const unaries: { readonly [K in UnaryOp]: (x: Wide) => Wide } = {
  neg: w.neg,
  exp: w.exp,
  expm1: w.expm1,
  log: w.log,
  log1p: w.log1p,
  sqrt: w.sqrt,
  sin: w.sin,
  cos: w.cos,
  tan: w.tan,
  asin: w.asin,
  acos: w.acos,
  atan: w.atan,
  sinh: w.sinh,
  cosh: w.cosh,
  tanh: w.tanh,
  asinh: w.asinh,
  acosh: w.acosh,
  atanh: w.atanh,
  sigmoid: w.sigmoid,
  logisticDensity: w.logisticDensity,
  softplus: w.softplus,
  erf: w.erf,
  abs: w.abs,
  sign: flat(Math.sign),
  floor: w.floor,
  ceil: (x) => w.neg(w.floor(w.neg(x))),
  round: flat(scalarFunctions.round),
  not: (x) => truth(x[0] === 0),
};

const binaries: { readonly [K in BinaryOp]: (a: Wide, b: Wide) => Wide } = {
  add: w.add,
  sub: w.sub,
  mul: w.mul,
  div: w.div,
  pow: w.pow,
  atan2: w.atan2,
  max: (a, b) => (w.compare(a, b) >= 0 || Number.isNaN(a[0]) ? a : b),
  min: (a, b) => (w.compare(a, b) <= 0 || Number.isNaN(a[0]) ? a : b),
  less: (a, b) => truth(w.compare(a, b) < 0),
  lessEqual: (a, b) => truth(w.compare(a, b) <= 0),
  equal: (a, b) => truth(a[0] === b[0] && a[1] === b[1]),
};

/** For each number of a result the place of the operand that it shows; -1 for none. */
function places(node: Node): Int32Array {
  const { shape } = node.inputs[0]!;
  const numbers = Float64Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
  const out = new Float64Array(sizeOf(node.shape));
  kernelOf(node, [{ values: numbers, source: shape }], out)();
  return Int32Array.from(out, (place) => place - 1);
}
const moved: Run<"reshape" | "broadcast" | "transpose" | "take"> = (node, x) =>
  Array.from(places(node), (place) => (place < 0 ? w.wide(0) : x[place]!));

/** The operand's numbers that belong to each entry of a reduction, in order. */
function groups(node: Node, axes: readonly number[], x: Values): Wide[][] {
  const { shape } = node.inputs[0]!;
  const found: Wide[][] = Array.from({ length: x.length / sizeOf(axes.map((axis) => shape[axis]!)) }, () => []);
  for (const [i, value] of x.entries()) {
    let rest = i;
    let group = 0;
    let step = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
      if (axes.includes(axis)) continue;
      group += at * step;
      step *= shape[axis]!;
    }
    found[group]!.push(value);
  }
  return found;
}
const total = (list: Values): Wide => list.reduce(w.add, w.wide(0));
const largest = (list: Values): Wide => list.reduce((a, b) => (w.compare(a, b) >= 0 || Number.isNaN(a[0]) ? a : b));

function logSumExp(list: Values): Wide {
  const m = largest(list);
  if (!Number.isFinite(m[0])) return m;
  const at = list.indexOf(m);
  return w.add(m, w.log1p(total(list.filter((_, i) => i !== at).map((x) => w.exp(w.sub(x, m))))));
}

const unary: Run<UnaryOp> = (node, x) => x.map(unaries[node.op]);
const binary: Run<BinaryOp> = (node, a, b) => a.map((x, i) => binaries[node.op](x, b[i]!));
const cached = (): never => {
  throw new Error("sources are known before");
};

const others: { readonly [K in Exclude<Op, UnaryOp | BinaryOp>]: Run<K> } = {
  input: cached,
  constant: ({ attributes }) => Array.from(attributes.values, w.wide),
  fill: ({ attributes, shape }) => Array.from({ length: sizeOf(shape) }, () => w.wide(attributes.value)),
  select: (_, c, a, b) => c.map((x, i) => (x[0] !== 0 ? a[i]! : b[i]!)),
  matmul: (node, a, b) => matmul(node, node.attributes, a, b),
  sum: (node, x) => groups(node, node.attributes.axes, x).map(total),
  reduceMax: (node, x) => groups(node, node.attributes.axes, x).map(largest),
  logSumExp: (node, x) => groups(node, node.attributes.axes, x).map(logSumExp),
  argMax: (node, x) => groups(node, [node.attributes.axis], x).map((list) => w.wide(list.indexOf(largest(list)))),
  cumsum(node, x) {
    const { axis, exclusive, reverse } = node.attributes;
    const inner = sizeOf(node.shape.slice(axis + 1));
    const length = node.shape[axis]!;
    return x.map((own, i) => {
      const at = Math.floor(i / inner) % length;
      let sum = exclusive ? w.wide(0) : own;
      for (let k = 0; k < length; k++) if (reverse ? k > at : k < at) sum = w.add(sum, x[i + (k - at) * inner]!);
      return sum;
    });
  },
  reshape: (_, x) => x,
  broadcast: moved,
  transpose: moved,
  take: moved,
  scatterAdd(node, x) {
    const { maps, shape } = node.attributes;
    const windows = node.inputs[0]!;
    const large: Node = { id: -1, op: "fill", inputs: [], attributes: { value: 0, shape }, shape };
    const reading: Node<"take"> = {
      id: -1,
      op: "take",
      inputs: [large],
      attributes: { maps, shape: windows.shape },
      shape: windows.shape,
    };
    const sums = Array.from({ length: sizeOf(shape) }, () => w.wide(0));
    for (const [i, place] of places(reading).entries()) if (place >= 0) sums[place] = w.add(sums[place]!, x[i]!);
    return sums;
  },
};

function matmul(node: Node, { transposeA, transposeB }: Attributes["matmul"], a: Values, b: Values): Values {
  const [m, n] = [node.shape.at(-2)!, node.shape.at(-1)!];
  const inner = node.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
  return Array.from({ length: sizeOf(node.shape) }, (_, at) => {
    const batch = Math.floor(at / (m * n));
    const [i, j] = [Math.floor(at / n) % m, at % n];
    let sum = w.wide(0);
    for (let k = 0; k < inner; k++) {
      const left = a[batch * m * inner + (transposeA ? k * m + i : i * inner + k)]!;
      sum = w.add(sum, w.mul(left, b[batch * inner * n + (transposeB ? j * inner + k : k * n + j)]!));
    }
    return sum;
  });
}

const filled = <K extends string, V>(keys: object, value: V): Record<K, V> =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, value])) as Record<K, V>;
const table: { readonly [K in Op]: Run<K> } = {
  ...filled<UnaryOp, Run<UnaryOp>>(unaries, unary),
  ...filled<BinaryOp, Run<BinaryOp>>(binaries, binary),
  ...others,
};

function run<K extends Op>(node: Node<K>, operands: readonly Values[]): Values {
  return table[node.op](node, ...operands);
}

/** The outputs of a graph at given numbers of its inputs. */
export function evaluateWide(outputs: readonly Node[], inputs: ReadonlyMap<Node, Values>): Values[] {
  const known = new Map<Node, Values>(inputs);
  for (const node of reachable(outputs)) {
    if (known.has(node)) continue;
    if (isOp(node, "input")) throw new Error(`the input "${node.attributes.name}" was not given`);
    known.set(
      node,
      run(
        node,
        node.inputs.map((input) => known.get(input)!),
      ),
    );
  }
  return outputs.map((node) => known.get(node)!);
}
