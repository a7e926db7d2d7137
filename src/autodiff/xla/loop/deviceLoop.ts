import { thing } from "../../../arguments.ts";
import { failure } from "../../../errors.ts";
import { checkOption, readOptions } from "../../../options.ts";
import { type InputData, numbersOf } from "../../chosenRows.ts";
import { precisionOf } from "../../devices/precision.ts";
import { type Precision, precisions } from "../../executorNames.ts";
import type { FieldParts } from "../../fieldParts.ts";
import { type Shape, sizeOf } from "../../graph/graph.ts";
import { checkBuilder, checkNodes } from "../../graph/graphArguments.ts";
import { DeviceMemory, type DeviceProgram, totalOf } from "../memory.ts";
import type { Handle } from "../pjrt/library.ts";
import { openClient } from "../plugin.ts";
import { type LoopParts, loopModule } from "./loopModule.ts";
import { type LoopMethod, type LoopSettings, loopMethods, loopRules, settingsOf } from "./rules.ts";

/** Options of {@link compileLoop}. */
export interface LoopOptions {
  readonly method: LoopMethod;
  /** Number k of steps in one call of the device. */
  readonly steps: number;
  /** Whether the data of a call hold one batch for each of its steps, along a leading axis. Default false. */
  readonly batched?: boolean;
  /** Numbers in which the device computes. Default: `FLUXION_PRECISION`, else float64. */
  readonly precision?: Precision;
}

const rules = {
  method: { oneOf: loopMethods, required: true },
  steps: { integer: true, min: 1, required: true },
  batched: { default: false, oneOf: [true, false] },
  precision: { oneOf: precisions },
} as const;

/** What k steps gave. */
export interface LoopRow {
  /** Number of steps taken since the start. */
  readonly step: number;
  /** Number of steps between this row and the one before it. */
  readonly every: number;
  /** L at the point before each of the k steps; NaN without a value. */
  readonly values: Float64Array;
  /** |F|^2 at the same points. */
  readonly squaredFieldNorms: Float64Array;
}

/** A point that moves on the device, k steps per call. Point and state stay there between calls. */
export interface FieldLoop {
  readonly dimension: number;
  /** Puts the point on the device, and a state that `state` gave. Default: the empty state. @throws ERR_LENGTH */
  start(point: Float64Array, state?: readonly Float64Array[]): void;
  /**
   * Takes k steps, or the first `count` of them, with the same bits as one after the other. The data stay on the device
   * for as long as the same list comes.
   *
   * @throws ERR_DEVICE, ERR_MEMORY, ERR_OPTION_RANGE
   */
  advance(settings: LoopSettings, data?: readonly InputData[], count?: number): LoopRow;
  /** Copies the arrays of the method's state to the host: what it remembers beside the point. */
  state(): readonly Float64Array[];
  /** Copies the point to the host. */
  point(into?: Float64Array): Float64Array;
}

/**
 * Compiles k steps of gradient descent, momentum or Adam as one program of the executor `xla`, for problems whose steps
 * are short beside a call of the device, or whose points are long beside its link.
 *
 * The steps are those of `gradientStep`, `momentum` and `adam` up to rounding. Minibatches of all k steps are sent ahead.
 *
 * Cost: k gradients and one call.
 *
 * @throws {Error} ERR_DEVICE if there is no plugin; {RangeError} ERR_OPTION_RANGE for an unknown method or k below 1
 */
export function compileLoop(parts: FieldParts, options: LoopOptions): FieldLoop {
  checkOption("compileLoop", "parts", parts, thing("parts of a field", { parameters: "list", field: "list" }));
  checkBuilder("compileLoop", parts.builder);
  checkNodes("compileLoop", "parameters", parts.parameters);
  checkNodes("compileLoop", "field", parts.field);
  const { method, steps, batched, precision } = readOptions("compileLoop", options, rules);
  return makeLoop(parts, { method, steps, precision, batched: (parts.data ?? []).map(() => batched) });
}

/** Options of {@link makeLoop}. */
interface MakeOptions {
  readonly method: LoopMethod;
  readonly steps: number;
  /** Which of the data hold one batch for each step. */
  readonly batched: readonly boolean[];
  readonly precision?: Precision | undefined;
}

/** Compiles the loop of parts that have been checked. @throws ERR_DEVICE if there is no plugin */
export function makeLoop(parts: LoopParts, { method, steps, batched, precision }: MakeOptions): FieldLoop {
  const memory = new DeviceMemory(openClient(), precisionOf(precision));
  const program = memory.compile(loopModule(parts, method, steps, batched, memory.element));
  return new DeviceLoop(parts, { method, steps, batched }, memory, program);
}

class DeviceLoop implements FieldLoop {
  readonly dimension: number;
  readonly #parts: LoopParts;
  readonly #options: Omit<MakeOptions, "precision">;
  readonly #memory: DeviceMemory;
  readonly #program: DeviceProgram;
  /** The point, then the arrays of the state. */
  #carried: readonly Handle[] = [];
  #data: readonly Handle[] = [];
  #loaded: readonly InputData[] | undefined;
  #step = 0;

  constructor(parts: LoopParts, options: Omit<MakeOptions, "precision">, memory: DeviceMemory, program: DeviceProgram) {
    this.#parts = parts;
    this.#options = options;
    this.#memory = memory;
    this.#program = program;
    this.dimension = totalOf(parts.parameters);
  }

  start(point: Float64Array, state?: readonly Float64Array[]): void {
    if (point.length !== this.dimension) {
      throw failure("ERR_LENGTH", `start: expected ${this.dimension} numbers for the point, got ${point.length}`);
    }
    const memory = this.#memory;
    const empty = loopRules[this.#options.method].state(this.dimension);
    const begun = state ?? empty.map(({ length, start }) => new Float64Array(length).fill(start));
    if (begun.length !== empty.length || begun.some(({ length }, i) => length !== empty[i]!.length)) {
      const [expected, got] = [empty, begun].map((arrays) => arrays.map(({ length }) => length).join(", ") || "none");
      throw failure("ERR_LENGTH", `start: expected a state of the lengths ${expected}, got ${got}`);
    }
    memory.release(this.#carried);
    this.#carried = [];
    this.#carried = [point, ...begun].map((values) => memory.upload(values, [values.length]));
    this.#step = 0;
  }

  advance(settings: LoopSettings, data: readonly InputData[] = [], wanted = this.#options.steps): LoopRow {
    if (this.#carried.length === 0)
      throw failure("ERR_UNSUPPORTED", "advance: the loop has no point; call start first");
    const memory = this.#memory;
    const { steps } = this.#options;
    if (!(Number.isInteger(wanted) && wanted >= 1 && wanted <= steps)) {
      throw failure("ERR_OPTION_RANGE", `advance: expected an integer from 1 to ${steps} for count, got ${wanted}`);
    }
    if (this.#loaded !== data) this.#load(data);
    const carried = this.#carried;
    const count = carried.length;
    const spent: Handle[] = [];
    const [values, squaredFieldNorms] = [new Float64Array(steps), new Float64Array(steps)];
    try {
      spent.push(memory.upload(settingsOf(settings), [settingsOf(settings).length]));
      spent.push(memory.uploadWhole(Int32Array.of(wanted), []));
      const made = memory.run(this.#program, [...carried, ...spent, ...this.#data], count + 2);
      spent.push(...carried, ...made.slice(count));
      // The memory of point and state was given to the results.
      this.#carried = made.slice(0, count);
      memory.download(made[count]!, values);
      memory.download(made[count + 1]!, squaredFieldNorms);
    } finally {
      memory.release(spent);
    }
    this.#step += wanted;
    return {
      step: this.#step,
      every: wanted,
      values: values.subarray(0, wanted),
      squaredFieldNorms: squaredFieldNorms.subarray(0, wanted),
    };
  }

  point(into: Float64Array = new Float64Array(this.dimension)): Float64Array {
    this.#memory.download(this.#carried[0]!, into);
    return into;
  }

  state(): readonly Float64Array[] {
    const lengths = loopRules[this.#options.method].state(this.dimension).map(({ length }) => length);
    return this.#carried.slice(1).map((buffer, i) => {
      const array = new Float64Array(lengths[i]!);
      this.#memory.download(buffer, array);
      return array;
    });
  }

  #load(data: readonly InputData[]): void {
    const { data: nodes = [] } = this.#parts;
    const { steps, batched } = this.#options;
    const fullShape = (i: number): Shape => [...(batched[i] === true ? [steps] : []), ...nodes[i]!.shape];
    for (const [i, { attributes }] of nodes.entries()) {
      const expected = sizeOf(fullShape(i));
      if (data[i]?.length === expected) continue;
      const got = data[i]?.length ?? "none";
      throw failure("ERR_LENGTH", `advance: expected ${expected} numbers for "${attributes.name}", got ${got}`);
    }
    this.#memory.release(this.#data);
    this.#loaded = undefined;
    this.#data = [];
    this.#data = nodes.map((_, i) => this.#memory.upload(numbersOf(data[i]!), fullShape(i)));
    this.#loaded = data;
  }
}
