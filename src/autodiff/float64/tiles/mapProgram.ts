import type { GraphBuilder } from "../../build/builder.ts";
import { isOp, type Node } from "../../graph/graph.ts";
import { reachable } from "../../graph/walk.ts";
import { split } from "../../passes/split.ts";
import type { Arena, Help } from "../arena.ts";
import { type BackendOptions, backendOf } from "../backend.ts";
import { type CompiledField, compileGraphs, linearizeOptions } from "../compile.ts";
import type { Outside, Sampled } from "../outside.ts";
import type { Fixed } from "../parts.ts";

/** A graph of a point and data whose further outputs are linear in directions. */
interface MapGraph {
  readonly builder: GraphBuilder;
  readonly parameters: readonly Node<"input">[];
  readonly directions: readonly Node<"input">[];
  readonly data: readonly Node<"input">[];
  /** Outputs that do not depend on the directions. */
  readonly outputs: readonly Node[];
  readonly linear: readonly Node[];
  /** Extent of the first axis of all outputs, if they lie side by side, row by row. Default: one after the other. */
  readonly rows?: number | undefined;
  /** For each of the data: the samples that programs read, if products may read them where they lie. Default: none. */
  readonly sampled?: readonly (Sampled | undefined)[];
}

/** Programs of a graph over a memory of their own: the outputs are the field, the linear ones the Jacobian's product. */
export function compileMap(
  graph: MapGraph,
  options: BackendOptions,
  help?: Help,
): { arena: Arena; compiled: CompiledField } {
  const { builder, parameters, directions, data, outputs, linear, rows, sampled = [] } = graph;
  const { arena, compile, readsAnywhere } = backendOf(options, help);
  const others = reachable(linear).filter((node) => isOp(node, "input") && !directions.includes(node));
  const inputs = [...directions, ...others.filter((node) => isOp(node, "input"))];
  const jacobian = { directions, ...split(builder, { inputs, outputs: linear }, linearizeOptions(compile).repeated) };
  const outside = (places: readonly Fixed[]): Outside | undefined =>
    readsAnywhere
      ? arena.readOutside(
          places.flatMap((place, i) => (sampled[i] === undefined ? [] : [[place, sampled[i]] as const])),
        )
      : undefined;
  const compiled = compileGraphs(arena, { parameters, data, field: outputs }, jacobian, compile.emit, {
    rows,
    outside,
  });
  return { arena, compiled };
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
