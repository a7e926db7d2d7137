import { type Attributes, type Node, type Op, type Shape, sizeOf } from "../graph.ts";
import { loopsOf } from "./fuse.ts";
import { type GemmSums, gemmSums, type ProductTerm } from "./gemmSums.ts";
import { type ElementOp, fusable, type Item } from "./item.ts";
import { matrixOf, productBatches } from "./matrices.ts";
import { runsOf } from "./runs.ts";
import type { GemmTerm, RowsStep, Step } from "./steps.ts";
import {
  type Buffer,
  broadcastView,
  canonical,
  canonicalStrides,
  denseStrides,
  isDense,
  isWhole,
  reshapeView,
  takeView,
  transposeView,
  uniformView,
  type View,
  wholeView,
} from "./view.ts";

/** Numbers that do not change, kept in memory: gives their buffer or address. */
export interface ConstantPool {
  numbers(values: Float64Array): Buffer;
  integers(values: Int32Array): number;
}

export interface LowerOptions {
  /** What is to be computed, in topological order. */
  readonly nodes: readonly Node[];
  /** Buffers that are filled before. */
  readonly given: ReadonlyMap<Node, Buffer>;
  /** Where results go. */
  readonly results: readonly { readonly node: Node; readonly buffer: Buffer }[];
  readonly constants: ConstantPool;
}

/** A graph as steps over buffers, in no particular order: fused loops, products, and the rest. */
export function lower(options: LowerOptions): readonly Step[] {
  return new Lowering(options).run();
}

class Lowering {
  readonly #options: LowerOptions;
  readonly #views = new Map<Node, View>();
  readonly #items: Item[] = [];
  readonly #steps: Step[] = [];
  readonly #sums: GemmSums;

  constructor(options: LowerOptions) {
    this.#options = options;
    this.#sums = gemmSums(options.nodes, new Set(options.results.map(({ node }) => node)));
  }

  run(): readonly Step[] {
    const { nodes, given, results } = this.#options;
    for (const [node, buffer] of given) this.#views.set(node, wholeView(buffer, node.shape));
    for (const node of nodes) {
      if (this.#views.has(node) || this.#sums.absorbed.has(node)) continue;
      this.#views.set(node, this.#lower(node));
    }
    for (const { node, buffer } of results) this.#deliver(this.#view(node), buffer);
    return [...this.#steps, ...loopsOf(this.#items)];
  }

  #view(node: Node): View {
    const view = this.#views.get(node);
    if (view === undefined) throw new Error(`internal: lower: ${node.op} is used before it is computed`);
    return view;
  }

  #lower(node: Node): View {
    const terms = this.#sums.terms.get(node);
    if (terms !== undefined) return this.#gemm(node.shape, terms);
    return (lowerings[node.op] as (node: Node) => View).call(this.api, node);
  }

  /** What the table of lowerings may do. */
  readonly api: Api = {
    view: (node) => this.#view(node),
    item: (op, operands, shape) => this.#item(op, operands, shape),
    sum: (x, axes, shape) => this.#sum(x, axes, shape),
    rows: (op, x, axes, flags) => this.#rows(op, x, axes, flags),
    move: (op, x, take, shape) => this.#move(op, x, take, shape),
    copy: (x) => this.#copy(x),
    constant: (values) => this.#options.constants.numbers(values),
  };

  #add(op: Item["op"], operands: readonly View[], shape: Shape, buffer: Buffer, sumStrides?: readonly number[]): Item {
    let level = 0;
    const found: Item[] = [];
    for (const operand of operands) {
      if (typeof operand.from === "number") continue;
      const same = fusable(operand, canonical(shape));
      level = Math.max(level, same === undefined ? operand.from.level + 1 : same.level);
      if (operand.from.item !== undefined) found.push(operand.from.item);
    }
    const item: Item = {
      id: this.#items.length,
      op,
      operands,
      shape: canonical(shape),
      ...(sumStrides === undefined ? {} : { sumStrides }),
      buffer,
      level,
      part: 0,
      users: [],
      external: false,
    };
    for (const other of found) other.users.push(item);
    buffer.item = item;
    buffer.level = level;
    this.#items.push(item);
    return item;
  }

  #item(op: ElementOp | "copy", operands: readonly View[], shape: Shape): View {
    const buffer: Buffer = { size: sizeOf(shape), level: 0 };
    this.#add(op, operands, shape, buffer);
    return wholeView(buffer, shape);
  }

  #sum(x: View, axes: readonly number[], shape: Shape): View {
    const buffer: Buffer = { size: sizeOf(shape), level: 0 };
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const dense = denseStrides(shape);
    const strides = x.shape.map((_, axis) => (kept.includes(axis) ? dense[kept.indexOf(axis)]! : 0));
    this.#add("sum", [x], x.shape, buffer, canonicalStrides(x.shape, strides));
    return wholeView(buffer, shape);
  }

  /** The numbers row by row, written out. */
  #copy(x: View): View {
    const key = typeof x.from === "number" ? undefined : `${x.offset}:${x.strides.join()}:${x.shape.join()}`;
    if (key === undefined || typeof x.from === "number") return this.#item("copy", [x], x.shape);
    let copies = this.#copiesOf.get(x.from);
    if (copies === undefined) {
      copies = new Map();
      this.#copiesOf.set(x.from, copies);
    }
    let known = copies.get(key);
    if (known === undefined) {
      known = this.#item("copy", [x], x.shape);
      copies.set(key, known);
    }
    return known;
  }
  readonly #copiesOf = new Map<Buffer, Map<string, View>>();

  /** For a step that is no loop: its buffer must be stored. */
  #read(x: View): Buffer {
    if (typeof x.from === "number") throw new Error("internal: lower: a uniform operand was not written out");
    if (x.from.item !== undefined) x.from.item.external = true;
    return x.from;
  }

  #dense(x: View): { readonly buffer: Buffer; readonly offset: number } {
    const view = isDense(x) ? x : this.#copy(x);
    return { buffer: this.#read(view), offset: view.offset };
  }

  #gemm(shape: Shape, terms: readonly ProductTerm[]): View {
    const out: Buffer = { size: sizeOf(shape), level: 0 };
    if (out.size === 0) return wholeView(out, shape);
    let level = 0;
    const matrix = (node: Node, flip: boolean): View => {
      const found = this.#view(node);
      const turned = flip ? transposeView(found, lastTwoSwapped(found.shape.length)) : found;
      if (matrixOf(turned) !== undefined) return turned;
      const copy = this.#copy(found);
      return flip ? transposeView(copy, lastTwoSwapped(copy.shape.length)) : copy;
    };
    const steps = terms.map(({ factor, product }): GemmTerm => {
      const { transposeA, transposeB } = product.attributes;
      const a = matrix(product.inputs[0]!, transposeA);
      const b = matrix(product.inputs[1]!, transposeB);
      for (const x of [a, b]) level = Math.max(level, this.#read(x).level + 1);
      const [m, n] = product.shape.slice(-2) as [number, number];
      const k = a.shape.at(-1)!;
      return { factor, a: matrixOf(a)!, b: matrixOf(b)!, m, n, k, batches: productBatches(a, b, product.shape) };
    });
    out.level = level;
    this.#steps.push({ kind: "gemm", terms: steps, out });
    return wholeView(out, shape);
  }

  /** Reduced axes go last, where rows are dense. */
  #rows(
    op: RowsStep["op"],
    x: View,
    axes: readonly number[],
    { exclusive, reverse }: { exclusive: boolean; reverse: boolean },
  ): View {
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const permutation = [...kept, ...axes];
    const turned = transposeView(x, permutation);
    const input = this.#dense(turned);
    const keptShape = kept.map((axis) => x.shape[axis]!);
    const length = sizeOf(axes.map((axis) => x.shape[axis]!));
    const shape = op === "cumsum" ? turned.shape : keptShape;
    const out: Buffer = { size: sizeOf(shape), level: input.buffer.level + 1 };
    const count = sizeOf(keptShape);
    if (count > 0) this.#steps.push({ kind: "rows", op, count, length, input, out, exclusive, reverse });
    const result = wholeView(out, shape);
    return op === "cumsum" ? transposeView(result, inverse(permutation)) : result;
  }

  #move(op: "take" | "scatterAdd", x: View, { maps }: Attributes["take"], shape: Shape): View {
    const [large, windows] = op === "take" ? [x.shape, shape] : [shape, x.shape];
    const { table, count, ...rest } = runsOf(maps, large, windows);
    const input = this.#dense(x);
    const out: Buffer = { size: sizeOf(shape), level: input.buffer.level + 1 };
    if (out.size > 0) {
      const address = this.#options.constants.integers(table);
      this.#steps.push({ kind: "move", op, input, out, table: address, runs: count, ...rest });
    }
    return wholeView(out, shape);
  }

  /** Makes a result lie where it is expected. */
  #deliver(view: View, buffer: Buffer): void {
    const own = isWhole(view) && view.from.place === undefined ? view.from : undefined;
    if (own !== undefined) {
      own.place = buffer.place!;
      if (own.item !== undefined) own.item.external = true;
      return;
    }
    this.#add("copy", [view], view.shape, buffer).external = true;
  }
}

interface Api {
  view(node: Node): View;
  item(op: ElementOp | "copy", operands: readonly View[], shape: Shape): View;
  sum(x: View, axes: readonly number[], shape: Shape): View;
  rows(op: RowsStep["op"], x: View, axes: readonly number[], flags: { exclusive: boolean; reverse: boolean }): View;
  move(op: "take" | "scatterAdd", x: View, take: Attributes["take"], shape: Shape): View;
  copy(x: View): View;
  constant(values: Float64Array): Buffer;
}

type Lower<K extends Op> = (this: Api, node: Node<K>) => View;

function lastTwoSwapped(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
}

function inverse(permutation: readonly number[]): readonly number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}

const elementwise: Lower<ElementOp> = function (node) {
  return this.item(
    node.op,
    node.inputs.map((input) => this.view(input)),
    node.shape,
  );
};
const rows: Lower<"reduceMax" | "logSumExp"> = function ({ op, inputs, attributes }) {
  return this.rows(op, this.view(inputs[0]!), attributes.axes, { exclusive: false, reverse: false });
};
const missing: Lower<"input" | "matmul"> = ({ op }) => {
  throw new Error(`internal: lower: ${op} without numbers`);
};

const lowerings: { readonly [K in Op]: Lower<K> } = {
  input: missing,
  matmul: missing,
  constant({ attributes, shape }) {
    return wholeView(this.constant(attributes.values), shape);
  },
  fill: ({ attributes, shape }) => uniformView(attributes.value, shape),
  neg: elementwise,
  exp: elementwise,
  expm1: elementwise,
  log: elementwise,
  log1p: elementwise,
  sqrt: elementwise,
  sin: elementwise,
  cos: elementwise,
  tan: elementwise,
  asin: elementwise,
  acos: elementwise,
  atan: elementwise,
  sinh: elementwise,
  cosh: elementwise,
  tanh: elementwise,
  asinh: elementwise,
  acosh: elementwise,
  atanh: elementwise,
  sigmoid: elementwise,
  logisticDensity: elementwise,
  softplus: elementwise,
  erf: elementwise,
  abs: elementwise,
  sign: elementwise,
  floor: elementwise,
  ceil: elementwise,
  round: elementwise,
  not: elementwise,
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  atan2: elementwise,
  max: elementwise,
  min: elementwise,
  less: elementwise,
  lessEqual: elementwise,
  equal: elementwise,
  select: elementwise,
  sum({ inputs, attributes, shape }) {
    return this.sum(this.view(inputs[0]!), attributes.axes, shape);
  },
  reduceMax: rows,
  logSumExp: rows,
  argMax({ inputs, attributes }) {
    return this.rows("argMax", this.view(inputs[0]!), [attributes.axis], { exclusive: false, reverse: false });
  },
  cumsum({ inputs, attributes }) {
    return this.rows("cumsum", this.view(inputs[0]!), [attributes.axis], attributes);
  },
  reshape({ inputs, shape }) {
    const x = this.view(inputs[0]!);
    return reshapeView(x, shape) ?? reshapeView(this.copy(x), shape)!;
  },
  broadcast({ inputs, shape }) {
    return broadcastView(this.view(inputs[0]!), shape);
  },
  transpose({ inputs, attributes }) {
    return transposeView(this.view(inputs[0]!), attributes.permutation);
  },
  take({ inputs, attributes, shape }) {
    const x = this.view(inputs[0]!);
    return takeView(x, attributes) ?? this.move("take", x, attributes, shape);
  },
  scatterAdd({ inputs, attributes, shape }) {
    return this.move("scatterAdd", this.view(inputs[0]!), attributes, shape);
  },
};
