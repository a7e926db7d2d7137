import { type InputData, numbersOf, type WrittenData } from "../../chosenRows.ts";
import type { FieldParts } from "../../fieldParts.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import { reachable } from "../../graph/walk.ts";
import type { SampleSums } from "../../passes/sampleSums.ts";
import type { Arena } from "../arena.ts";
import type { CompiledField } from "../compile.ts";
import { sameBits } from "../sameBits.ts";
import { type BlockOptions, BlockRunner } from "./blockRunner.ts";
import { compileMap } from "./mapProgram.ts";
import type { TileData } from "./rows.ts";
import type { Tiling } from "./sizes.ts";
import { type Task, workGraphs } from "./work.ts";

/** Options of {@link SummedProgram}. */
export interface SummedOptions extends BlockOptions {
  readonly tiling: Tiling;
}

/** Runs a graph that is a function of sums over samples: its tiles, then its tail. */
export class SummedProgram {
  readonly #work: BlockRunner;
  readonly #arena: Arena;
  readonly #tail: CompiledField;
  /** For each input of a tile and of the tail: a constant, or the place of a data input. */
  readonly #tileSources: readonly (number | Float64Array)[];
  readonly #tailSources: readonly (number | Float64Array)[];
  #stamp = 0;
  #loaded: readonly InputData[] | undefined;
  #moved = false;
  readonly #pointSumsMove: boolean;
  /** Whether the tail reads the point itself and not only sums, as for a penalty on the parameters. */
  readonly #tailReadsPoint: boolean;
  /** Whether the sums that depend on the data alone are those of the data. */
  #dataSummed = false;
  /** Computes what all tiles need; absent if that is nothing. */
  readonly #head: { readonly arena: Arena; readonly compiled: CompiledField } | undefined;
  readonly #headSources: readonly (number | Float64Array)[];
  /** The point, then the head's outputs. */
  readonly #tilePoint: Float64Array;
  readonly #point: Float64Array;
  readonly #dimension: number;

  constructor(
    sums: SampleSums,
    { builder, parameters, data = [] }: FieldParts,
    { tiling, residualBytes, threads, ...options }: SummedOptions,
  ) {
    const { tail } = sums;
    this.#pointSumsMove = sums.pointSumsMove;
    const graphs = workGraphs(sums, tiling);
    this.#work = new BlockRunner(graphs, { ...options, residualBytes, threads });
    const isLinear = tail.directions.length > 0;
    const { arena, compiled } = compileMap(
      {
        ...tail,
        data: tail.data.map(({ node }) => node),
        outputs: isLinear ? [] : tail.outputs,
        linear: isLinear ? tail.outputs : [],
      },
      options,
      { threads },
    );
    this.#arena = arena;
    this.#tail = compiled;
    const { point, moving, data: headData } = sums.head;
    const directions = sums.directions;
    this.#head =
      point.length + moving.length === 0
        ? undefined
        : compileMap({ builder, parameters, directions, data: headData, outputs: point, linear: moving }, options, {
            threads,
          });
    this.#headSources = headData.map((node) => sourceOf(data, node));
    this.#tileSources = sums.tile(1).inputs.map(({ source }) => sourceOf(data, source));
    this.#tailSources = tail.data.map(({ source }) => sourceOf(data, source));
    this.#dimension = compiled.point.length - this.#work.pointSums;
    this.#point = new Float64Array(this.#dimension);
    const headLength = this.#head?.compiled.field.length ?? 0;
    this.#tilePoint = headLength === 0 ? this.#point : new Float64Array(this.#dimension + headLength);
    const read = new Set(reachable(tail.outputs));
    this.#tailReadsPoint = parameters.some((_, i) => read.has(tail.parameters[i]!));
  }

  get tiling(): Tiling {
    return this.#work.tiling;
  }

  /** Makes the outputs those of a point on some data. Returns whether they were not yet. */
  evaluate(data: readonly InputData[], point: Float64Array): boolean {
    if (!this.#move(data, point)) return false;
    this.#sumPoint({ kind: "evaluate" });
    return true;
  }

  /** Writes the outputs of the tail from the `from`-th number on. */
  outputs(from: number, into: Float64Array): void {
    this.#arena.read(this.#tail.field.place + 8 * from, into);
  }

  output(at: number): number {
    return this.#arena.number(this.#tail.field.place + 8 * at);
  }

  /** Makes the residuals those of a point. Residuals that no sum needs are computed by the first product. */
  linearize(data: readonly InputData[], point: Float64Array): void {
    if (!this.#move(data, point)) return;
    this.#stamp++;
    this.#sumPoint({ kind: "linearize" });
    this.#tail.stages[2].run();
    this.#tail.jacobian.residuals.run();
  }

  /** Multiplies vectors that lie one after the other. */
  multiply(vectors: Float64Array, count: number, out: Float64Array): void {
    const { directions, products, program } = this.#tail.jacobian;
    const { movingSums: m, mostVectors } = this.#work;
    const n = directions.length - m;
    for (let done = 0; done < count; done += mostVectors) {
      const some = Math.min(mostVectors, count - done);
      const part = vectors.subarray(done * n, (done + some) * n);
      const given = this.#withHead(part, some, n);
      // The sums of one product are added up where the tail reads them; those of several take turns there.
      const sums = some === 1 ? this.#arena.view(directions.place + 8 * n, m) : new Float64Array(some * m);
      this.#work.sum({ kind: "multiply", vectors: given, count: some }, this.#stamp, sums);
      for (let k = 0; k < some; k++) {
        this.#arena.write(directions.place, part, k * n, n);
        if (some > 1) this.#arena.write(directions.place + 8 * n, sums, k * m, m);
        program.run();
        this.#arena.read(products.place, out, (done + k) * products.length, products.length);
      }
    }
  }

  /** Puts behind each vector what the head makes of it. */
  #withHead(vectors: Float64Array, count: number, n: number): Float64Array {
    if (this.#head === undefined) return vectors;
    const { arena, compiled } = this.#head;
    const { directions, products, program } = compiled.jacobian;
    const length = n + products.length;
    const given = new Float64Array(count * length);
    for (let k = 0; k < count; k++) {
      arena.write(directions.place, vectors, k * n, n);
      program.run();
      given.set(vectors.subarray(k * n, (k + 1) * n), k * length);
      arena.read(products.place, given, k * length + n, products.length);
    }
    return given;
  }

  #sumPoint(task: Task): void {
    const needed = this.#pointSumsMove || !this.#dataSummed;
    this.#dataSummed = true;
    const { place } = this.#tail.point;
    const { pointSums } = this.#work;
    // The sums are added up where the tail reads them.
    if (pointSums > 0 && needed) {
      this.#work.sum(task, this.#stamp, this.#arena.view(place + 8 * this.#dimension, pointSums));
    }
    if (this.#tailReadsPoint) this.#arena.write(place, this.#point);
    this.#tail.stages[1].run();
  }

  /** Takes the point and the data. Returns whether one of them is new. */
  #move(data: readonly InputData[], point: Float64Array): boolean {
    if (this.#moved && this.#loaded === data && sameBits(point, this.#point)) return false;
    if (this.#loaded !== data) this.#load(data);
    this.#point.set(point);
    if (this.#tilePoint.length > this.#dimension) this.#tilePoint.set(point);
    if (this.#head !== undefined) {
      const { arena, compiled } = this.#head;
      arena.write(compiled.point.place, point);
      for (const stage of compiled.stages.slice(1)) stage.run();
      compiled.jacobian.residuals.run();
      arena.read(compiled.field.place, this.#tilePoint, this.#dimension, compiled.field.length);
    }
    this.#work.move(this.#tilePoint);
    this.#moved = true;
    return true;
  }

  #load(data: readonly InputData[]): void {
    // What can be read in parts is read as a whole only by what all tiles need.
    const tiled = data.map((values) =>
      "part" in values && values.part !== undefined ? partsOf(values) : numbersOf(values),
    );
    this.#work.load(this.#tileSources.map((source) => (typeof source === "number" ? tiled[source]! : source)));
    const given = (sources: readonly (number | Float64Array)[]): Float64Array[] =>
      sources.map((source) => (typeof source === "number" ? numbersOf(data[source]!) : source));
    const programs = [
      { arena: this.#arena, compiled: this.#tail, sources: this.#tailSources },
      ...(this.#head === undefined ? [] : [{ ...this.#head, sources: this.#headSources }]),
    ];
    for (const { arena, compiled, sources } of programs) {
      for (const [i, values] of given(sources).entries()) arena.write(compiled.data[i]!.place, values);
      compiled.stages[0].run();
    }
    this.#dataSummed = false;
    this.#loaded = data;
  }
}

function partsOf(values: WrittenData): TileData {
  return { part: (target, from) => values.part!(target, from) };
}

/** Gives the place of a data input, or the numbers of a constant. */
function sourceOf(data: readonly Node[], source: Node): number | Float64Array {
  if (isOp(source, "constant")) return source.attributes.values;
  const place = data.indexOf(source);
  if (place < 0) throw new Error("internal: tiles: an input is not among the data");
  return place;
}
