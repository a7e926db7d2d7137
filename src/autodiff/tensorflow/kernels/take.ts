import { type Node, type Shape, sizeOf } from "../../graph/graph.ts";
import { places as allPlaces } from "../../kernels/move.ts";
import { int32, integer, type Session, type Tensor, typeOf } from "../session.ts";
import type { Context, Kernel, Recipe } from "./kernel.ts";
import { type AxisPlaces, ascending, freeAxes, isIdentity, separated } from "./separable.ts";

/** A step of a chain, which makes a new tensor of one. */
export type Step = (x: Tensor) => Tensor;

/** Makes a recipe of steps that free what they have read, but for the operand. */
export function chained(operand: Node, { session }: Context, steps: readonly Step[]): Recipe {
  const [first, ...others] = steps;
  if (first === undefined) return { operands: [operand], make: ([x]) => session.plain("Identity", x!) };
  return {
    operands: [operand],
    make([x]) {
      let now = first(x!);
      for (const step of others) {
        const next = step(now);
        session.free(now);
        now = next;
      }
      return now;
    },
  };
}

const gatherAttributes = (session: Session) => [
  typeOf("Tparams", session.type),
  typeOf("Tindices", int32),
  typeOf("Taxis", int32),
  integer("batch_dims", 0),
];
export const sliceMasks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"].map((name) =>
  integer(name, 0),
);

export function reshaped(session: Session, shape: Shape): Step {
  const to = session.vector(shape);
  const attributes = [...session.typed, typeOf("Tshape", int32)];
  return (x) => session.op("Reshape", attributes, [x, to]);
}

export function transposed(session: Session, permutation: readonly number[]): Step {
  const order = session.vector(permutation);
  const attributes = [...session.typed, typeOf("Tperm", int32)];
  return (x) => session.op("Transpose", attributes, [x, order]);
}

export function broadcasted(session: Session, shape: Shape): Step {
  const to = session.vector(shape);
  const attributes = [...session.typed, typeOf("Tidx", int32)];
  return (x) => session.op("BroadcastTo", attributes, [x, to]);
}

/** Puts zeros around an array: how many before and after, for each axis. */
export function padded({ session, keep }: Context, before: readonly number[], after: readonly number[]): Step {
  const paddings = keep(
    session.indices(
      before.flatMap((count, axis) => [count, after[axis]!]),
      [before.length, 2],
    ),
  );
  const attributes = [...session.typed, typeOf("Tpaddings", int32)];
  return (x) => session.op("Pad", attributes, [x, paddings]);
}

/** Reads `count` places along each axis. */
function sliced(session: Session, ranges: readonly NonNullable<AxisPlaces["range"]>[]): Step {
  const begin = session.vector(ranges.map(({ start }) => start));
  if (ranges.every(({ step }) => step === 1)) {
    const size = session.vector(ranges.map(({ count }) => count));
    const attributes = [...session.typed, typeOf("Index", int32)];
    return (x) => session.op("Slice", attributes, [x, begin, size]);
  }
  const end = session.vector(
    ranges.map(({ start, step, count }) => (count === 0 ? start : start + (count - 1) * step + 1)),
  );
  const steps = session.vector(ranges.map(({ step }) => step));
  const attributes = [...session.typed, typeOf("Index", int32), ...sliceMasks];
  return (x) => session.op("StridedSlice", attributes, [x, begin, end, steps]);
}

function gathered({ session, keep }: Context, places: ArrayLike<number>, axis: number): Step {
  const indices = keep(session.indices(places));
  const along = session.integer(axis);
  const attributes = gatherAttributes(session);
  return (x) => session.op("GatherV2", attributes, [x, indices, along]);
}

/** Slices, pads and gathers along one axis after the other; where axes depend on each other, number by number. */
export const takeKernel: Kernel<"take"> = (node, context) => {
  const { session } = context;
  const [input] = node.inputs as readonly [Node];
  const [large, windows] = [input.shape, node.shape];
  const found = separated(node.attributes.maps, large, windows);
  if (found === undefined) return chained(input, context, numberByNumber(node, context));
  const steps: Step[] = [];
  const ranges = found.map(
    ({ range }, axis) => range ?? { start: 0, step: 1, count: large[axis]!, before: 0, after: 0 },
  );
  if (ranges.some(({ step, count }, axis) => step !== 1 || count !== large[axis])) steps.push(sliced(session, ranges));
  // Places beyond the edge read a zero that is put behind the last number.
  const after = found.map(({ range, places }) => range?.after ?? (places.includes(-1) ? 1 : 0));
  const before = ranges.map((range) => range.before);
  if ([...before, ...after].some((count) => count > 0)) steps.push(padded(context, before, after));
  for (const [axis, { range, places }] of found.entries()) {
    if (range !== undefined) continue;
    const inside = places.map((place) => (place < 0 ? large[axis]! : place));
    steps.push(gathered(context, inside, axis));
  }
  const order = found.flatMap(({ axes }) => axes);
  const permutation = ascending(found);
  const free = freeAxes(found, windows);
  const narrow = windows.map((extent, axis) => (free.includes(axis) ? 1 : extent));
  if (!isIdentity(permutation)) {
    steps.push(
      reshaped(
        session,
        order.map((axis) => windows[axis]!),
      ),
    );
    steps.push(transposed(session, permutation));
  }
  steps.push(reshaped(session, narrow));
  if (free.length > 0) steps.push(broadcasted(session, windows));
  return chained(input, context, steps);
};

function numberByNumber({ attributes, inputs, shape }: Node<"take">, context: Context): Step[] {
  const { session } = context;
  const large = inputs[0]!.shape;
  const size = sizeOf(large);
  const from = allPlaces(attributes.maps, large, shape);
  const isPartial = from.includes(-1);
  const steps = [reshaped(session, [size])];
  if (isPartial) steps.push(padded(context, [0], [1]));
  steps.push(gathered(context, isPartial ? from.map((place) => (place < 0 ? size : place)) : from, 0));
  steps.push(reshaped(session, shape));
  return steps;
}
