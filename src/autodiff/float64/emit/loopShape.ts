import { sizeOf } from "../../graph/graph.ts";
import type { Access, LoopStep } from "../lower/steps.ts";

/** An access of a loop once axes are merged: how it moves, in bytes. */
export interface Walk {
  readonly access: Access;
  /** From one entry of a run to the next: 8 or 0, or something else. */
  readonly step: number;
  /** Added to its address after each pass of an outer loop, outermost first. */
  readonly advances: readonly number[];
}

/** A loop as nested loops around runs along the last axis. */
export interface LoopShape {
  /** How often, outermost first. */
  readonly outer: readonly number[];
  /** Entries of a run. */
  readonly run: number;
  readonly loads: readonly Walk[];
  readonly stores: readonly Walk[];
  readonly sums: readonly (Walk & {
    /** Whether a run is added up in a register. */
    readonly within: boolean;
    /** Whether the result is written once, so that memory need not be 0 before. */
    readonly once: boolean;
  })[];
}

/** Axes over which everything moves as over one are merged, so that runs are as long as they can be. */
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
