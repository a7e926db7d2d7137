import type { Node, Op, Shape } from "../graph/graph.ts";
import { broadcastShapes, sameShape } from "../graph/shapes.ts";

/** Operand of a kernel: `values` has the shape `source`, which broadcasts to the shape that the operation needs. */
export interface Operand {
  readonly values: Float64Array;
  readonly source: Shape;
}

/**
 * Prepares one operation on given arrays and returns a function that runs it without allocating. `out` is never an
 * operand.
 */
export type Kernel<K extends Op> = (node: Node<K>, operands: readonly Operand[], out: Float64Array) => () => void;

export function operandAt(operands: readonly Operand[], place: number): Operand {
  const operand = operands[place];
  if (operand === undefined) throw new Error(`internal: kernel: operand ${place} is missing`);
  return operand;
}

/** Returns the distances in `values` between neighbours along each axis of `shape`; 0 where the operand repeats. */
export function stridesIn(source: Shape, shape: Shape): number[] {
  if (!sameShape(broadcastShapes("kernel", source, shape), shape)) throw new Error("internal: kernel: shapes differ");
  const strides = shape.map(() => 0);
  let step = 1;
  for (let axis = source.length - 1; axis >= 0; axis--) {
    const extent = source[axis]!;
    if (extent !== 1) strides[shape.length - source.length + axis] = step;
    step *= extent;
  }
  return strides;
}

/** A row-major walk over a shape in several arrays at once: `outer` runs of `inner` steps. */
export interface Walk {
  readonly outer: number;
  readonly inner: number;
  /** Start of each run and step within a run, per array. */
  readonly arrays: readonly { readonly starts: Int32Array; readonly step: number }[];
}

/**
 * Makes a walk. Axes over which all arrays move as over one axis are merged first, so that runs are as long as
 * possible.
 */
export function walk(shape: Shape, strides: readonly (readonly number[])[]): Walk {
  const extents: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (const [axis, extent] of shape.entries()) {
    if (extent === 1) continue;
    const last = extents.length - 1;
    const merges = last >= 0 && steps.every((s, i) => s[last] === strides[i]![axis]! * extent);
    if (merges) extents[last] = extents[last]! * extent;
    else extents.push(extent);
    for (const [i, s] of steps.entries()) s[merges ? last : last + 1] = strides[i]![axis]!;
  }
  const inner = extents.pop() ?? 1;
  const outer = extents.reduce((product, extent) => product * extent, 1);
  return {
    outer,
    inner,
    arrays: steps.map((s) => ({
      step: s.length > extents.length ? s[extents.length]! : 0,
      starts: offsets(extents, s),
    })),
  };
}

/** Returns sum_axis steps[axis] * coordinate[axis] for all coordinates within `extents`, in row-major order. */
export function offsets(extents: readonly number[], steps: readonly number[]): Int32Array {
  let found = Int32Array.of(0);
  for (const [axis, extent] of extents.entries()) {
    const next = new Int32Array(found.length * extent);
    for (let i = 0, k = 0; i < found.length; i++) {
      for (let j = 0; j < extent; j++) next[k++] = found[i]! + j * steps[axis]!;
    }
    found = next;
  }
  return found;
}
