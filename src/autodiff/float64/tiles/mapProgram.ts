import type { FieldParts } from "../../fieldParts.ts";
import type { Arena } from "../arena.ts";
import { type BackendOptions, backendOf } from "../backend.ts";
import { type CompiledField, type CompileOptions, compile, compileTransposed, type LinearProgram } from "../compile.ts";

/** Which product with a Jacobian: J v or J^T u. */
export type Product = "forward" | "transposed";

/** A differentiable map between vectors of different lengths, compiled over a memory of its own. */
export class MapProgram {
  readonly arena: Arena;
  readonly compiled: CompiledField;
  readonly inputs: number;
  readonly outputs: number;
  readonly #parts: FieldParts;
  readonly #options: CompileOptions;
  #transposed: LinearProgram | undefined;

  constructor(parts: FieldParts, options: BackendOptions, dataLast: boolean) {
    const { arena, compile: compileOptions } = backendOf(options);
    this.arena = arena;
    this.#parts = parts;
    this.#options = { ...compileOptions, dataLast };
    this.compiled = compile(arena, parts, this.#options);
    this.inputs = this.compiled.point.length;
    this.outputs = this.compiled.field.length;
  }

  /** Returns the program of a product. That of J^T u is compiled when it is first needed. */
  linear(product: Product): LinearProgram {
    if (product === "forward") return this.compiled.jacobian;
    this.#transposed ??= compileTransposed(this.arena, this.#parts, this.compiled, this.#options);
    return this.#transposed;
  }
}

/** Writes numbers of the memory to an array, or adds them to it. */
export function collect(arena: Arena, place: number, into: Float64Array, at: number, size: number, add: boolean): void {
  if (!add) {
    arena.read(place, into, at, size);
    return;
  }
  const numbers = arena.view(place, size);
  for (let i = 0; i < size; i++) into[at + i]! += numbers[i]!;
}
