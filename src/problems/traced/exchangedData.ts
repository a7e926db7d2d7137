import { ChosenRows, type InputData } from "../../autodiff/chosenRows.ts";
import { type Shape, sizeOf } from "../../autodiff/graph/graph.ts";
import { checkData } from "../../autodiff/trace/constant.ts";
import type { DataInput } from "../../autodiff/trace/dataInputs.ts";
import { missingPlace } from "../../autodiff/trace/places.ts";
import type { TracedFunction } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";
import { dataHash } from "../data/dataHash.ts";
import type { DataValues, RowSource } from "../problem.ts";
import { checkSource, GatheredRows, hashOfBase, isRowSource, SourceRows, sourceShape } from "./sourceRows.ts";

interface ExchangedData {
  readonly values: ReadonlyMap<string, InputData>;
  /** Shapes of all inputs. Present if one of them differs from the trace. */
  readonly shapes?: ReadonlyMap<string, Shape>;
}

/**
 * Replaces some of a traced function's data by copies of the given ones, which may have another leading extent.
 *
 * @throws ERR_DATA_NAME, ERR_OPTION_TYPE, ERR_LENGTH, ERR_NOT_FINITE, ERR_OPTION_RANGE for data that do not fit
 */
export function exchanged(
  who: string,
  traced: TracedFunction,
  data: ReadonlyMap<string, InputData>,
  given: DataValues,
): ExchangedData {
  const values = new Map(data);
  const shapes = shapesOf(traced);
  let resized = false;
  for (const [name, list] of Object.entries(given)) {
    // `from` would ask an iterator for each number of a typed array.
    const numbers = list instanceof Float64Array ? list.slice() : list;
    const checked = checkedInput(`${who}.with`, traced, name, numbers);
    resized ||= checked.shape !== shapes.get(name);
    shapes.set(name, checked.shape);
    values.set(name, isRowSource(checked.numbers) ? new SourceRows(checked.numbers) : checked.numbers);
  }
  return resized ? { values, shapes } : { values };
}

/**
 * Checks data of many rows for some of a traced function's inputs, and gives a function that chooses rows of them.
 *
 * @throws as {@link exchanged}; ERR_LENGTH if the data have different numbers of rows, or none
 */
export function rowChooser(
  who: string,
  traced: TracedFunction,
  data: ReadonlyMap<string, InputData>,
  given: DataValues,
): { readonly count: number; readonly choose: (rows: ArrayLike<number>) => ExchangedData } {
  const place = `${who}.rowsOf`;
  const inputs = Object.entries(given).map(([name, list]) => {
    const { numbers, shape } = checkedInput(place, traced, name, list);
    if (shape.length === 0) throw failure("ERR_LENGTH", `${place}: expected "${name}" to have rows, got a number`);
    const [rows, ...row] = shape as readonly [number, ...number[]];
    const width = sizeOf(row);
    const whole = inBatches.has(given) ? hashOnce(numbers, rows, width) : undefined;
    const choose = isRowSource(numbers)
      ? (chosen: ArrayLike<number>): InputData => new GatheredRows(numbers, chosen, whole)
      : (chosen: ArrayLike<number>): InputData => new ChosenRows(numbers, width, chosen, whole);
    return { name, rows, row, choose };
  });
  const [first, ...others] = inputs;
  if (first === undefined) throw failure("ERR_LENGTH", `${place}: expected data of one input at least, got none`);
  const different = others.find(({ rows }) => rows !== first.rows);
  if (different !== undefined) {
    throw failure(
      "ERR_LENGTH",
      `${place}: expected as many rows of "${different.name}" as of "${first.name}", ${first.rows}, got ${different.rows}`,
    );
  }
  const choose = (rows: ArrayLike<number>): ExchangedData => {
    if (!(rows.length > 0)) throw failure("ERR_LENGTH", `${place}: expected one row at least, got ${rows.length}`);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (Number.isInteger(row) && row >= 0 && row < first.rows) continue;
      throw failure("ERR_OPTION_RANGE", `${place}: expected rows from 0 to ${first.rows - 1}, got ${row}`);
    }
    const values = new Map(data);
    const shapes = shapesOf(traced);
    let resized = false;
    for (const { name, row, choose: chooseRows } of inputs) {
      values.set(name, chooseRows(rows));
      if (shapes.get(name)![0] === rows.length) continue;
      resized = true;
      shapes.set(name, [rows.length, ...row]);
    }
    return resized ? { values, shapes } : { values };
  };
  return { count: first.rows, choose };
}

/** Data whose rows are chosen for minibatches: a batch is then described by the hash of all rows, which stays the same. */
const inBatches = new WeakSet<DataValues>();

/** Gives the same data, to be cut into minibatches. */
export function forBatches(data: DataValues): DataValues {
  const cut = { ...data };
  inBatches.add(cut);
  return cut;
}

function hashOnce(numbers: Float64Array | RowSource, rows: number, width: number): () => string {
  let hash: string | undefined;
  return () => (hash ??= isRowSource(numbers) ? hashOfBase(numbers) : dataHash([rows, width], numbers));
}

function shapesOf(traced: TracedFunction): Map<string, Shape> {
  return new Map([...traced.data].map(([name, { node }]) => [name, node.shape]));
}

/** Checks numbers for an input, which may have another number of rows than the trace. */
function checkedInput(
  who: string,
  traced: TracedFunction,
  name: string,
  list: DataValues[string],
): { readonly numbers: Float64Array | RowSource; readonly shape: Shape } {
  const input = traced.data.get(name);
  if (input === undefined) {
    const known = traced.data.size === 0 ? "it has none" : `it has ${[...traced.data.keys()].join(", ")}`;
    throw failure("ERR_DATA_NAME", `${who}: no data input is named "${name}"; ${known}`);
  }
  if (isRowSource(list)) {
    const shape = sourceShape(who, name, input.node.shape, list);
    checkSource(list, input, (numbers, from) => {
      const where = (index: number): string => {
        const at = from + index;
        return `in row ${Math.floor(at / list.width)}, feature ${at % list.width} of ${list.name}`;
      };
      checkNumbers(who, name, input, numbers, shape, where);
    });
    return { numbers: list, shape };
  }
  if (!(list instanceof Float64Array) && !Array.isArray(list)) {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected "${name}" to be a Float64Array, an array of numbers or a source of rows, got ${showValue(list)}`,
    );
  }
  const shape = fittingShape(who, name, input.node.shape, list.length);
  const numbers = list instanceof Float64Array ? list : numbersIn(who, name, list, shape);
  checkNumbers(who, name, input, numbers, shape);
  return { numbers, shape };
}

/** Copies a list of numbers. A text in it would become a number, or NaN, without a word. */
function numbersIn(who: string, name: string, list: readonly unknown[], shape: Shape): Float64Array {
  const bad = list.findIndex((each) => typeof each !== "number");
  if (bad < 0) return Float64Array.from(list as readonly number[]);
  const width = sizeOf(shape.slice(1));
  const what = typeof list[bad] === "string" ? "the text " : "";
  const where = shape.length === 0 ? "" : ` in row ${Math.floor(bad / width)}, feature ${bad % width}`;
  throw failure(
    "ERR_OPTION_TYPE",
    `${who}: expected numbers for "${name}", got ${what}${showValue(list[bad])}${where}`,
  );
}

/** Checks that an input takes these numbers. */
function checkNumbers(
  who: string,
  name: string,
  { dtype, indexes }: DataInput,
  numbers: Float64Array,
  shape: Shape,
  where?: (index: number) => string,
): void {
  checkData(`${who}: data "${name}"`, numbers, shape, dtype, where);
  for (const extents of indexes) {
    const missing = missingPlace(numbers, extents, where);
    if (missing !== undefined) throw failure("ERR_OPTION_RANGE", `${who}: data "${name}" holds ${missing}`);
  }
}

/** Gives the shape itself, or the same with as many rows as the numbers fill. */
function fittingShape(who: string, name: string, shape: Shape, length: number): Shape {
  const row = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const rows = shape.length === 0 ? 1 : shape[0]!;
  if (length === rows * row) return shape;
  if (shape.length > 0 && length > 0 && length % row === 0) return [length / row, ...shape.slice(1)];
  const other = shape.length > 0 ? `, or a multiple of ${row} for another number of rows` : "";
  throw failure(
    "ERR_LENGTH",
    `${who}: expected ${rows * row} numbers for "${name}" of shape [${shape.join(", ")}]${other}; got ${length}`,
  );
}
