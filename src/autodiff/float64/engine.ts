import type { ProgramMemory } from "../../linalg/programMemory.ts";
import type { InputData } from "../chosenRows.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import type { Arena } from "./arena.ts";
import { type BackendOptions, backendOf } from "./backend.ts";
import {
  type CompiledField,
  type CompileOptions,
  compile,
  compileProduct,
  compileTransposed,
  type LinearProgram,
} from "./compile.ts";
import { Lease } from "./lease.ts";
import { Lending } from "./lending.ts";
import { sameBits } from "./sameBits.ts";

/** Stages of computation. In memory the results of the stage reached and of all earlier ones are valid. */
const stage = { none: -1, prepare: 0, evaluate: 1, linearize: 2 } as const;
type Stage = (typeof stage)[keyof typeof stage];

/** Runs the programs of a field over one memory and knows what is valid in it. */
export class Float64Engine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #options: CompileOptions;
  readonly #arena: Arena;
  readonly #compiled: CompiledField;
  readonly #lending: Lending;
  readonly #lease: Lease;
  /** Program of J^T u, compiled when it is first needed. */
  #transposed: LinearProgram | undefined;
  /** Programs of further maps, compiled when they are first needed. */
  readonly #maps = new Map<string, LinearProgram>();
  /** The owner whose residuals are in a program's own buffers. */
  readonly #owners = new Map<LinearProgram, ResidualOwner>();
  /** View of the point in memory, to which everything valid there belongs. */
  #now: Float64Array = new Float64Array(0);
  #version = -1;
  #loaded: readonly InputData[] | undefined;
  #owner: ResidualOwner | undefined;
  /** The owner of a further map whose point the memory holds. */
  #mapOwner: ResidualOwner | undefined;
  #reached: Stage = stage.none;

  constructor(parts: FieldParts, options: BackendOptions = {}) {
    const { arena, compile: compileOptions } = backendOf(options, { threads: parts.threads });
    this.#parts = parts;
    this.#arena = arena;
    this.#options = compileOptions;
    this.#compiled = compile(arena, parts, this.#options);
    this.#lending = new Lending(arena, this.#compiled.jacobian);
    this.#lease = new Lease(arena, this.#compiled.point, this.#compiled.field);
    this.dimension = this.#compiled.point.length;
  }

  /**
   * Bytes of all memory, of that which temporary results share, of the most that lives at once (no plan takes less),
   * and of the WebAssembly code.
   */
  get memory(): { memory: number; scratch: number; lowerBound: number; code: number } {
    const { stages, jacobian } = this.#compiled;
    const linear = this.#transposed === undefined ? [jacobian] : [jacobian, this.#transposed];
    const programs = [...stages, ...[...linear, ...this.#maps.values()].map(({ program }) => program)];
    return {
      memory: this.#arena.bytes,
      scratch: Math.max(...programs.map(({ plan }) => plan.bytes)),
      lowerBound: Math.max(...programs.map(({ plan }) => plan.lowerBound)),
      code: programs.reduce((sum, { codeBytes }) => sum + codeBytes, 0),
    };
  }

  evaluate(data: readonly InputData[], point: Float64Array, field: Float64Array): number {
    const { value, field: places } = this.#compiled;
    const inPlace = this.#lease.holds(point, field);
    if (inPlace) this.#forget(stage.prepare);
    else this.#endLease();
    this.#reach(stage.evaluate, data, point, inPlace);
    if (!inPlace) this.#arena.read(places.place, field);
    return value === undefined ? Number.NaN : this.#arena.number(value.place);
  }

  linearize(owner: ResidualOwner): void {
    this.#endLease();
    if (this.#owner === owner) return;
    this.#reach(stage.linearize, owner.data, owner.point);
    this.#owner = owner;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    const found = transpose ? this.#forTranspose() : this.#compiled.jacobian;
    this.#prepare(owner, found);
    this.#run(found, vectors, count, out);
  }

  multiplyBy(name: string, owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array): void {
    this.#endLease();
    const found = this.#map(name);
    if (this.#mapOwner !== owner) {
      this.#reach(stage.evaluate, owner.data, owner.point);
      this.#mapOwner = owner;
    }
    this.#prepareOwn(owner, found);
    this.#run(found, vectors, count, out);
  }

  #run(
    { directions, products, program }: LinearProgram,
    vectors: Float64Array,
    count: number,
    out: Float64Array,
  ): void {
    // The vectors are multiplied one after the other. Together they were measured to take up to twice as long: their
    // products have more matrices, not larger ones, and lose the cheapest order.
    for (let k = 0; k < count; k++) {
      this.#arena.write(directions.place, vectors, k * directions.length, directions.length);
      program.run();
      this.#arena.read(products.place, out, k * products.length, products.length);
    }
  }

  lend(owner: ResidualOwner, numbers: number, onProduct?: () => void): ProgramMemory | undefined {
    const { jacobian } = this.#compiled;
    return this.#lending.lend(numbers, () => {
      this.#prepare(owner, jacobian);
      onProduct?.();
    });
  }

  borrow(count: number): readonly Float64Array[] | undefined {
    // Nobody knows what became of the point of the last borrower, whose lease this ends.
    if (this.#lease.isOpen) this.#forget(stage.prepare);
    return this.#lease.begin(count);
  }

  /** Takes the program elsewhere if its vectors are lent, where nobody knows what became of the point. */
  #endLease(): void {
    if (!this.#lease.isOpen) return;
    this.#lease.end();
    this.#forget(stage.prepare);
  }

  /** Makes a program ready for products at the owner's point. */
  #prepare(owner: ResidualOwner, program: LinearProgram): void {
    const before = this.counts.linearizations;
    this.linearize(owner);
    this.counts.relinearizations += this.counts.linearizations - before;
    this.#prepareOwn(owner, program);
  }

  #prepareOwn(owner: ResidualOwner, program: LinearProgram): void {
    if (this.#owners.get(program) === owner) return;
    program.residuals.run();
    this.#owners.set(program, owner);
  }

  #forTranspose(): LinearProgram {
    this.#transposed ??= compileTransposed(this.#arena, this.#parts, this.#compiled, this.#options);
    return this.#transposed;
  }

  #map(name: string): LinearProgram {
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const graph = this.#parts.maps?.[name]?.();
    if (graph === undefined) throw new Error(`internal: engine: no map is named ${name}`);
    const made = compileProduct(this.#arena, this.#parts, graph, this.#compiled, this.#options);
    this.#maps.set(name, made);
    return made;
  }

  /** Runs the stages that are missing up to `wanted`; `inPlace`: the point lies where the program reads it. */
  #reach(wanted: Stage, data: readonly InputData[], point: Float64Array, inPlace = false): void {
    const { stages, data: places, point: pointPlace } = this.#compiled;
    if (this.#loaded !== data) {
      for (const [i, { place }] of places.entries()) this.#load(place, data[i]!);
      this.#loaded = data;
      stages[stage.prepare].run();
      this.#forget(stage.prepare);
    }
    if (this.#version !== this.#arena.version) {
      this.#version = this.#arena.version;
      this.#now = this.#arena.view(pointPlace.place, this.dimension);
    }
    if (this.#reached > stage.prepare && !sameBits(point, this.#now)) this.#forget(stage.prepare);
    if (this.#reached < stage.evaluate && wanted >= stage.evaluate) {
      if (!inPlace) this.#arena.write(pointPlace.place, point);
      stages[stage.evaluate].run();
      this.counts.evaluations++;
      this.#reached = stage.evaluate;
    }
    if (this.#reached < stage.linearize && wanted >= stage.linearize) {
      stages[stage.linearize].run();
      this.counts.linearizations++;
      this.#reached = stage.linearize;
    }
  }

  #load(place: number, data: InputData): void {
    if (data instanceof Float64Array) this.#arena.write(place, data);
    else data.write(this.#arena.view(place, data.length));
  }

  #forget(to: Stage): void {
    this.#reached = to;
    this.#owner = undefined;
    this.#mapOwner = undefined;
  }
}
