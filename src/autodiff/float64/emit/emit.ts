import {
  type Code,
  call,
  FunctionBuilder,
  f64,
  i32,
  type Local,
  loop,
  memoryFill,
  type Signature,
} from "../../../linalg/wasm/code.ts";
import { ModuleBuilder } from "../../../linalg/wasm/module.ts";
import {
  type GemmStep,
  type GemmTerm,
  isWindowsTerm,
  type LoopStep,
  type Matrix,
  type MoveStep,
  type RowsStep,
  type Step,
  type WindowsTerm,
} from "../lower/steps.ts";
import type { Buffer } from "../lower/values.ts";
import type { Windows } from "../lower/windows.ts";
import { windowsTable, windowTables } from "../native/convolution.ts";
import { nativeTable } from "../native/table.ts";
import type { Outside } from "../outside.ts";
import { blockedGemm, packingBytes } from "./blockedGemm.ts";
import { hostFunctions, hostSignature } from "./elementwise.ts";
import { type GemmKind, gemmKernel } from "./gemm.ts";
import { type LoopShape, loopShape } from "./loopShape.ts";
import { type EmitContext, loopArguments, loopFunction, loopKey } from "./loops.ts";
import { moveFunction } from "./moves.ts";
import { ownProduct } from "./ownProduct.ts";
import { rowsFunction, rowsKey } from "./rows.ts";

/** Options of {@link emit}. */
export interface EmitOptions {
  /** Whether large enough products go to the imported function `gemm`. */
  readonly products: boolean;
  /** Whether to use fused multiply-add. */
  readonly fused: boolean;
  /** Returns the start of memory of this many bytes in which large products pack their operands. */
  readonly packing: (bytes: number) => number;
  /** What the native kernels compute. Without it WebAssembly computes everything. */
  readonly native?: NativeParts;
}

/**
 * The parts of a program that the imported functions `nativeLoop` and `nativeRows` compute. Products with windows of
 * images, which `nativeConvolution` computes, are steps of their own.
 */
export interface NativeParts {
  readonly loops: (step: LoopStep, shape: LoopShape) => boolean;
  readonly rows: (step: RowsStep) => boolean;
  /** Whether they compute a product with windows of images with so many columns; 1 for sums over windows. */
  readonly windows: (windows: Windows, columns: number) => boolean;
  /** Keeps a table and returns its address. Equal tables may share one. */
  readonly table: (words: Int32Array) => number;
}

/**
 * Number of operations from which the machine's BLAS is faster than our own kernel, as measured. It is fixed because it
 * decides last bits.
 */
const blasFrom = 8000;
/** Number of operations from which a product is computed block by block. */
const blocksFrom = 4e6;

/** Whether the imported function `gemm` computes a product. */
export function isCalled(m: number, n: number, k: number, { products }: EmitOptions): boolean {
  return products && 2 * m * n * k >= blasFrom;
}

/**
 * Writes a module with one function `run` that does the steps. All their buffers must have places.
 *
 * @param outside data that products read where they lie
 */
export function emit(steps: readonly Step[], options: EmitOptions, outside?: Outside): Uint8Array<ArrayBuffer> {
  return new Emitter(options, outside).emit(steps);
}

function place({ place: address }: Buffer, offset = 0): number {
  if (address === undefined) throw new Error("internal: emit: a buffer without a place");
  return address + 8 * offset;
}

class Emitter {
  readonly #module = new ModuleBuilder();
  readonly #options: EmitOptions;
  readonly #outside: Outside | undefined;
  readonly #context: EmitContext;
  readonly #known = new Map<string, number>();
  readonly #run = new FunctionBuilder([]);
  readonly #gemm: number;
  readonly #nativeLoop: number;
  readonly #nativeRows: number;
  readonly #nativeConvolution: number;

  constructor(options: EmitOptions, outside?: Outside) {
    this.#options = options;
    this.#outside = outside;
    const host = new Map(
      Object.keys(hostFunctions).map((name) => [
        name,
        this.#module.import(name, hostSignature(name as keyof typeof hostFunctions)),
      ]),
    );
    const integers = Array.from({ length: 4 }, () => "i32" as const);
    this.#gemm = this.#module.import("gemm", {
      parameters: [...integers, "f64", ...integers, ...integers.slice(2)],
      results: [],
    });
    const addresses = (count: number): Signature => ({ parameters: integers.slice(0, count), results: [] });
    this.#nativeLoop = this.#module.import("nativeLoop", addresses(1));
    this.#nativeRows = this.#module.import("nativeRows", addresses(4));
    this.#nativeConvolution = this.#module.import("nativeConvolution", addresses(1));
    this.#context = { fused: options.fused, host: (name) => host.get(name)! };
  }

  emit(steps: readonly Step[]): Uint8Array<ArrayBuffer> {
    this.#run.body = steps.map((step) => this.#step(step));
    this.#module.add(this.#run, "run");
    return this.#module.encode();
  }

  #step(step: Step): Code {
    switch (step.kind) {
      case "loop":
        return this.#loop(step);
      case "gemm":
        return this.#products(step);
      case "rows":
        return this.#rows(step);
      case "move":
        return this.#move(step);
    }
  }

  #function(key: string, make: () => FunctionBuilder): number {
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.#module.add(make());
      this.#known.set(key, index);
    }
    return index;
  }

  #loop(step: LoopStep): Code {
    const shape = loopShape(step);
    const table = this.#table(step, shape);
    if (table !== undefined) {
      const sums = step.sums.map(({ access: { buffer } }) => memoryFill(place(buffer), 8 * buffer.size));
      return [sums, call(this.#nativeLoop, i32.constant(table))];
    }
    const zeros = shape.sums
      .filter(({ once }) => !once || shape.run === 0)
      .map(({ access: { buffer } }) => memoryFill(place(buffer), 8 * buffer.size));
    if (shape.run === 0) return zeros;
    const index = this.#function(loopKey(step, shape), () => loopFunction(step, shape, this.#context));
    return [zeros, call(index, ...loopArguments(shape).map(i32.constant))];
  }

  /** Returns the address of the table of a loop that the native kernels compute. */
  #table(step: LoopStep, shape: LoopShape): number | undefined {
    const { native } = this.#options;
    if (native === undefined || shape.run === 0 || !native.loops(step, shape)) return undefined;
    const words = nativeTable(step, shape);
    return words === undefined ? undefined : native.table(words);
  }

  #rows(step: RowsStep): Code {
    const { input, out, count, length } = step;
    if (step.op === "logSumExp" && this.#options.native?.rows(step) === true) {
      const operands = [place(input.buffer, input.offset), place(out), count, length];
      return call(this.#nativeRows, ...operands.map(i32.constant));
    }
    const index = this.#function(rowsKey(step), () => rowsFunction(step, this.#context));
    return call(index, ...[place(input.buffer, input.offset), place(out), count, 8 * length].map(i32.constant));
  }

  #move(step: MoveStep): Code {
    const { op, input, out, table, runs, repeat, windows, large, partial } = step;
    const index = this.#function(op, () => moveFunction(op));
    const [given, made] = [place(input.buffer, input.offset), place(out)];
    const [first, second] = op === "take" ? [made, given] : [given, made];
    const zero = op === "scatterAdd" || partial ? memoryFill(made, 8 * out.size) : [];
    if (repeat === 0) return zero;
    return [zero, call(index, ...[first, second, table, runs, repeat, 8 * windows, 8 * large].map(i32.constant))];
  }

  #products({ terms, out }: GemmStep): Code {
    return terms.map((term, i) =>
      isWindowsTerm(term) ? this.#windows(term, out, i > 0) : this.#batches(term, out, i > 0, 0, []),
    );
  }

  #windows(term: WindowsTerm, out: Buffer, accumulate: boolean): Code {
    const { windows, role, columns, image, matrix, rows, scratch } = term;
    const keep = this.#options.native!.table;
    const tables = windowTables(windows, role, columns);
    const table = windowsTable(term, accumulate, {
      image: image === undefined ? place(out) : place(image.buffer, image.offset),
      matrix: matrix === undefined ? undefined : place(matrix.buffer, matrix.offset),
      other: rows === undefined ? place(out) : place(rows.buffer, rows.offset),
      scratch: place(scratch),
      tables: { rows: keep(tables.rows), places: keep(tables.places), runs: keep(tables.runs) },
    });
    return call(this.#nativeConvolution, i32.constant(keep(table)));
  }

  /** Emits loops over the batches around the product, whose addresses move by the locals of the loops. */
  #batches(term: GemmTerm, out: Buffer, accumulate: boolean, level: number, moved: readonly Local[][]): Code {
    const batch = term.batches[level];
    if (batch === undefined) return this.#product(term, out, accumulate, moved);
    const [left, a, b, c] = [0, 1, 2, 3].map(() => this.#run.local("i32")) as [Local, Local, Local, Local];
    const moves = [
      [a, batch.a],
      [b, batch.b],
      [c, batch.c],
    ] as const;
    return [
      moves.map(([local]) => local.set(i32.constant(0))),
      left.set(i32.constant(batch.count)),
      loop((again) => [
        this.#batches(term, out, accumulate, level + 1, [...moved, [a, b, c]]),
        moves.map(([local, step]) => local.set(i32.add(local.get, i32.constant(8 * step)))),
        left.set(i32.sub(left.get, i32.constant(1))),
        again(left.get),
      ]),
    ];
  }

  #product(term: GemmTerm, out: Buffer, accumulate: boolean, moved: readonly Local[][]): Code {
    const { factor, m, n, k, a, b } = term;
    const at = (which: 0 | 1 | 2, address: number): Code =>
      moved.reduce<Code>((sum, locals) => i32.add(sum, locals[which]!.get), i32.constant(address));
    const [atA, atB, atC] = [
      at(0, place(a.buffer, a.offset)),
      at(1, place(b.buffer, b.offset)),
      at(2, place(out)),
    ] as const;
    if (isCalled(m, n, k, this.#options)) {
      const outsideA = this.#outside?.operand(a, m, k);
      const outsideB = this.#outside?.operand(b, k, n);
      const flags =
        (a.transpose ? 1 : 0) +
        (b.transpose ? 2 : 0) +
        (accumulate ? 4 : 0) +
        (outsideA === undefined ? 0 : 8) +
        (outsideB === undefined ? 0 : 16);
      const sizes = [flags, m, n, k].map(i32.constant);
      const [lda, ldb, ldc] = [a.distance, b.distance, n].map(i32.constant) as [Code, Code, Code];
      const left = outsideA === undefined ? atA : i32.constant(outsideA);
      const right = outsideB === undefined ? atB : i32.constant(outsideB);
      return call(this.#gemm, ...sizes, f64.constant(factor), left, lda, right, ldb, atC, ldc);
    }
    const integers = (...values: number[]): readonly Code[] => values.map(i32.constant);
    const kernelOf = (kind: GemmKind): number => this.#function(kind, () => gemmKernel(kind, this.#options.fused));
    if (2 * m * n * k >= blocksFrom && Math.min(m, n) > 4) {
      const index = this.#function("blocked", () => blockedGemm(kernelOf("rows")));
      const distances = ({ transpose, distance }: Matrix): readonly Code[] =>
        transpose ? integers(8, 8 * distance) : integers(8 * distance, 8);
      return call(
        index,
        atA,
        ...distances(a),
        atB,
        ...distances(b),
        atC,
        ...integers(8 * n, m, n, k),
        f64.constant(factor),
        ...integers(accumulate ? 1 : 0, this.#options.packing(packingBytes)),
      );
    }
    const product = ownProduct(term);
    const index = kernelOf(product.kind);
    const [left, right] = product.swapped ? [atB, atA] : [atA, atB];
    return call(
      index,
      left,
      ...integers(product.row, product.step),
      right,
      ...integers(product.distance),
      atC,
      ...integers(8 * n, ...product.sizes),
      f64.constant(factor),
      ...integers(accumulate ? 1 : 0),
    );
  }
}
