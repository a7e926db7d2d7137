/** Every primitive on TensorFlow's kernels, beside the interpreter. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { compileFunction } from "../../../src/autodiff/compileFunction.ts";
import { type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../../src/autodiff/graph/operations.ts";
import { scalarFunctions } from "../../../src/autodiff/kernels/scalars.ts";
import { compileValues } from "../../../src/autodiff/valuesProgram.ts";
import { assertClose } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { hasTensorFlow } from "../../support/tensorflowBinding.ts";

const binaryOps = ["add", "sub", "mul", "div", "pow", "atan2", "max", "min", "less", "lessEqual", "equal"] as const;
const unaryOps = (Object.keys(scalarFunctions) as (UnaryOp | BinaryOp)[]).filter(
  (op): op is UnaryOp => !binaryOps.some((other) => other === op),
);
const plainNumbers = [0, 0.5, -0.5, 1, -1, 2.5, -3.5, 1e-9, -1e-9, 0.999, 30, -30];
const specials = [...plainNumbers, -0, 700, -700, Infinity, -Infinity, NaN];

/** The outputs of a graph without parameters, one after the other. */
function found(
  builder: GraphBuilder,
  data: readonly Node<"input">[],
  outputs: readonly Node[],
  numbers: readonly Float64Array[],
  precision: "float64" | "float32" = "float64",
): Float64Array {
  const program = compileValues({ builder, parameters: [], data, outputs, executor: "tensorflow", precision });
  const out = new Float64Array(program.size);
  program.evaluate(numbers, new Float64Array(0), out);
  return out;
}

function assertAlike(value: number, expected: number, accuracy: number, what: string): void {
  if (Number.isNaN(expected) ? Number.isNaN(value) : value === expected) return;
  const scale = Math.max(Math.abs(expected), 1e-300);
  if (!(Math.abs(value - expected) <= accuracy * scale)) throw new Error(`${what} is ${value}, expected ${expected}`);
}

const primitives = suite("TensorFlow's kernels");
const isThere = hasTensorFlow();
const each = (title: string, check: () => void): void => primitives(title, () => (isThere ? check() : undefined));

for (const op of unaryOps) {
  each(`${op} treats every kind of number as the scalar function does`, () => {
    const b = new GraphBuilder();
    const x = b.input("x", "data", [specials.length]);
    const out = found(b, [x], [b.make(op, [x], {})], [Float64Array.from(specials)]);
    for (const [i, value] of specials.entries())
      assertAlike(out[i]!, scalarFunctions[op](value), 1e-13, `${op}(${value})`);
  });
}
for (const op of binaryOps) {
  each(`${op} treats every pair of numbers as the scalar function does`, () => {
    const n = specials.length;
    const b = new GraphBuilder();
    const [u, v] = [b.input("u", "data", [n, 1]), b.input("v", "data", [n])];
    const values = Float64Array.from(specials);
    const out = found(b, [u, v], [b.make(op, [b.broadcast(u, [n, n]), b.broadcast(v, [n, n])], {})], [values, values]);
    for (const [i, left] of specials.entries()) {
      for (const [j, right] of specials.entries()) {
        // TensorFlow's powers are those of C, where every power of 1 is 1, and infinite powers of -1 are too.
        if (op === "pow" && Math.abs(left) === 1 && !Number.isFinite(right)) continue;
        assertAlike(out[i * n + j]!, scalarFunctions[op](left, right), 1e-13, `${op}(${left}, ${right})`);
      }
    }
  });
}
each("select takes the first where the condition is not 0, NaN included", () => {
  const b = new GraphBuilder();
  const c = b.input("c", "data", [5]);
  const out = found(b, [c], [b.select(c, b.fill(1, [5]), b.fill(2, [5]))], [Float64Array.of(0, -0, 1, NaN, -2)]);
  assertClose(out, [2, 2, 1, 1, 1], 0);
});

const shape = [3, 5, 7];
function same(
  title: string,
  make: (b: GraphBuilder, x: Node) => Node,
  special: Readonly<Record<number, number>> = {},
): void {
  each(`${title} gives what the interpreter gives`, () => {
    const b = new GraphBuilder();
    const x = b.input("x", "data", shape);
    const output = make(b, x);
    const values = normalVector(sizeOf(shape), 5);
    for (const [place, value] of Object.entries(special)) values[Number(place)] = value;
    const [expected] = compileFunction({ inputs: [x], outputs: [output] })({ x: values });
    const out = found(b, [x], [output], [values]);
    for (const [i, value] of expected!.entries()) assertAlike(out[i]!, value, 1e-13, `entry ${i}`);
    if (Object.keys(special).length > 0) return;
    assertClose(found(b, [x], [output], [values], "float32"), expected!, 1e-5, "float32");
  });
}
for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
  same(`sum over ${axes}`, (b, x) => b.sum(b.mul(x, x), axes));
  same(`reduceMax over ${axes} with NaN and infinities`, (b, x) => b.reduceMax(x, axes), {
    3: NaN,
    40: Infinity,
    77: -Infinity,
  });
  same(`logSumExp over ${axes}`, (b, x) => b.logSumExp(x, axes), { 9: 800, 10: 800, 50: -Infinity });
}
same("logSumExp of one large and many tiny numbers", (b, x) => b.logSumExp(b.sub(x, b.fill(60, shape)), [0, 1, 2]), {
  0: 60,
});
same(
  "a row of minus infinities",
  (b, x) => b.logSumExp(x, [2]),
  Object.fromEntries(Array.from({ length: 7 }, (_, i) => [i, -Infinity])),
);
for (const axis of [0, 1, 2]) {
  same(`argMax along ${axis}, with ties`, (b, x) => b.argMax(x, axis), { 12: 9, 13: 9, 14: 9, 47: 9 });
  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      same(
        `cumsum along ${axis}, ${exclusive ? "exclusive" : "inclusive"}, ${reverse ? "backwards" : "forwards"}`,
        (b, x) => b.cumsum(b.mul(x, x), axis, { exclusive, reverse }),
      );
    }
  }
}
same("transpose", (b, x) => b.transpose(x, [2, 0, 1]));
same("reshape of a transpose", (b, x) => b.reshape(b.transpose(x, [0, 2, 1]), [21, 5]));
same("broadcasts of both operands", (b, x) =>
  b.mul(b.broadcast(b.sum(b.mul(x, x), [1]), [4, 3, 7]), b.broadcast(b.sum(b.mul(x, x), [0, 1]), [4, 3, 7])),
);
same("broadcasts that leave no operand whole", (b, x) =>
  b.broadcast(b.add(b.broadcast(b.sum(x, [0, 1, 2]), [2, 3]), b.fill(1, [2, 3])), [2, 2, 3]),
);
const at = (offset: number, ...strides: readonly number[]) => ({ offset, strides });
const identity = at(0, 1, 0, 0);
same("a slice backwards", (b, x) => b.take(x, [identity, at(4, 0, -2, 0), at(1, 0, 0, 1)], [3, 3, 5]));
same("a slice with steps", (b, x) => b.take(x, [at(0, 2, 0, 0), at(0, 0, 1, 0), at(1, 0, 0, 3)], [2, 5, 2]));
same("a pad", (b, x) => b.take(x, [identity, at(-1, 0, 1, 0), at(-2, 0, 0, 1)], [3, 7, 11]));
same("nothing but zeros", (b, x) => b.take(x, [identity, at(9, 0, 1, 0), at(0, 0, 0, 1)], [3, 2, 7]));
same("a diagonal", (b, x) => b.take(x, [at(0, 1), at(0, 1), at(0, 1)], [3]));
same("the adjoint of a diagonal beyond the edge", (b, x) =>
  b.scatterAdd(b.sum(b.mul(x, x), [0, 2]), [at(-1, 1), at(0, 1)], [3, 5]),
);
const table = { ...at(0, 0, 1, 0), table: Int32Array.of(4, 4, -1, 0, 9) };
same("a gather, with places outside", (b, x) => b.take(x, [identity, table, at(0, 0, 0, 1)], shape));
same("the adjoint of a gather", (b, x) => b.scatterAdd(x, [identity, table, at(0, 0, 0, 1)], [3, 6, 7]));
same("the adjoint of a slice with steps", (b, x) =>
  b.scatterAdd(x, [at(1, 1, 0, 0), at(0, 0, 3, 0), at(2, 0, 0, 2)], [4, 13, 17]),
);
same("axes on which nothing depends, and their adjoint", (b, x) => {
  const maps = [at(0, 0, 1, 0, 0), at(1, 0, 0, 0, 1), at(3, 0, 0, 0, 0)];
  const repeated = b.take(x, maps, [2, 3, 4, 4]);
  return b.scatterAdd(b.mul(repeated, repeated), maps, shape);
});
same("overlapping windows and their adjoint", (b, x) => {
  const maps = [at(0, 1, 0, 0, 0), at(-1, 0, 1, 0, 1), at(0, 0, 0, 1, 0)];
  const windows = b.take(x, maps, [3, 5, 7, 3]);
  return b.scatterAdd(b.mul(windows, windows), maps, shape);
});
same("axes in another order", (b, x) => b.take(x, [at(0, 0, 0, 1), at(0, 1, 0, 0), at(0, 0, 1, 0)], [5, 7, 3]));
same("products of slices and of repeated matrices", (b, x) => {
  const rows = b.take(x, [identity, at(1, 0, 1, 0), at(2, 0, 0, 1)], [3, 4, 4]);
  return b.matmul(rows, b.broadcast(b.sum(rows, [0]), [3, 4, 4]), { transposeA: true });
});
same("a product of two repeated matrices", (b, x) => {
  const rows = b.sum(x, [0]);
  return b.matmul(b.broadcast(rows, [2, 5, 7]), b.broadcast(rows, [2, 5, 7]), { transposeB: true });
});

each("bits are the same twice", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "data", [300, 200]);
  const product = b.matmul(b.unary("tanh", x), x, { transposeA: true });
  const outputs = [product, b.sum(b.unary("exp", x)), b.logSumExp(x, [0, 1])];
  const numbers = normalVector(60_000, 3);
  const first = found(b, [x], outputs, [numbers]);
  for (let k = 0; k < 5; k++) assert.equal(found(b, [x], outputs, [numbers]), first);
});
primitives.run();
