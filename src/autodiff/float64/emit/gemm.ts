import {
  type Code,
  FunctionBuilder,
  f64,
  f64x2,
  i32,
  type Local,
  loop,
  v128,
  when,
} from "../../../linalg/wasm/code.ts";

/**
 * Form of a kernel in WebAssembly that computes C = alpha op(A) op(B) or adds it to C. Rows of C are contiguous; sizes
 * and distances are parameters.
 *
 * - `rows`: op(B) has contiguous rows, op(A) has any two distances.
 * - `dots`: op(A) has contiguous rows and op(B) contiguous columns; the entries are scalar products.
 * - `transposed`: like `rows`, but writes C^T = alpha op(A) op(B), for products of two transposed matrices.
 */
export type GemmKind = "rows" | "dots" | "transposed";

/**
 * a with its distances between and within rows, b with its distance, c with its distance (all in bytes), m, n, k,
 * alpha, accumulate.
 */
const parameterTypes = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f64", "i32"] as const;

export function gemmKernel(kind: GemmKind, fused: boolean): FunctionBuilder {
  const builder = new FunctionBuilder(parameterTypes);
  return new Kernel(builder, kind, fused).emit();
}

/** A tile of C in registers. A vector holds two columns; for `dots` it holds two terms of one sum. */
interface Tile {
  readonly rows: 4 | 2 | 1;
  readonly columns: 4 | 2 | 1;
}

const bytes = 8;

class Kernel {
  readonly builder: FunctionBuilder;
  readonly kind: GemmKind;
  readonly fused: boolean;
  readonly names: Readonly<Record<"a" | "aRow" | "aStep" | "b" | "bRow" | "c" | "cRow" | "m" | "n" | "k", Local>>;
  readonly alpha: Local;
  readonly accumulate: Local;
  readonly #integers: Local[] = [];
  readonly #vectors: Local[] = [];
  readonly #row: Local;
  readonly #aTile: Local;
  readonly #cTile: Local;
  readonly #factor: Local;

  constructor(builder: FunctionBuilder, kind: GemmKind, fused: boolean) {
    this.builder = builder;
    this.kind = kind;
    this.fused = fused;
    const [a, aRow, aStep, b, bRow, c, cRow, m, n, k, alpha, accumulate] = builder.parameters;
    this.names = { a: a!, aRow: aRow!, aStep: aStep!, b: b!, bRow: bRow!, c: c!, cRow: cRow!, m: m!, n: n!, k: k! };
    this.alpha = alpha!;
    this.accumulate = accumulate!;
    this.#row = builder.local("i32");
    this.#aTile = builder.local("i32");
    this.#cTile = builder.local("i32");
    this.#factor = builder.local("v128");
  }

  emit(): FunctionBuilder {
    const { n } = this.names;
    const wide = this.kind === "dots" ? 2 : 4;
    const left = n.get;
    const columns = (count: 4 | 2 | 1): Code => [this.#rows(count), this.#advance(count)];
    this.builder.body = [
      this.#factor.set(f64x2.splat(this.alpha.get)),
      when(
        i32.greaterEqualSigned(left, i32.constant(wide)),
        loop((again) => [columns(wide), again(i32.greaterEqualSigned(n.get, i32.constant(wide)))]),
      ),
      wide === 4 ? when(i32.and(left, i32.constant(2)), columns(2)) : [],
      when(i32.and(n.get, i32.constant(1)), columns(1)),
    ];
    return this.builder;
  }

  /** Moves past `count` columns of op(B) and of the result. */
  #advance(count: number): Code {
    const { b, bRow, c, cRow, n } = this.names;
    const offset = i32.constant(count * bytes);
    return [
      b.set(i32.add(b.get, this.kind === "dots" ? i32.mul(bRow.get, i32.constant(count)) : offset)),
      c.set(i32.add(c.get, this.kind === "transposed" ? i32.mul(cRow.get, i32.constant(count)) : offset)),
      n.set(i32.sub(n.get, i32.constant(count))),
    ];
  }

  #rows(columns: 4 | 2 | 1): Code {
    const { a, aRow, c, cRow, m } = this.names;
    const step = (rows: 4 | 2 | 1): Code => [
      this.#tile({ rows, columns }),
      this.#aTile.set(i32.add(this.#aTile.get, i32.mul(aRow.get, i32.constant(rows)))),
      this.#cTile.set(
        i32.add(
          this.#cTile.get,
          this.kind === "transposed" ? i32.constant(rows * bytes) : i32.mul(cRow.get, i32.constant(rows)),
        ),
      ),
      this.#row.set(i32.sub(this.#row.get, i32.constant(rows))),
    ];
    const atLeastFour = i32.greaterEqualSigned(this.#row.get, i32.constant(4));
    return [
      this.#aTile.set(a.get),
      this.#cTile.set(c.get),
      this.#row.set(m.get),
      when(
        atLeastFour,
        loop((again) => [step(4), again(atLeastFour)]),
      ),
      when(i32.and(this.#row.get, i32.constant(2)), step(2)),
      when(i32.and(this.#row.get, i32.constant(1)), step(1)),
    ];
  }

  #tile(tile: Tile): Code {
    return this.kind === "dots" ? this.#dots(tile) : this.#outer(tile);
  }

  #integer(place: number): Local {
    while (this.#integers.length <= place) this.#integers.push(this.builder.local("i32"));
    return this.#integers[place]!;
  }

  #vector(place: number): Local {
    while (this.#vectors.length <= place) this.#vectors.push(this.builder.local("v128"));
    return this.#vectors[place]!;
  }

  #addProduct(to: Local, x: Code, y: Code): Code {
    return to.set(this.fused ? f64x2.relaxedMultiplyAdd(x, y, to.get) : f64x2.add(to.get, f64x2.mul(x, y)));
  }

  /** Makes pointers to `count` rows that lie `distance` apart. */
  #pointers(first: Code, distance: Code, count: number, place: number): { pointers: readonly Local[]; set: Code } {
    const pointers = Array.from({ length: count }, (_, i) => this.#integer(place + i));
    const set = pointers.map((pointer, i) => pointer.set(i === 0 ? first : i32.add(pointers[i - 1]!.get, distance)));
    return { pointers, set };
  }

  /** Adds up the outer products of columns of op(A) and rows of op(B). */
  #outer({ rows, columns }: Tile): Code {
    const { aRow, aStep, b, bRow, k } = this.names;
    const width = Math.ceil(columns / 2);
    const sums = Array.from({ length: rows * width }, (_, i) => this.#vector(i));
    const factors = Array.from({ length: width }, (_, i) => this.#vector(8 + i));
    const x = this.#vector(10);
    const count = this.#integer(0);
    const right = this.#integer(1);
    const { pointers, set } = this.#pointers(this.#aTile.get, aRow.get, rows, 2);
    const load = columns === 1 ? v128.loadSplat : v128.load;
    return [
      set,
      right.set(b.get),
      count.set(k.get),
      sums.map((sum) => sum.set(f64x2.constant(0))),
      loop((again) => [
        factors.map((factor, i) => factor.set(load(right.get, 16 * i))),
        pointers.map((pointer, row) => [
          x.set(v128.loadSplat(pointer.get)),
          factors.map((factor, i) => this.#addProduct(sums[row * width + i]!, x.get, factor.get)),
          pointer.set(i32.add(pointer.get, aStep.get)),
        ]),
        right.set(i32.add(right.get, bRow.get)),
        count.set(i32.sub(count.get, i32.constant(1))),
        again(count.get),
      ]),
      this.kind === "transposed"
        ? this.#storeTransposed({ rows, columns }, sums)
        : this.#store({ rows, columns }, sums),
    ];
  }

  /** Adds up scalar products of rows of op(A) and columns of op(B), two terms at once. */
  #dots({ rows, columns }: Tile): Code {
    const { aRow, b, bRow, k } = this.names;
    const sums = Array.from({ length: rows * columns }, (_, i) => this.#vector(i));
    const factors = Array.from({ length: columns }, (_, i) => this.#vector(8 + i));
    const x = this.#vector(10);
    const count = this.#integer(0);
    const right = this.#pointers(b.get, bRow.get, columns, 1);
    const left = this.#pointers(this.#aTile.get, aRow.get, rows, 1 + columns);
    const terms = (load: (address: Code) => Code): Code => [
      factors.map((factor, i) => factor.set(load(right.pointers[i]!.get))),
      left.pointers.map((pointer, row) => [
        x.set(load(pointer.get)),
        factors.map((factor, i) => this.#addProduct(sums[row * columns + i]!, x.get, factor.get)),
      ]),
    ];
    const forward = [...right.pointers, ...left.pointers].map((pointer) =>
      pointer.set(i32.add(pointer.get, i32.constant(16))),
    );
    const two = i32.constant(2);
    const results = Array.from({ length: rows }, (_, row) => {
      const [first, second] = [sums[row * columns]!, sums[row * columns + columns - 1]!];
      const halves = [f64x2.shuffle(first.get, second.get, 0, 2), f64x2.shuffle(first.get, second.get, 1, 3)] as const;
      return first.set(f64x2.add(...halves));
    });
    return [
      right.set,
      left.set,
      count.set(k.get),
      sums.map((sum) => sum.set(f64x2.constant(0))),
      when(
        i32.greaterEqualSigned(count.get, two),
        loop((again) => [
          terms(v128.load),
          forward,
          count.set(i32.sub(count.get, two)),
          again(i32.greaterEqualSigned(count.get, two)),
        ]),
      ),
      when(count.get, terms(v128.loadZero)),
      results,
      this.#store(
        { rows, columns },
        Array.from({ length: rows }, (_, row) => sums[row * columns]!),
      ),
    ];
  }

  /** Stores a tile row by row, scaled, and added to C where asked for. */
  #store({ rows, columns }: Tile, sums: readonly Local[]): Code {
    const { cRow } = this.names;
    const width = Math.ceil(columns / 2);
    const { pointers, set } = this.#pointers(this.#cTile.get, cRow.get, rows, 2);
    const places = sums.map((sum, i) => ({ sum, pointer: pointers[Math.floor(i / width)]!, offset: 16 * (i % width) }));
    const load = columns === 1 ? v128.loadZero : v128.load;
    const write = (pointer: Local, value: Code, offset: number): Code =>
      columns === 1 ? v128.storeLane(pointer.get, value, 0, offset) : v128.store(pointer.get, value, offset);
    return [
      set,
      sums.map((sum) => sum.set(f64x2.mul(sum.get, this.#factor.get))),
      when(
        this.accumulate.get,
        places.map(({ sum, pointer, offset }) => sum.set(f64x2.add(sum.get, load(pointer.get, offset)))),
      ),
      places.map(({ sum, pointer, offset }) => write(pointer, sum.get, offset)),
    ];
  }

  /** Stores entry (row, column) of a tile in row `column` of C. */
  #storeTransposed({ rows, columns }: Tile, sums: readonly Local[]): Code {
    const { cRow } = this.names;
    const width = Math.ceil(columns / 2);
    const { pointers, set } = this.#pointers(this.#cTile.get, cRow.get, columns, 2);
    const entries = Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const sum = sums[row * width + Math.floor(column / 2)]!;
      return { value: f64x2.lane(sum.get, column % 2), pointer: pointers[column]!, offset: bytes * row };
    });
    const old = (pointer: Local, offset: number): Code => f64.load(pointer.get, offset);
    return [
      set,
      sums.map((sum) => sum.set(f64x2.mul(sum.get, this.#factor.get))),
      when(
        this.accumulate.get,
        entries.map(({ value, pointer, offset }) =>
          f64.store(pointer.get, f64.add(value, old(pointer, offset)), offset),
        ),
        entries.map(({ value, pointer, offset }) => f64.store(pointer.get, value, offset)),
      ),
    ];
  }
}
