/** Compiles a field to WebAssembly, after the passes on graphs (`passes/linearize.ts`). */

import type { FieldParts } from "../fieldParts.ts";
import { type Graph, type Node, sizeOf } from "../graph/graph.ts";
import { type Linearization, type LinearizeOptions, linearize, linearizeGraph } from "../passes/linearize.ts";
import type { Arena } from "./arena.ts";
import type { EmitOptions } from "./emit/emit.ts";
import { draftLinear, type LinearDraft, type Read } from "./linear.ts";
import { windowTakes } from "./lower/windows.ts";
import type { Outside } from "./outside.ts";
import { type Fixed, type Parts, reserveParts } from "./parts.ts";
import { compilePrograms, type Draft, type Program } from "./program.ts";
import { stagesOf } from "./stages.ts";

/** Options of {@link compile}. */
export interface CompileOptions {
  readonly rewrite: NonNullable<LinearizeOptions["rewrite"]>;
  readonly emit: EmitOptions;
}

/** Products with J or J^T: vectors go in at `directions`, results come out at `products`. */
export interface LinearProgram {
  readonly directions: Parts;
  readonly products: Parts;
  readonly reads: readonly Read[];
  /** Computes residuals that only this program reads. */
  readonly residuals: Program;
  readonly program: Program;
}

/** The programs of a field over one memory. */
export interface CompiledField {
  readonly point: Parts;
  readonly data: readonly Fixed[];
  readonly value: Fixed | undefined;
  readonly field: Parts;
  /** Results that last from one program to the next. */
  readonly buffers: ReadonlyMap<Node, Fixed>;
  /** Those of them that are valid as soon as value and field are computed. */
  readonly early: ReadonlyMap<Node, Fixed>;
  /** Programs that compute what depends on the data alone, then value and field, then residuals. */
  readonly stages: readonly [prepare: Program, evaluate: Program, linearize: Program];
  readonly jacobian: LinearProgram;
}

/**
 * Compiles value, field and J v, in these passes:
 *
 *     linearize     the graph of J v, and the residuals it reads       passes/linearize.ts
 *     stagesOf      what runs once per data, per point, per product    stages.ts, linear.ts
 *     lower, fuse   nodes become steps, elementwise ones share loops   lower/lower.ts
 *     plan          results that live at once get different places     plan.ts
 *     emit          steps become WebAssembly                           emit/emit.ts
 *
 * `compilePrograms` does the last three.
 */
export function compile(arena: Arena, parts: FieldParts, options: CompileOptions): CompiledField {
  const { builder, parameters, field } = parts;
  const jacobian = linearize(builder, field, parameters, linearizeOptions(options));
  return compileGraphs(arena, parts, jacobian, options.emit);
}

/** Options of {@link compileGraphs}. */
interface GraphOptions {
  /** Extent of the first axis of all parts of the field, if it consists of that many vectors and has no value. */
  readonly rows?: number | undefined;
  /** Chooses the data, in their order, that products may read where they lie. */
  readonly outside?: (data: readonly Fixed[]) => Outside | undefined;
}

/**
 * Compiles value and field, and a linear map whose residuals depend on the same point and data.
 */
export function compileGraphs(
  arena: Arena,
  { parameters, data = [], value, field }: Pick<FieldParts, "parameters" | "data" | "value" | "field">,
  jacobian: Linearization,
  emit: EmitOptions,
  { rows, outside: outsideOf }: GraphOptions = {},
): CompiledField {
  const buffers = new Map<Node, Fixed>();
  const keep = (node: Node): Fixed => {
    const buffer = buffers.get(node) ?? arena.reserve(sizeOf(node.shape));
    buffers.set(node, buffer);
    return buffer;
  };
  const point = reserveParts(arena, parameters);
  for (const [i, node] of parameters.entries()) buffers.set(node, point.buffers[i]!);
  const dataPlaces = data.map(keep);

  const outputs = value === undefined ? field : [value, ...field];
  const valuePlace = value === undefined ? undefined : arena.reserve(1);
  const fieldPlaces = reserveParts(arena, field, rows);
  const places = valuePlace === undefined ? fieldPlaces.buffers : [valuePlace, ...fieldPlaces.buffers];
  const distance = rows === undefined ? {} : { distance: fieldPlaces.length / rows };
  const delivered = outputs.map((node, i) => ({ node, buffer: places[i]!, ...distance }));
  const stages = stagesOf(outputs, jacobian.residuals, parameters, emit.native?.windows);
  let early: ReadonlyMap<Node, Fixed> = buffers;
  const drafts = stages.map((stage): Draft => {
    const given = new Map(buffers);
    const results = [...stage.kept].map((node) => ({ node, buffer: keep(node) }));
    if (stage === stages[1]) early = new Map(buffers);
    return { nodes: stage.nodes, given, results: stage === stages[1] ? [...delivered, ...results] : results };
  });
  const linear = draftLinear(arena, jacobian, new Map(buffers), emit.native?.windows);
  const programs = compilePrograms(arena, [...drafts, ...linear.drafts], emit, outsideOf?.(dataPlaces));
  const [prepare, evaluate, residuals] = programs as [Program, Program, Program];
  return {
    point,
    data: dataPlaces,
    value: valuePlace,
    field: fieldPlaces,
    buffers,
    early,
    stages: [prepare, evaluate, residuals],
    jacobian: started(linear, programs.slice(drafts.length)),
  };
}

/** Native kernels read windows of images from the images, which are therefore kept instead. */
export function linearizeOptions({ rewrite, emit }: CompileOptions): LinearizeOptions {
  const native = emit.native?.windows;
  if (native === undefined) return { rewrite };
  return { rewrite, repeated: (nodes, outputs) => windowTakes(nodes, outputs, native) };
}

/** Compiles J^T u for a field that is compiled already, whose residuals it reads. */
export function compileTransposed(
  arena: Arena,
  { builder, field, parameters }: FieldParts,
  { buffers }: CompiledField,
  options: CompileOptions,
): LinearProgram {
  const graph = linearize(builder, field, parameters, { transpose: true, ...linearizeOptions(options) });
  const linear = draftLinear(arena, graph, new Map(buffers), options.emit.native?.windows);
  return started(linear, compilePrograms(arena, linear.drafts, options.emit));
}

/** Compiles a graph that is linear in its directions, for a field that is compiled already, whose forward pass it reads. */
export function compileProduct(
  arena: Arena,
  { builder }: FieldParts,
  graph: Graph,
  { early }: CompiledField,
  options: CompileOptions,
): LinearProgram {
  const linear = linearizeGraph(builder, graph, linearizeOptions(options));
  const draft = draftLinear(arena, linear, new Map(early), options.emit.native?.windows);
  return started(draft, compilePrograms(arena, draft.drafts, options.emit));
}

/** Computes now what depends on no input. */
function started(
  { directions, products, reads }: LinearDraft,
  [constants, residuals, program]: readonly Program[],
): LinearProgram {
  if (constants === undefined || residuals === undefined || program === undefined) {
    throw new Error("internal: compile: three programs are needed");
  }
  constants.run();
  return { directions, products, reads, residuals, program };
}
