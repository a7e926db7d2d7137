import { isPortable } from "../linalg/blas/blas.ts";
import { type InputData, numbersOf } from "./chosenRows.ts";
import type { DeviceExecutor } from "./devices/deviceExecutor.ts";
import { devices } from "./devices/devices.ts";
import { executorOf, ownExecutor } from "./executor.ts";
import { isDevice } from "./executorNames.ts";
import type { FieldParts } from "./fieldParts.ts";
import { compileMap } from "./float64/tiles/mapProgram.ts";
import { type Node, sizeOf } from "./graph/graph.ts";
import { dependents, reachable } from "./graph/walk.ts";
import { Packing } from "./interpret/packing.ts";
import { Machine } from "./kernels/machine.ts";
import { portable } from "./program.ts";

/** Arrays as functions of a point and data. */
interface ValuesParts extends Pick<FieldParts, "builder" | "parameters" | "data" | "executor" | "precision"> {
  readonly outputs: readonly Node[];
  /**
   * Extent r of the first axis of all outputs, if they lie side by side: r vectors, each of which consists of one row of
   * every output. Default: the outputs lie one after the other.
   */
  readonly rows?: number;
}

/** Compiled arrays. */
export interface ValuesProgram {
  /** Count of the numbers of all outputs. */
  readonly size: number;
  /** Writes the outputs into `out`, from the place `at` on. The data stand in the order of the parts. Default 0. */
  evaluate(data: readonly InputData[], point: Float64Array, out: Float64Array, at?: number): void;
}

/**
 * Compiles arrays that depend on a point and on data, without their derivatives.
 *
 * What depends on the data alone is computed once for as long as the same list of data comes.
 */
export function compileValues(parts: ValuesParts): ValuesProgram {
  const executor = executorOf(parts.executor);
  const size = parts.outputs.reduce((sum, node) => sum + sizeOf(node.shape), 0);
  if (isDevice(executor)) return { size, evaluate: byEngine(devices[executor].engine, parts, size) };
  // Values alone are next to no work; `auto` leaves them to the CPU.
  const own = executor === "auto" ? ownExecutor() : executor;
  const run = own === "interpreter" ? interpreted(parts) : compiled(parts, own === "portable");
  return { size, evaluate: run };
}

/** Computes the outputs as a field, one after the other, and puts their rows side by side. */
function byEngine(
  engineOf: DeviceExecutor["engine"],
  { outputs, rows, ...parts }: ValuesParts,
  size: number,
): ValuesProgram["evaluate"] {
  const engine = engineOf({ ...parts, field: outputs, symmetric: false });
  const made = new Float64Array(size);
  let offset = 0;
  const arrays = outputs.map(({ shape }) => {
    const end = offset + sizeOf(shape);
    const array = made.subarray(offset, end);
    offset = end;
    return array;
  });
  const results = new Packing(arrays, rows);
  return (data, point, out, at) => {
    engine.evaluate(data, point, made);
    results.gather(out, at);
  };
}

function compiled(
  { builder, parameters, data = [], outputs, rows }: ValuesParts,
  isBound: boolean,
): ValuesProgram["evaluate"] {
  const options = isBound || isPortable() ? portable : {};
  const { arena, compiled } = compileMap(
    { builder, parameters, directions: [], data, outputs, linear: [], rows },
    options,
  );
  const [prepare, evaluate] = compiled.stages;
  let loaded: readonly InputData[] | undefined;
  return (given, point, out, at = 0) => {
    if (loaded !== given) {
      for (const [i, { place }] of compiled.data.entries()) {
        const values = given[i]!;
        if (values instanceof Float64Array) arena.write(place, values);
        else values.write(arena.view(place, values.length));
      }
      prepare.run();
      loaded = given;
    }
    arena.write(compiled.point.place, point);
    evaluate.run();
    arena.read(compiled.field.place, out, at, compiled.field.length);
  };
}

function interpreted({ parameters, data = [], outputs, rows }: ValuesParts): ValuesProgram["evaluate"] {
  const given = new Map<Node, Float64Array>();
  const arrayOf = (node: Node): Float64Array => {
    const array = new Float64Array(sizeOf(node.shape));
    given.set(node, array);
    return array;
  };
  const place = new Packing(parameters.map(arrayOf));
  const arrays = data.map(arrayOf);
  const nodes = reachable(outputs).filter((node) => !given.has(node));
  const moving = dependents(reachable(outputs), parameters);
  const stages = [nodes.filter((node) => !moving.has(node)), nodes.filter((node) => moving.has(node))];
  const machine = new Machine(stages, { given, results: outputs });
  const results = new Packing(
    outputs.map((node) => machine.values(node)),
    rows,
  );
  let loaded: readonly InputData[] | undefined;
  return (values, point, out, at) => {
    if (loaded !== values) {
      for (const [i, array] of arrays.entries()) array.set(numbersOf(values[i]!));
      machine.run(0);
      loaded = values;
    }
    place.scatter(point);
    machine.run(1);
    results.gather(out, at);
  };
}
