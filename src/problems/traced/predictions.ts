import type { Tensor } from "@tensorflow/tfjs-core";
import { callable } from "../../arguments.ts";
import { type InputData, numbersOf } from "../../autodiff/chosenRows.ts";
import type { Shape } from "../../autodiff/graph/graph.ts";
import { sizeOf } from "../../autodiff/graph/graph.ts";
import { mixesSamples } from "../../autodiff/passes/samples/oneSample.ts";
import { isTensor, type Traceable, type TracedFunction, trace } from "../../autodiff/trace/trace.ts";
import { compileValues, type ValuesProgram } from "../../autodiff/valuesProgram.ts";
import { failure } from "../../errors.ts";
import { checkOption, readOptions } from "../../options.ts";
import type { DataValues } from "../problem.ts";
import { positiveInteger, text } from "../rules.ts";
import { blocksOf } from "./blocksOf.ts";
import { describeResult } from "./describeResult.ts";
import { exchanged } from "./exchangedData.ts";
import type { Shapes, TensorFunction } from "./parametersOf.ts";

/** The outputs of a model on some data, as a function of the point. */
export interface Predictions {
  /**
   * Gives the outputs at a point, row after row, in a new array.
   *
   * The outputs of the last point are kept, so that several measures of one row cost one pass.
   *
   * @throws ERR_LENGTH for a point of another length
   */
  (point: Float64Array): Float64Array;
  /** Shape of the outputs: rows x outputs, as a rule. */
  readonly shape: readonly number[];
  /** Gives the outputs on other data, which may have other numbers of rows. @throws as `with` of a problem */
  with(data: DataValues): Predictions;
}

/** Options of {@link predictions}. */
export interface PredictionsOptions {
  /** Name in messages. Default: the name of the function, else "predictions". */
  readonly name?: string;
  /**
   * Most rows that are computed at once, so that memory does not grow with the data. Where a row of the outputs depends on
   * other rows of the data, as with moments of a batch, all rows are computed at once all the same. Default: all rows.
   */
  readonly chunk?: number;
}

const rules = { name: text, chunk: positiveInteger } as const;

/**
 * Compiles the outputs of a model, written in TensorFlow.js, as a function of the point, in float64 and without
 * derivatives.
 *
 * It is to `accuracy` and `calibration` what `objective` is to a run: parameters come as tensors of the given shapes, one
 * after the other in a point, and data by `data` of `fluxion/autodiff`, which `with` exchanges.
 *
 * Cost: one forward pass per point, and a compilation for each number of rows.
 *
 * @example
 * const inputs = Float64Array.of(1, 2, 3, 4);
 * const scores = predictions([[2, 1]], (w) => tf.matMul(data("inputs", inputs, [2, 2]) as tf.Tensor2D, w));
 * console.log([...scores(Float64Array.of(1, 10))].join(" "));
 * console.log([...scores.with({ inputs: [0, 1] })(Float64Array.of(1, 10))].join(" "));
 * // 21 43
 * // 10
 * @param shapes shapes of the parameters
 * @param outputs function of tensors of these shapes that returns a tensor
 * @param options {@link PredictionsOptions}
 * @throws {TypeError} ERR_LOSS if it does not return a tensor; else as `objective`
 * @throws {RangeError} ERR_SHAPE, ERR_LENGTH, ERR_OPTION_RANGE as `objective`; ERR_SHAPE with `chunk`, if the outputs do
 *   not have the rows of the data
 */
export function predictions<const S extends Shapes>(
  shapes: S,
  outputs: TensorFunction<S, Tensor>,
  options?: PredictionsOptions,
): Predictions;
export function predictions(shapes: Shapes, outputs: Traceable, options: PredictionsOptions = {}): Predictions {
  checkOption("predictions", "outputs", outputs, callable);
  const { chunk = Number.POSITIVE_INFINITY, name = (outputs as { name?: string }).name || "predictions" } = readOptions(
    "predictions",
    options,
    rules,
  );
  const parameters = blocksOf("predictions", shapes, {});
  const dimension = parameters.reduce((sum, { size }) => sum + size, 0);
  const programs = new Map<string, ValuesProgram>();
  const ofSizes = (dataShapes: ReadonlyMap<string, Shape>): Traced => {
    const traced = trace({
      who: name,
      parameters,
      call: outputs,
      dataShapes,
      outputsOf(result, complain) {
        if (isTensor(result)) return [result];
        throw complain(`returns ${describeResult(result)} instead of a tensor`, "return the outputs as one tensor");
      },
    });
    return { ...traced, shape: traced.outputs[0]!.shape };
  };
  const traces = new Map<string, Traced>();
  const first = ofSizes(new Map());
  const tracedAs = (shapesOfData: ReadonlyMap<string, Shape>): Traced => {
    const key = keyOf(shapesOfData);
    const known = traces.get(key) ?? ofSizes(shapesOfData);
    traces.set(key, known);
    return known;
  };
  const programOf = (traced: Traced): ValuesProgram => {
    const key = keyOf(shapesIn(traced));
    const known =
      programs.get(key) ??
      compileValues({
        builder: traced.builder,
        parameters: traced.parameters,
        data: [...traced.data.values()].map(({ node }) => node),
        outputs: traced.outputs,
      });
    programs.set(key, known);
    return known;
  };
  traces.set(keyOf(shapesIn(first)), first);

  const on = (values: ReadonlyMap<string, InputData>, shapesOfData: ReadonlyMap<string, Shape>): Predictions => {
    const cut = (most: number) =>
      piecesOf(name, values, shapesOfData, most).map(({ numbers, extents }) => {
        const traced = tracedAs(extents);
        return { numbers, traced, size: sizeOf(traced.shape) };
      });
    let pieces = cut(chunk);
    // In the graph of a single row nothing tells rows apart.
    const isMixed = (): boolean => mixesRows(chunk === 1 ? cut(2)[0]!.traced : pieces[0]!.traced);
    if (pieces.length > 1 && isMixed()) pieces = cut(Number.POSITIVE_INFINITY);
    const [head] = pieces;
    const rows = leading(shapesOfData);
    if (pieces.length > 1) {
      const pieceRows = leading(shapesIn(head!.traced));
      if (head!.traced.shape[0] !== pieceRows) {
        throw failure(
          "ERR_SHAPE",
          `${name}: expected outputs of as many rows as the data, ${pieceRows}, because there is a chunk, ` +
            `got the shape [${head!.traced.shape.join(", ")}]`,
        );
      }
    }
    const shape = pieces.length > 1 ? [rows!, ...head!.traced.shape.slice(1)] : head!.traced.shape;
    let last: { readonly point: Float64Array; readonly found: Float64Array } | undefined;
    const predict = (point: Float64Array): Float64Array => {
      if (point.length !== dimension) {
        throw failure("ERR_LENGTH", `${name}: expected a point of ${dimension} numbers, got ${point.length}`);
      }
      if (last !== undefined && same(last.point, point)) return last.found.slice();
      const found = new Float64Array(pieces.reduce((sum, { size }) => sum + size, 0));
      let at = 0;
      for (const { numbers, traced, size } of pieces) {
        programOf(traced).evaluate(numbers, point, found.subarray(at, at + size));
        at += size;
      }
      last = { point: point.slice(), found };
      return found.slice();
    };
    return Object.assign(predict, {
      shape,
      with(given: DataValues): Predictions {
        const next = exchanged(name, first, values, given);
        return on(next.values, next.shapes ?? shapesIn(first));
      },
    });
  };
  return on(new Map([...first.data].map(([key, { values }]) => [key, values])), shapesIn(first));
}

interface Traced extends TracedFunction {
  readonly shape: Shape;
}

interface Piece {
  /** Numbers of each input, in the order of the trace. */
  readonly numbers: readonly InputData[];
  readonly extents: ReadonlyMap<string, Shape>;
}

/** Cuts data into pieces of at most `chunk` rows. */
function piecesOf(
  name: string,
  values: ReadonlyMap<string, InputData>,
  shapes: ReadonlyMap<string, Shape>,
  chunk: number,
): readonly Piece[] {
  const rows = leading(shapes);
  if (chunk === Number.POSITIVE_INFINITY || shapes.size === 0)
    return [{ numbers: [...values.values()], extents: shapes }];
  if (rows === undefined) {
    throw failure("ERR_SHAPE", `${name}: expected data of the same number of rows, because there is a chunk`);
  }
  const pieces: Piece[] = [];
  for (let from = 0; from < rows; from += chunk) {
    const to = Math.min(rows, from + chunk);
    const extents = new Map([...shapes].map(([key, shape]) => [key, [to - from, ...shape.slice(1)]]));
    const numbers = [...values].map(([key, data]) => {
      const width = data.length / shapes.get(key)![0]!;
      return partOf(data, from * width, to * width);
    });
    pieces.push({ numbers, extents });
  }
  return pieces;
}

/** Some of the numbers of an input; those of a source are read where they are needed. */
function partOf(data: InputData, from: number, to: number): InputData {
  if (data instanceof Float64Array || data.part === undefined) return numbersOf(data).subarray(from, to);
  return { length: to - from, write: (target) => data.part!(target, from) };
}

/** Whether a row of the outputs depends on other rows of the data. */
function mixesRows(traced: Traced): boolean {
  const [rows] = traced.shape;
  const data = [...traced.data.values()].map(({ node }) => node);
  return rows !== undefined && mixesSamples(traced.outputs, [...traced.parameters, ...data], rows);
}

function shapesIn({ data }: TracedFunction): Map<string, Shape> {
  return new Map([...data].map(([key, { node }]) => [key, node.shape]));
}

/** The number of rows that all data have; undefined if they differ. */
function leading(shapes: ReadonlyMap<string, Shape>): number | undefined {
  const extents = new Set([...shapes.values()].map((shape) => shape[0]));
  return extents.size === 1 ? [...extents][0] : undefined;
}

const keyOf = (shapes: ReadonlyMap<string, Shape>): string => JSON.stringify([...shapes]);

function same(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
