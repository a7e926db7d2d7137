import { type Node, sizeOf } from "../../graph/graph.ts";
import { places as allPlaces } from "../../kernels/move.ts";
import { int32, typeOf } from "../session.ts";
import type { Context, Kernel } from "./kernel.ts";
import { reduced } from "./reduce.ts";
import { type AxisPlaces, ascending, freeAxes, isIdentity, separated } from "./separable.ts";
import { chained, padded, reshaped, type Step, sliceMasks, transposed } from "./take.ts";

/** The adjoint of `take`: its steps backwards, each replaced by its adjoint. */
export const scatterAddKernel: Kernel<"scatterAdd"> = (node, context) => {
  const { session } = context;
  const [input] = node.inputs as readonly [Node];
  const [large, windows] = [node.shape, input.shape];
  const found = separated(node.attributes.maps, large, windows);
  if (found === undefined) {
    const to = allPlaces(node.attributes.maps, large, windows);
    return chained(input, context, [
      reshaped(session, [sizeOf(windows)]),
      added(context, to, sizeOf(large)),
      reshaped(session, large),
    ]);
  }
  const steps: Step[] = [];
  const free = freeAxes(found, windows);
  if (free.length > 0) steps.push((x) => reduced(session, "Sum", x, free));
  const order = found.flatMap(({ axes }) => axes);
  const permutation = ascending(found);
  if (!isIdentity(permutation)) {
    const sorted = order.toSorted((a, b) => a - b);
    steps.push(
      reshaped(
        session,
        sorted.map((axis) => windows[axis]!),
      ),
    );
    steps.push(
      transposed(
        session,
        order.map((axis) => sorted.indexOf(axis)),
      ),
    );
  }
  steps.push(
    reshaped(
      session,
      found.map(({ places }) => places.length),
    ),
  );
  for (const [axis, { range, places }] of found.entries()) {
    if (range === undefined) steps.push(...addedAlong(context, axis, places, large));
  }
  const ranges = found.map(
    ({ range }, axis) => range ?? { start: 0, step: 1, count: large[axis]!, before: 0, after: 0 },
  );
  steps.push(...spread(context, ranges, large));
  return chained(input, context, steps);
};

/** Adds rows to the rows with the given numbers; those with -1 are left out. */
function added({ session, keep }: Context, to: ArrayLike<number>, count: number): Step {
  const rows = keep(session.indices(to));
  const size = session.integer(count);
  const attributes = [...session.typed, typeOf("Tindices", int32), typeOf("Tnumsegments", int32)];
  return (x) => session.op("UnsortedSegmentSum", attributes, [x, rows, size]);
}

/** The same along another axis, which becomes the first one meanwhile. */
function addedAlong(context: Context, axis: number, places: readonly number[], large: readonly number[]): Step[] {
  const step = added(context, places, large[axis]!);
  if (axis === 0) return [step];
  const axes = large.map((_, i) => i);
  const first = [axis, ...axes.filter((i) => i !== axis)];
  const back = axes.map((i) => first.indexOf(i));
  return [transposed(context.session, first), step, transposed(context.session, back)];
}

/** Puts the numbers of ranges into a larger array of zeros. */
function spread(
  context: Context,
  ranges: readonly NonNullable<AxisPlaces["range"]>[],
  large: readonly number[],
): Step[] {
  const { session } = context;
  const steps: Step[] = [];
  if (ranges.some(({ before, after }) => before + after > 0)) {
    const begin = session.vector(ranges.map(({ before }) => before));
    const size = session.vector(ranges.map(({ count }) => count));
    const attributes = [...session.typed, typeOf("Index", int32)];
    steps.push((x) => session.op("Slice", attributes, [x, begin, size]));
  }
  if (ranges.every(({ count }, axis) => count === large[axis])) return steps;
  if (ranges.every(({ step }) => step === 1)) {
    const before = ranges.map(({ start }) => start);
    const after = ranges.map(({ start, count }, axis) => large[axis]! - start - count);
    return [...steps, padded(context, before, after)];
  }
  const begin = session.vector(ranges.map(({ start }) => start));
  const end = session.vector(
    ranges.map(({ start, step, count }) => (count === 0 ? start : start + (count - 1) * step + 1)),
  );
  const strides = session.vector(ranges.map(({ step }) => step));
  const shape = session.vector(large);
  const attributes = [...session.typed, typeOf("Index", int32), ...sliceMasks];
  return [...steps, (x) => session.op("StridedSliceGrad", attributes, [shape, begin, end, strides, x])];
}
