import { type InputData, numbersOf, type WrittenData } from "../../autodiff/chosenRows.ts";
import { type Shape, sizeOf } from "../../autodiff/graph/graph.ts";
import type { NumberType } from "../../autodiff/trace/exactValues.ts";
import type { TracedFunction } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import { hashInParts } from "../data/dataHash.ts";
import type { RowSource } from "../problem.ts";

/** Numbers that are read at once where all of a source are looked at. */
const pieceNumbers = 1 << 18;

/** What an input asks of its numbers. */
interface Demands {
  readonly dtype: NumberType;
  readonly indexes: readonly (readonly number[])[];
}

/** The demands that a source is known to meet, so that it is read once. */
const checked = new WeakMap<RowSource, Set<string>>();
/** Sources all of whose numbers are known to be finite. */
const finite = new WeakSet<RowSource>();
const hashes = new WeakMap<RowSource, Map<string, string>>();
/** Hashes of sources that were made in the pass that checked them. */
const ownHashes = new WeakMap<RowSource, string>();
/** Sources whose rows are made of the rows of another one. */
const bases = new WeakMap<RowSource, RowSource>();

/** Notes that all numbers of a source are finite, so that no further pass over them is needed where that is all. */
export function knownFinite(source: RowSource): void {
  finite.add(source);
}

/** Notes the hash of all numbers of a source, so that no further pass is needed for it. */
export function knownHash(source: RowSource, hash: string): void {
  ownHashes.set(source, hash);
}

/** Notes that the rows of a source are made of rows of another one. */
export function knownBase(source: RowSource, base: RowSource): void {
  bases.set(source, bases.get(base) ?? base);
}

/**
 * Names by a hash the numbers of which the rows of a source are made.
 *
 * Cost: one pass over them, once, unless they were hashed when they were checked.
 */
export function hashOfBase(source: RowSource): string {
  const base = bases.get(source) ?? source;
  return ownHashes.get(base) ?? new SourceRows(base).hash([base.count, base.width]);
}

/** Whether a value is a source of rows. */
export function isRowSource(value: unknown): value is RowSource {
  if (typeof value !== "object" || value === null) return false;
  const { read, gather } = value as Partial<RowSource>;
  return typeof read === "function" && typeof gather === "function";
}

/** Calls a function with all numbers of a source in turn, and with the place of the first of them. */
function forEachPiece(source: RowSource, multiple: number, look: (numbers: Float64Array, from: number) => void): void {
  const { count, width } = source;
  const rows = Math.min(count, multiple * Math.max(1, Math.floor(pieceNumbers / width / multiple)));
  const piece = new Float64Array(rows * width);
  for (let first = 0; first < count; first += rows) {
    const numbers = piece.subarray(0, Math.min(rows, count - first) * width);
    source.read(first, numbers);
    look(numbers, first * width);
  }
}

/** Calls a function with the numbers of an input, all at once or, from a source, in turn, and with the first place. */
export function forEachPart(
  values: ArrayLike<number> | RowSource,
  look: (numbers: ArrayLike<number>, from: number) => void,
): void {
  if (isRowSource(values)) forEachPiece(values, 1, look);
  else look(values, 0);
}

/**
 * Checks all numbers of a source, unless they were checked before.
 *
 * @param check checks a part of them, of which the first has the place `from`
 */
export function checkSource(
  source: RowSource,
  { dtype, indexes }: Demands,
  check: (numbers: Float64Array, from: number) => void,
): void {
  if (dtype === "float32" && indexes.length === 0 && finite.has(source)) return;
  const key = JSON.stringify([dtype, indexes]);
  const known = checked.get(source) ?? new Set<string>();
  if (known.has(key)) return;
  // Parts begin where a list of indices begins, whatever its depth.
  const multiple = indexes.reduce((product, extents) => product * extents.length, 1);
  forEachPiece(source, multiple, check);
  checked.set(source, known.add(key));
}

/** All rows of a source. */
export class SourceRows implements WrittenData {
  readonly length: number;
  readonly source: RowSource;

  constructor(source: RowSource) {
    this.source = source;
    this.length = source.count * source.width;
  }

  write(target: Float64Array): void {
    this.source.read(0, target);
  }

  part(target: Float64Array, from: number): void {
    const { source } = this;
    const { width } = source;
    const [first, skipped] = [Math.floor(from / width), from % width];
    if (skipped === 0 && target.length % width === 0) {
      source.read(first, target);
      return;
    }
    // Samples that do not lie along the first axis are parts of rows.
    const row = new Float64Array(width);
    for (let [done, at, skip] = [0, first, skipped]; done < target.length; at++, skip = 0) {
      source.read(at, row);
      const some = Math.min(width - skip, target.length - done);
      target.set(row.subarray(skip, skip + some), done);
      done += some;
    }
  }

  /** The hash that all numbers together would have. Cost: one pass over them, once per source. */
  hash(shape: Shape): string {
    const key = shape.join();
    const known = hashes.get(this.source) ?? new Map<string, string>();
    hashes.set(this.source, known);
    let text = known.get(key);
    if (text === undefined) {
      const hash = hashInParts(shape);
      forEachPiece(this.source, 1, hash.add);
      text = hash.text();
      known.set(key, text);
    }
    return text;
  }

  /** The first rows, as many as `count`. */
  head(count: number): Float64Array {
    const numbers = new Float64Array(Math.min(count, this.source.count) * this.source.width);
    this.source.read(0, numbers);
    return numbers;
  }
}

/** Some rows of a source. */
export class GatheredRows implements WrittenData {
  readonly length: number;

  constructor(
    private readonly source: RowSource,
    private readonly rows: ArrayLike<number>,
    readonly whole?: () => string,
  ) {
    this.length = rows.length * source.width;
  }

  write(target: Float64Array): void {
    this.source.gather(this.rows, target);
  }
}

/** Rows of a source at which an operation that is not finite is looked for; at such a point most rows show it. */
const explainedRows = 256;

/** Gives the first rows of data that may be more than memory holds; undefined if no data come from a source. */
export function firstSourceRows(
  traced: TracedFunction,
  data: ReadonlyMap<string, InputData>,
): { readonly numbers: ReadonlyMap<string, Float64Array>; readonly shapes: ReadonlyMap<string, Shape> } | undefined {
  const counts = [...data.values()].flatMap((input) => (input instanceof SourceRows ? input.source.count : []));
  if (counts.length === 0) return undefined;
  const numbers = new Map<string, Float64Array>();
  const shapes = new Map<string, Shape>();
  for (const [name, input] of data) {
    const { shape } = traced.data.get(name)!.node;
    // Other inputs with as many rows belong to the same samples.
    const [count, ...row] = shape;
    const some = count !== undefined && counts.includes(count) ? Math.min(count, explainedRows) : undefined;
    shapes.set(name, some === undefined ? shape : [some, ...row]);
    if (input instanceof SourceRows) numbers.set(name, input.head(explainedRows));
    else numbers.set(name, numbersOf(input).slice(0, some === undefined ? undefined : some * sizeOf(row)));
  }
  return { numbers, shapes };
}

/** Checks that a source fits an input, and gives the input's shape for its rows. */
export function sourceShape(who: string, name: string, shape: Shape, source: RowSource): Shape {
  const { count, width } = source;
  const row = sizeOf(shape.slice(1));
  if (shape.length === 0) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected "${name}", which is a number, to be given as one, got ${source.name}`,
    );
  }
  if (!(Number.isInteger(count) && count > 0)) {
    throw failure("ERR_LENGTH", `${who}: expected one row at least for "${name}", got ${count} in ${source.name}`);
  }
  if (width !== row) {
    throw failure(
      "ERR_LENGTH",
      `${who}: expected ${row} numbers per row for "${name}" of shape [${shape.join(", ")}], got ${width} in ${source.name}`,
    );
  }
  return count === shape[0] ? shape : [count, ...shape.slice(1)];
}
