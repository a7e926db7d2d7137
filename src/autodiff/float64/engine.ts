import { findBlas } from "../../linalg/blas/blas.ts";
import { hasMultiplyAdd } from "../../linalg/wasm/module.ts";
import type { FieldCounts, FieldEngine, ResidualOwner } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { type Node, sizeOf } from "../graph/graph.ts";
import { normalForm } from "../passes/normalForm.ts";
import { regroup } from "../passes/regroup.ts";
import { Arena } from "./arena.ts";
import type { EmitOptions } from "./emit/emit.ts";
import { draftLinear, type LinearDraft } from "./linear.ts";
import { type LinearGraphOptions, linearGraph } from "./linearGraph.ts";
import { type Fixed, type Parts, reserveParts } from "./parts.ts";
import { compilePrograms, type Draft, type Program } from "./program.ts";
import { stagesOf } from "./stages.ts";

export interface EngineOptions {
  /** As `FLUXION_BLAS`; default: that variable. */
  readonly blas?: string;
  /** Fused multiply-add where the engine has it: faster, other last bits. Default: whether `FLUXION_FMA` is `on`. */
  readonly fused?: boolean;
  /** Whether products of matrices may be put in other brackets in J v. Default: unless `FLUXION_REGROUP` is `off`. */
  readonly regroup?: boolean;
}

/** What is valid in memory: the numbers of this stage and earlier ones. */
const stage = { none: -1, prepare: 0, evaluate: 1, linearize: 2 } as const;
type Stage = (typeof stage)[keyof typeof stage];

type Rewrite = NonNullable<LinearGraphOptions["rewrite"]>;

interface LinearProgram {
  readonly directions: Parts;
  readonly products: Parts;
  /** Residuals of its own, and whose they are. */
  readonly residuals: Program;
  owner?: ResidualOwner;
  readonly program: Program;
}

/** A field's graphs as WebAssembly over one memory, in three stages, and its Jacobian as programs that read residuals. */
export class Float64Engine implements FieldEngine {
  readonly dimension: number;
  readonly counts: { -readonly [K in keyof FieldCounts]: number } = {
    evaluations: 0,
    linearizations: 0,
    relinearizations: 0,
  };
  readonly #parts: FieldParts;
  readonly #options: EmitOptions;
  readonly #rewrite: Rewrite;
  readonly #arena: Arena;
  /** Of every node that is kept between programs. */
  readonly #buffers = new Map<Node, Fixed>();
  readonly #point: Parts;
  readonly #data: readonly Fixed[];
  readonly #value: Fixed | undefined;
  readonly #field: Parts;
  readonly #stages: readonly Program[];
  readonly #linear = new Map<boolean, LinearProgram>();
  /** The point as it lies in memory: that of all that is valid there, once something is. */
  #now: Float64Array = new Float64Array(0);
  #version = -1;
  #loaded: readonly Float64Array[] | undefined;
  #owner: ResidualOwner | undefined;
  #reached: Stage = stage.none;

  constructor(parts: FieldParts, options: EngineOptions = {}) {
    const { blas, fused = process.env.FLUXION_FMA === "on" } = options;
    this.#rewrite = cheapest(parts.parameters, options.regroup ?? process.env.FLUXION_REGROUP !== "off");
    const library = findBlas(blas);
    this.#parts = parts;
    const arena = new Arena(library);
    this.#arena = arena;
    this.#options = {
      blas: library !== undefined,
      fused: fused && hasMultiplyAdd(),
      packing: (bytes) => arena.packing(bytes),
    };
    const { builder, parameters, data = [], value, field } = parts;
    this.#point = reserveParts(this.#arena, parameters);
    for (const [i, node] of parameters.entries()) this.#buffers.set(node, this.#point.buffers[i]!);
    this.#data = data.map((node) => this.#keep(node));
    this.dimension = this.#point.length;

    const jacobian = linearGraph(builder, field, parameters, { rewrite: this.#rewrite });
    const outputs = value === undefined ? field : [value, ...field];
    this.#value = value === undefined ? undefined : this.#arena.reserve(1);
    this.#field = reserveParts(this.#arena, field);
    const places = value === undefined ? this.#field.buffers : [this.#value!, ...this.#field.buffers];
    const delivered = outputs.map((node, i) => ({ node, buffer: places[i]! }));
    const drafts = stagesOf(outputs, jacobian.residuals, parameters).map(({ nodes, kept }, i): Draft => {
      const given = new Map(this.#buffers);
      const results = [...kept].map((node) => ({ node, buffer: this.#keep(node) }));
      return { nodes, given, results: i === stage.evaluate ? [...delivered, ...results] : results };
    });
    const linear = draftLinear(this.#arena, jacobian, new Map(this.#buffers));
    const programs = compilePrograms(this.#arena, [...drafts, ...linear.drafts], this.#options);
    this.#stages = programs.slice(0, drafts.length);
    this.#linear.set(false, started(linear, programs.slice(drafts.length)));
  }

  /** Bytes: all memory, what temporary results share, the most that lives at once (no plan takes less), machine code as bytes of WebAssembly. */
  get memory(): { memory: number; scratch: number; lowerBound: number; code: number } {
    const programs = [...this.#stages, ...[...this.#linear.values()].map(({ program }) => program)];
    return {
      memory: this.#arena.bytes,
      scratch: Math.max(...programs.map(({ plan }) => plan.bytes)),
      lowerBound: Math.max(...programs.map(({ plan }) => plan.lowerBound)),
      code: programs.reduce((sum, { codeBytes }) => sum + codeBytes, 0),
    };
  }

  evaluate(data: readonly Float64Array[], point: Float64Array, field: Float64Array): number {
    this.#reach(stage.evaluate, data, point);
    this.#arena.read(this.#field.place, field);
    return this.#value === undefined ? Number.NaN : this.#arena.number(this.#value.place);
  }

  linearize(owner: ResidualOwner): void {
    if (this.#owner === owner) return;
    this.#reach(stage.linearize, owner.data, owner.point);
    this.#owner = owner;
  }

  multiply(owner: ResidualOwner, vectors: Float64Array, count: number, out: Float64Array, transpose = false): void {
    const before = this.counts.linearizations;
    this.linearize(owner);
    this.counts.relinearizations += this.counts.linearizations - before;
    const found = this.#program(transpose);
    if (found.owner !== owner) {
      found.residuals.run();
      found.owner = owner;
    }
    // One after the other: together they were measured to take up to twice as long, since their products are no larger
    // matrices but more, and no longer put in the cheapest order.
    const { dimension } = this;
    for (let at = 0; at < count * dimension; at += dimension) {
      this.#arena.write(found.directions.place, vectors, at, dimension);
      found.program.run();
      this.#arena.read(found.products.place, out, at, dimension);
    }
  }

  /** Runs the stages that are missing up to `wanted`. */
  #reach(wanted: Stage, data: readonly Float64Array[], point: Float64Array): void {
    if (this.#loaded !== data) {
      for (const [i, { place }] of this.#data.entries()) this.#arena.write(place, data[i]!);
      this.#loaded = data;
      this.#stages[stage.prepare]!.run();
      this.#forget(stage.prepare);
    }
    if (this.#version !== this.#arena.version) {
      this.#version = this.#arena.version;
      this.#now = this.#arena.view(this.#point.place, this.dimension);
    }
    if (this.#reached > stage.prepare && !sameBits(point, this.#now)) this.#forget(stage.prepare);
    if (this.#reached < stage.evaluate && wanted >= stage.evaluate) {
      this.#arena.write(this.#point.place, point);
      this.#stages[stage.evaluate]!.run();
      this.counts.evaluations++;
      this.#reached = stage.evaluate;
    }
    if (this.#reached < stage.linearize && wanted >= stage.linearize) {
      this.#stages[stage.linearize]!.run();
      this.counts.linearizations++;
      this.#reached = stage.linearize;
    }
  }

  #forget(to: Stage): void {
    this.#reached = to;
    this.#owner = undefined;
  }

  #keep(node: Node): Fixed {
    let buffer = this.#buffers.get(node);
    if (buffer === undefined) {
      buffer = this.#arena.reserve(sizeOf(node.shape));
      this.#buffers.set(node, buffer);
    }
    return buffer;
  }

  /** J^T is compiled when it is first asked for. */
  #program(transpose: boolean): LinearProgram {
    let found = this.#linear.get(transpose);
    if (found === undefined) {
      const { builder, field, parameters } = this.#parts;
      const graph = linearGraph(builder, field, parameters, { transpose, rewrite: this.#rewrite });
      const linear = draftLinear(this.#arena, graph, new Map(this.#buffers));
      found = started(linear, compilePrograms(this.#arena, linear.drafts, this.#options));
      this.#linear.set(transpose, found);
    }
    return found;
  }
}

/** The passes on what is linear in v. */
function cheapest(parameters: readonly Node[], regrouping: boolean): Rewrite {
  return (builder, products, directions) => {
    const normal = normalForm(builder, products, directions);
    return regrouping ? regroup(builder, normal, directions, parameters) : normal;
  };
}

/** What depends on no input is computed now. */
function started(
  { directions, products }: LinearDraft,
  [constants, residuals, program]: readonly Program[],
): LinearProgram {
  if (constants === undefined || residuals === undefined || program === undefined) {
    throw new Error("internal: engine: three programs are needed");
  }
  constants.run();
  return { directions, products, residuals, program };
}

/** 0 and -0 differ: their reciprocals do. NaN differs from itself, which costs an evaluation. */
function sameBits(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < b.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y || (x === 0 && 1 / x !== 1 / y)) return false;
  }
  return true;
}
