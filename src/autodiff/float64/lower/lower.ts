import { type Attributes, isOp, type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { loopsOf } from "./fuse.ts";
import { type GemmSums, gemmSums, type ProductTerm } from "./gemmSums.ts";
import { fusable } from "./item.ts";
import { type LoweringApi, lowerings } from "./lowerings.ts";
import type { LowerOptions } from "./lowerOptions.ts";
import { matrixOf, productBatches } from "./matrices.ts";
import { type GemmTerm, type Matrix, type RowsStep, readsOf, type Step, type WindowsTerm } from "./steps.ts";
import type { Buffer, ElementOp, Item, View } from "./values.ts";
import {
  canonical,
  canonicalStrides,
  denseStrides,
  inverse,
  isDense,
  isWhole,
  lastTwoSwapped,
  transposeView,
  wholeView,
} from "./view.ts";
import { withoutReshapes } from "./windows.ts";
import { spreadProducts, type WindowOperands, windowProduct, windowSpread, windowSum } from "./windowTerms.ts";

/** Turns a graph into steps over buffers, in no particular order: fused loops, products, and the rest. */
export function lower(options: LowerOptions): readonly Step[] {
  return new Lowering(options).run();
}

class Lowering {
  readonly #options: LowerOptions;
  readonly #views = new Map<Node, View>();
  readonly #items: Item[] = [];
  readonly #steps: Step[] = [];
  readonly #sums: GemmSums;
  /** Windows of images, and reshapes of them, which are lowered when something other than a native product reads them. */
  readonly #deferred = new Set<Node>();

  constructor(options: LowerOptions) {
    this.#options = options;
    this.#sums = gemmSums(options.nodes, new Set(options.results.map(({ node }) => node)), options.windows);
    if (options.windows === undefined) return;
    for (const node of options.nodes) {
      const base = withoutReshapes(node);
      if (isOp(base, "take") && !options.given.has(base)) this.#deferred.add(node);
    }
  }

  run(): readonly Step[] {
    const { nodes, given, results } = this.#options;
    for (const [node, buffer] of given) this.#views.set(node, wholeView(buffer, node.shape));
    for (const node of nodes) {
      if (this.#views.has(node) || this.#sums.absorbed.has(node) || this.#deferred.has(node)) continue;
      this.#views.set(node, this.#lower(node));
    }
    for (const { node, buffer, distance } of results) this.#deliver(this.#view(node), buffer, distance);
    return [...this.#steps, ...loopsOf(this.#items)];
  }

  #view(node: Node): View {
    let view = this.#views.get(node);
    if (view === undefined && this.#deferred.has(node)) {
      view = this.#lower(node);
      this.#views.set(node, view);
    }
    if (view === undefined) throw new Error(`internal: lower: ${node.op} is used before it is computed`);
    return view;
  }

  #lower(node: Node): View {
    const terms = this.#sums.terms.get(node);
    if (terms !== undefined) return this.#gemm(node.shape, terms);
    const spread = this.#sums.spread.get(node);
    if (spread !== undefined) {
      return this.#windows(node.shape, spreadProducts(this.#operands, node as Node<"scatterAdd">, spread))!;
    }
    return (lowerings[node.op] as (node: Node) => View).call(this.#api, node);
  }

  readonly #api: LoweringApi = {
    view: (node) => this.#view(node),
    item: (op, operands, shape) => this.#item(op, operands, shape),
    sum: (x, axes, shape) => this.#sum(x, axes, shape),
    windows: (node) => {
      if (this.#options.windows === undefined) return undefined;
      const terms = isOp(node, "sum")
        ? windowSum(this.#operands, node)
        : windowSpread(this.#operands, node as Node<"scatterAdd">);
      return this.#windows(node.shape, terms);
    },
    rows: (op, x, axes, flags) => this.#rows(op, x, axes, flags),
    move: (op, x, take, shape) => this.#move(op, x, take, shape),
    copy: (x) => this.#copy(x),
    constant: (values) => this.#options.constants.numbers(values),
  };

  readonly #operands: WindowOperands = {
    isNative: (windows, columns) => this.#options.windows?.(windows, columns) === true,
    isDeferred: (node) => this.#deferred.has(node),
    view: (node) => this.#view(node),
    dense: (x) => this.#dense(x),
    matrix: (node, flip) => matrixOf(this.#matrix(node, flip))!,
    rowMatrix: (node, flip) => this.#rowMatrix(node, flip),
  };

  #add(
    op: Item["op"],
    operands: readonly View[],
    shape: Shape,
    buffer: Buffer,
    strides: Pick<Item, "sumStrides" | "storeStrides"> = {},
  ): Item {
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
      ...strides,
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
    this.#add("sum", [x], x.shape, buffer, { sumStrides: canonicalStrides(x.shape, strides) });
    return wholeView(buffer, shape);
  }

  /** Writes the numbers of a view out row by row. */
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

  /** Returns the buffer of a view that a step other than a loop reads. It must then be stored. */
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
    const steps = terms.map((term) => windowProduct(this.#operands, term) ?? this.#product(term));
    return this.#products(out, shape, steps);
  }

  /** Adds a step for a product with windows of images, if native kernels compute it. */
  #windows(shape: Shape, terms: readonly WindowsTerm[] | undefined): View | undefined {
    return terms === undefined ? undefined : this.#products({ size: sizeOf(shape), level: 0 }, shape, terms);
  }

  /** Adds a step that adds up products. */
  #products(out: Buffer, shape: Shape, terms: readonly (GemmTerm | WindowsTerm)[]): View {
    const step = { kind: "gemm", terms, out } as const;
    for (const buffer of readsOf(step)) out.level = Math.max(out.level, buffer.level + 1);
    this.#steps.push(step);
    return wholeView(out, shape);
  }

  #product({ factor, product }: ProductTerm): GemmTerm {
    const { transposeA, transposeB } = product.attributes;
    const [a, b] = [this.#matrix(product.inputs[0]!, transposeA), this.#matrix(product.inputs[1]!, transposeB)];
    const [m, n] = product.shape.slice(-2) as [number, number];
    const k = a.shape.at(-1)!;
    return { factor, a: matrixOf(a)!, b: matrixOf(b)!, m, n, k, batches: productBatches(a, b, product.shape) };
  }

  /** Returns a view that products can read in place. */
  #matrix(node: Node, flip: boolean): View {
    const found = this.#view(node);
    const turned = flip ? transposeView(found, lastTwoSwapped(found.shape.length)) : found;
    const copy = matrixOf(turned) === undefined ? this.#copy(found) : undefined;
    const view = copy === undefined ? turned : flip ? transposeView(copy, lastTwoSwapped(copy.shape.length)) : copy;
    this.#read(view);
    return view;
  }

  /** Returns a matrix whose rows lie one after the other. */
  #rowMatrix(node: Node, flip: boolean): Matrix {
    const view = this.#matrix(node, flip);
    const matrix = matrixOf(view)!;
    if (!matrix.transpose) return matrix;
    const copy = this.#copy(view);
    this.#read(copy);
    return matrixOf(copy)!;
  }

  /** Adds a step along rows. The reduced axes become the last ones, so that rows are dense. */
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
    const {
      address,
      count,
      repeat,
      windows: step,
      large: largeStep,
      partial,
    } = this.#options.constants.runs(maps, large, windows);
    const input = this.#dense(x);
    const out: Buffer = { size: sizeOf(shape), level: input.buffer.level + 1 };
    if (out.size > 0) {
      const moved = { repeat, windows: step, large: largeStep, partial };
      this.#steps.push({ kind: "move", op, input, out, table: address, runs: count, ...moved });
    }
    return wholeView(out, shape);
  }

  /** Makes a result lie in the buffer in which it is expected. */
  #deliver(view: View, buffer: Buffer, distance?: number): void {
    const { shape } = view;
    if (distance !== undefined) {
      const storeStrides = canonicalStrides(shape, [distance, ...denseStrides(shape).slice(1)]);
      this.#add("copy", [view], shape, buffer, { storeStrides }).external = true;
      return;
    }
    const own = isWhole(view) && view.from.place === undefined ? view.from : undefined;
    if (own !== undefined) {
      own.place = buffer.place!;
      if (own.item !== undefined) own.item.external = true;
      return;
    }
    this.#add("copy", [view], view.shape, buffer).external = true;
  }
}
