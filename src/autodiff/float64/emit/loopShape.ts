import { sizeOf } from "../../graph/graph.ts";
import type { Access, LoopStep } from "../lower/steps.ts";

/** How an access of a loop moves, in bytes, after axes are merged. */
export interface Walk {
  readonly access: Access;
  /** Distance from one entry of a run to the next: 8, 0 or another number. */
  readonly step: number;
  /** What is added to the address after each pass of an outer loop, outermost first. */
  readonly advances: readonly number[];
}

/** A loop as nested loops around runs along the last axis. */
export interface LoopShape {
  /** Numbers of passes, outermost first. */
  readonly outer: readonly number[];
  /** Number of entries of a run. */
  readonly run: number;
  readonly loads: readonly Walk[];
  readonly stores: readonly Walk[];
  readonly sums: readonly (Walk & {
    /** Whether each run is added up in a register. */
    readonly within: boolean;
    /** Whether each result is written once only, so that memory need not be 0 before. */
    readonly once: boolean;
  })[];
}

/** Merges neighbouring axes over which every access moves as over one axis, so that runs are as long as possible. */
export function loopShape(step: LoopStep): LoopShape {
  const loads = step.values.flatMap((value) => (value.kind === "load" ? [value.access] : []));
  const stores = step.stores.map(({ access }) => access);
  const sums = step.sums.map(({ access }) => access);
  const all = [...loads, ...stores, ...sums];
  const extents: number[] = [];
  const strides: number[][] = all.map(() => []);
  for (const [axis, extent] of step.shape.entries()) {
    const last = extents.length - 1;
    const merges = last >= 0 && all.every((access, i) => strides[i]![last] === access.strides[axis]! * extent);
    if (merges) extents[last]! *= extent;
    else extents.push(extent);
    for (const [i, access] of all.entries()) strides[i]![merges ? last : last + 1] = access.strides[axis]!;
  }
  const run = extents.pop() ?? 1;
  const walks = all.map((access, i): Walk => {
    const own = strides[i]!;
    const advances = extents.map(
      (_, level) => 8 * (own[level]! - (level + 1 < extents.length ? own[level + 1]! * extents[level + 1]! : 0)),
    );
    return { access, step: 8 * (own[extents.length] ?? 1), advances };
  });
  return {
    outer: extents,
    run: sizeOf(step.shape) === 0 ? 0 : run,
    loads: walks.slice(0, loads.length),
    stores: walks.slice(loads.length, loads.length + stores.length),
    sums: walks.slice(loads.length + stores.length).map((walk, i) => {
      const own = strides[loads.length + stores.length + i]!;
      const within = step.shape.length > 0 && own[extents.length] === 0;
      return { ...walk, within, once: within && extents.every((_, level) => own[level] !== 0) };
    }),
  };
}
