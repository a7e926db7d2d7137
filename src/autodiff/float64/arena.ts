import { rootsOfTwo } from "../../elementary/coefficients.ts";
import { failure } from "../../errors.ts";
import type { Blas } from "../../linalg/blas/blas.ts";
import { type WasmImport, type WasmMemory, wasm } from "../../linalg/wasm/host.ts";
import type { AxisMap, Shape } from "../graph/graph.ts";
import { attributesKey } from "../graph/keys.ts";
import { hostFunctions } from "./emit/elementwise.ts";
import { rootsPlace } from "./emit/maths.ts";
import type { ConstantPool } from "./lower/lowerOptions.ts";
import { type Runs, runsOf } from "./lower/runs.ts";
import type { Buffer } from "./lower/values.ts";
import type { NativeKernels } from "./native/kernels.ts";
import { Outside, type Sampled } from "./outside.ts";
import { multiply } from "./threads/product.ts";
import { multiplyShared } from "./threads/sharedProducts.ts";

const page = 65536;
/** Number of bytes that 32-bit addresses reach. */
const largest = 65536 * page;

/** That other threads may help with large products. */
export interface Help {
  /** Most threads. Default: as `threadCount` says. */
  readonly threads?: number | undefined;
}

type PlacedRuns = Runs & { readonly address: number };

/**
 * One memory for all programs of a problem.
 *
 * Places are given out first. The memory is made, with exactly their size, when the first program runs, and it never
 * grows: if a later program needs more, everything moves to a new memory.
 */
export class Arena implements ConstantPool {
  readonly #blas: Blas | undefined;
  readonly #native: NativeKernels | undefined;
  readonly #help: Help | undefined;
  readonly #constants = new Map<Float64Array, Buffer>();
  readonly #runs = new Map<string, PlacedRuns>();
  readonly #tables = new Map<string, number>();
  /** Numbers to write when the memory is made. */
  #pending: { readonly place: number; readonly values: Float64Array | Int32Array }[] = [
    { place: rootsPlace, values: Float64Array.from(rootsOfTwo) },
  ];
  #top = rootsPlace + 8 * rootsOfTwo.length;
  /** What products read outside. */
  outside: Outside | undefined;
  readonly #scratch: { readonly place: number; readonly bytes: number }[] = [];
  #packing: number | undefined;
  #memory: WasmMemory | undefined;
  #numbers = new Float64Array(0);
  #address = 0;
  /** Number that changes whenever the memory is replaced. */
  version = 0;

  constructor(blas: Blas | undefined, native?: NativeKernels, help?: Help) {
    this.#blas = blas;
    this.#native = native;
    this.#help = help;
  }

  /** Number of bytes given out so far. */
  get bytes(): number {
    return this.#top;
  }

  /** Gives out lasting memory for `size` numbers. Its place is known at once. */
  reserve(size: number): Buffer & { readonly place: number } {
    const place = this.#take(8 * size);
    return { size, level: 0, place };
  }

  /** Takes back what was given out last, so that memory which could not be made is not asked for again. */
  giveBack({ place }: { readonly place: number }): void {
    this.#top = place;
  }

  /** Returns the start of memory that programs share, one after the other. */
  scratch(bytes: number): number {
    const known = this.#scratch.find((other) => other.bytes >= bytes);
    if (known !== undefined) return known.place;
    const place = this.#take(bytes);
    this.#scratch.push({ place, bytes });
    return place;
  }

  /** Returns the start of memory that only one step at a time uses. */
  packing(bytes: number): number {
    this.#packing ??= this.#take(bytes);
    return this.#packing;
  }

  numbers(values: Float64Array): Buffer {
    let buffer = this.#constants.get(values);
    if (buffer === undefined) {
      buffer = this.reserve(values.length);
      this.#constants.set(values, buffer);
      this.#pending.push({ place: buffer.place!, values });
    }
    return buffer;
  }

  runs(maps: readonly AxisMap[], large: Shape, windows: Shape): PlacedRuns {
    const key = `${large.join()} ${attributesKey<"take">({ maps, shape: windows })}`;
    let known = this.#runs.get(key);
    if (known === undefined) {
      const runs = runsOf(maps, large, windows);
      known = { ...runs, address: this.#take(runs.table.byteLength) };
      this.#pending.push({ place: known.address, values: runs.table });
      this.#runs.set(key, known);
    }
    return known;
  }

  /** Keeps a table for the native kernels, and returns its address. Equal tables share one. */
  table(words: Int32Array): number {
    const key = words.join();
    let place = this.#tables.get(key);
    if (place === undefined) {
      place = this.#take(words.byteLength);
      this.#pending.push({ place, values: words });
      this.#tables.set(key, place);
    }
    return place;
  }

  /** Makes the memory, or a larger one if more has been given out since. Returns what programs import. */
  settle(): Readonly<Record<string, WasmImport>> {
    if (this.#memory === undefined || this.#memory.buffer.byteLength < this.#top) this.move();
    for (const { place, values } of this.#pending) {
      if (values instanceof Float64Array) this.#numbers.set(values, place / 8);
      else new Int32Array(this.#numbers.buffer, place, values.length).set(values);
    }
    this.#pending = [];
    return {
      ...hostFunctions,
      memory: this.#memory!,
      gemm: this.#gemm,
      nativeLoop: this.#loop,
      nativeRows: this.#rows,
      nativeConvolution: this.#convolution,
    };
  }

  /** The memory, which moves when `version` changes. It exists once a program has run or `settle` was called. */
  get memory(): WasmMemory {
    return this.#memory!;
  }

  write(place: number, values: Float64Array, from = 0, size = values.length): void {
    copy(values, from, this.#numbers, place / 8, size);
  }

  read(place: number, values: Float64Array, to = 0, size = values.length): void {
    copy(this.#numbers, place / 8, values, to, size);
  }

  /** Returns a view of some numbers. It is valid as long as `version` stays the same. */
  view(place: number, size: number): Float64Array {
    return this.#numbers.subarray(place / 8, place / 8 + size);
  }

  number(place: number): number {
    return this.#numbers[place / 8]!;
  }

  #take(bytes: number): number {
    const place = this.#top;
    this.#top += 16 * Math.ceil(bytes / 16);
    if (this.#top > largest) throw tooLarge(this.#top);
    return place;
  }

  /**
   * Moves everything to a new memory. The old one stays as it is.
   *
   * @param without a part whose numbers nobody needs there: pages that are not written cost nothing
   */
  move(without: { readonly place: number; readonly size: number } = { place: 0, size: 0 }): void {
    const pages = Math.ceil(this.#top / page);
    let memory: WasmMemory;
    try {
      memory = new wasm.Memory({ initial: pages, maximum: pages });
    } catch (error) {
      throw tooLarge(this.#top, error);
    }
    const numbers = new Float64Array(memory.buffer);
    const [from, to] = [without.place / 8, without.place / 8 + without.size];
    numbers.set(this.#numbers.subarray(0, from));
    // The new memory is shorter if something was given back.
    if (to < this.#numbers.length) numbers.set(this.#numbers.subarray(to, numbers.length), to);
    this.#memory = memory;
    this.#numbers = numbers;
    // The address is valid only while this object holds the memory.
    this.#address = (this.#blas ?? this.#native)?.addressOf(memory.buffer) ?? 0;
    this.version++;
  }

  /** Lets products of a library read data where they lie. */
  readOutside(sampled: readonly (readonly [Buffer, Sampled])[]): Outside | undefined {
    const library = this.#blas ?? this.#native;
    if (library === undefined || sampled.length === 0) return undefined;
    this.outside = new Outside(
      new Map(sampled),
      ({ buffer, byteOffset }) => library.addressOf(buffer as ArrayBuffer) + byteOffset,
    );
    return this.outside;
  }

  /** Returns how far from the start of the memory an operand outside lies, and the distance of its rows. */
  #placeOutside(operand: number): readonly [place: number, distance: number] {
    const [address, distance] = this.outside!.place(operand);
    return [address - this.#address, distance];
  }

  readonly #loop = (table: number): void => {
    this.#native!.loop(this.#address, table >>> 0);
  };

  readonly #rows = (input: number, out: number, count: number, length: number): void => {
    this.#native!.rows(this.#address, input >>> 0, out >>> 0, count, length);
  };

  readonly #convolution = (table: number): void => {
    this.#native!.convolution(this.#address, table >>> 0);
  };

  /**
   * Calls the library's product or the BLAS, whichever is faster for the sizes. Flags: 1 transposes A, 2 transposes B, 4
   * adds to C; with 8 A lies outside, and with 16 B, and has a number there in place of an address. Addresses are offsets
   * into the memory, perhaps above 2^31.
   */
  readonly #gemm = (
    flags: number,
    m: number,
    n: number,
    k: number,
    factor: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
  ): void => {
    const [placeA, distanceA] = (flags & 8) === 0 ? [a >>> 0, lda] : this.#placeOutside(a);
    const [placeB, distanceB] = (flags & 16) === 0 ? [b >>> 0, ldb] : this.#placeOutside(b);
    const places = { a: placeA, lda: distanceA, b: placeB, ldb: distanceB, c: c >>> 0, ldc };
    const product = { memory: this.#address, flags: flags & 7, m, n, k, factor, ...places };
    const by = { blas: this.#blas, native: this.#native };
    if (this.#help === undefined) multiply(by, product);
    else multiplyShared(by, product, this.#help.threads);
  };
}

function tooLarge(bytes: number, cause?: unknown): Error {
  return failure(
    "ERR_MEMORY",
    `float64: expected a problem of at most 4 GiB that this machine has free, got one of ${(bytes / 2 ** 30).toPrecision(3)} GiB; ` +
      "give the data in smaller batches",
    cause === undefined ? undefined : { cause },
  );
}

/** Greatest number of numbers for which a loop is faster than a view and `set`. */
const few = 64;

function copy(source: Float64Array, from: number, target: Float64Array, to: number, size: number): void {
  if (size > few) target.set(from === 0 && size === source.length ? source : source.subarray(from, from + size), to);
  else for (let i = 0; i < size; i++) target[to + i] = source[from + i]!;
}
