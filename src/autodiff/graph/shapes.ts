import type { Attributes, Op, Shape } from "./graph.ts";
import { sizeOf } from "./graph.ts";

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Makes the error for an impossible graph. It is a mistake in fluxion, since what users write is checked before. */
export function shapeError(op: string, message: string): Error {
  return new Error(`internal: ${op}: ${message}`);
}

/** Returns the common shape of operands, right-aligned as in NumPy. */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let common = 1;
    for (const shape of shapes) {
      const extent = shape[axis - rank + shape.length] ?? 1;
      if (extent === 1 || extent === common) continue;
      if (common !== 1) throw shapeError(op, `shapes ${shapes.map(showShape).join(" and ")} do not broadcast`);
      common = extent;
    }
    return common;
  });
}

/** Returns `shape` with extent 1 at `axes`. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
}

/** Returns `shape` without `axes`. */
export function reducedShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.filter((_, axis) => !axes.includes(axis));
}

type Infer<K extends Op> = (attributes: Attributes[K], inputs: readonly Shape[], op: K) => Shape;

const first = (inputs: readonly Shape[], op: string): Shape => {
  const shape = inputs[0];
  if (shape === undefined) throw shapeError(op, "an operand is missing");
  return shape;
};

const alike =
  (count: number): Infer<Op> =>
  (_, inputs, op) => {
    const shape = first(inputs, op);
    if (inputs.length !== count || !inputs.every((other) => sameShape(shape, other))) {
      throw shapeError(op, `expected ${count} operands of one shape, got ${inputs.map(showShape).join(", ")}`);
    }
    return shape;
  };
const one = alike(1);
const two = alike(2);

const source =
  <K extends "input" | "constant" | "fill">(): Infer<K> =>
  ({ shape }, inputs, op) => {
    if (inputs.length > 0) throw shapeError(op, `expected no operand, got ${inputs.length}`);
    if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
      throw shapeError(op, `${showShape(shape)} is not a shape`);
    }
    return shape;
  };

const reduction: Infer<"sum" | "reduceMax" | "logSumExp"> = ({ axes }, inputs, op) => {
  const shape = first(inputs, op);
  for (const [i, axis] of axes.entries()) {
    if (!isAxis(axis, shape) || (i > 0 && axis <= axes[i - 1]!)) {
      throw shapeError(op, `expected ascending axes of ${showShape(shape)}, got ${showShape(axes)}`);
    }
  }
  return reducedShape(shape, axes);
};

const moved =
  (large: "input" | "output"): Infer<"take" | "scatterAdd"> =>
  ({ maps, shape }, inputs, op) => {
    const given = first(inputs, op);
    const [whole, windows] = large === "input" ? [given, shape] : [shape, given];
    if (maps.length !== whole.length || maps.some((map) => map.strides.length !== windows.length)) {
      throw shapeError(op, `expected ${whole.length} maps of ${windows.length} strides each`);
    }
    return shape;
  };

function isAxis(axis: number, shape: Shape): boolean {
  return Number.isInteger(axis) && axis >= 0 && axis < shape.length;
}

/** Infers the shape of every primitive's result. Throws if operands or attributes do not fit. */
export const inferShape: { readonly [K in Op]: Infer<K> } = {
  input: source<"input">(),
  constant(attributes, inputs, op) {
    const { shape, values } = attributes;
    if (values.length !== sizeOf(shape)) {
      throw shapeError(op, `expected ${sizeOf(shape)} values for the shape ${showShape(shape)}, got ${values.length}`);
    }
    return source<"constant">()(attributes, inputs, op);
  },
  fill: source<"fill">(),
  neg: one,
  exp: one,
  expm1: one,
  log: one,
  log1p: one,
  sqrt: one,
  sin: one,
  cos: one,
  tan: one,
  asin: one,
  acos: one,
  atan: one,
  sinh: one,
  cosh: one,
  tanh: one,
  asinh: one,
  acosh: one,
  atanh: one,
  sigmoid: one,
  logisticDensity: one,
  softplus: one,
  erf: one,
  abs: one,
  sign: one,
  floor: one,
  ceil: one,
  round: one,
  not: one,
  add: two,
  sub: two,
  mul: two,
  div: two,
  pow: two,
  atan2: two,
  max: two,
  min: two,
  less: two,
  lessEqual: two,
  equal: two,
  select: alike(3),
  matmul({ transposeA, transposeB }, inputs, op) {
    const a = first(inputs, op);
    const b = inputs[1];
    if (b === undefined || inputs.length !== 2 || a.length < 2 || a.length !== b.length) {
      throw shapeError(op, `expected two operands of one rank, 2 or more, got ${inputs.map(showShape).join(", ")}`);
    }
    const rank = a.length;
    const [rows, innerA] = transposeA ? [a[rank - 1]!, a[rank - 2]!] : [a[rank - 2]!, a[rank - 1]!];
    const [innerB, columns] = transposeB ? [b[rank - 1]!, b[rank - 2]!] : [b[rank - 2]!, b[rank - 1]!];
    if (innerA !== innerB || !sameShape(a.slice(0, -2), b.slice(0, -2))) {
      const show = (shape: Shape, flag: boolean): string => showShape(shape) + (flag ? "^T" : "");
      throw shapeError(op, `${show(a, transposeA)} and ${show(b, transposeB)} do not multiply`);
    }
    return [...a.slice(0, -2), rows, columns];
  },
  sum: reduction,
  reduceMax(attributes, inputs, op) {
    const shape = reduction(attributes, inputs, op);
    if (sizeOf(first(inputs, op)) === 0 && sizeOf(shape) > 0) throw shapeError(op, "no numbers to choose from");
    return shape;
  },
  logSumExp: reduction,
  argMax({ axis }, inputs, op) {
    const shape = first(inputs, op);
    if (!isAxis(axis, shape)) throw shapeError(op, `${showShape(shape)} has no axis ${axis}`);
    return reducedShape(shape, [axis]);
  },
  cumsum({ axis }, inputs, op) {
    const shape = first(inputs, op);
    if (!isAxis(axis, shape)) throw shapeError(op, `${showShape(shape)} has no axis ${axis}`);
    return shape;
  },
  reshape({ shape }, inputs, op) {
    const given = first(inputs, op);
    if (sizeOf(given) !== sizeOf(shape)) {
      throw shapeError(op, `${showShape(given)} and ${showShape(shape)} differ in size`);
    }
    return shape;
  },
  broadcast({ shape }, inputs, op) {
    const given = first(inputs, op);
    if (given.length > shape.length || !sameShape(broadcastShapes(op, given, shape), shape)) {
      throw shapeError(op, `${showShape(given)} does not broadcast to ${showShape(shape)}`);
    }
    return shape;
  },
  transpose({ permutation }, inputs, op) {
    const shape = first(inputs, op);
    const sorted = permutation.toSorted((a, b) => a - b);
    if (permutation.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
      throw shapeError(op, `${showShape(permutation)} does not permute the axes of ${showShape(shape)}`);
    }
    return permutation.map((axis) => shape[axis]!);
  },
  take: moved("input"),
  scatterAdd: moved("output"),
};
