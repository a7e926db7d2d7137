import { suite } from "uvu";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { compileFunction } from "../../../src/autodiff/compileFunction.ts";
import { type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../../src/autodiff/graph/operations.ts";
import { scalarFunctions } from "../../../src/autodiff/kernels/scalars.ts";
import { assertClose } from "../../support/assert.ts";
import { kernels, skipped } from "../../support/nativeLoop.ts";
import { normalVector } from "../../support/random.ts";
import { runFloat64 } from "../../support/runFloat64.ts";

const specials = [0, -0, 0.5, -0.5, 1, -1, 2.5, -3.5, 700, -700, 1e300, Infinity, -Infinity, NaN, 5e-324];
const binaryOps: readonly BinaryOp[] = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "atan2",
  "max",
  "min",
  "less",
  "lessEqual",
  "equal",
];
const unaryOps = (Object.keys(scalarFunctions) as (UnaryOp | BinaryOp)[]).filter(
  (op): op is UnaryOp => !binaryOps.some((other) => other === op),
);

/** Equal to 3 units in the last place; infinities, NaN and zeros exactly, their sign too. */
function assertAlike(found: number, expected: number, what: string): void {
  if (Object.is(found, expected)) return;
  const close =
    Number.isFinite(expected) && expected !== 0 && Math.abs(found - expected) <= 3 * 2 ** -52 * Math.abs(expected);
  const tiny = Math.abs(expected) < 2 ** -1022 && Math.abs(found - expected) <= 3 * 2 ** -1074 && expected !== 0;
  if (!close && !tiny) throw new Error(`${what} is ${found}, expected ${expected}`);
}

const elementwise = suite("elementwise primitives");
if (kernels === undefined) elementwise("are skipped with native kernels", skipped);
/** WebAssembly alone, and native kernels where this machine has them. */
const ways =
  kernels === undefined
    ? ([["", undefined]] as const)
    : ([
        ["", undefined],
        [", natively", kernels],
      ] as const);
for (const [how, native] of ways) {
  for (const op of unaryOps) {
    elementwise(`${op} treats every kind of number as the scalar function does${how}`, () => {
      const b = new GraphBuilder();
      const x = b.input("x", "data", [specials.length]);
      const graph = { inputs: [x], outputs: [b.make(op, [x], {})] };
      const [found] = runFloat64(graph, { x: Float64Array.from(specials) }, native);
      for (const [i, value] of specials.entries())
        assertAlike(found![i]!, scalarFunctions[op](value), `${op}(${value})`);
    });
  }
  for (const op of binaryOps) {
    elementwise(`${op} treats every pair of numbers as the scalar function does${how}`, () => {
      const n = specials.length;
      const b = new GraphBuilder();
      const [u, v] = [b.input("u", "data", [n, 1]), b.input("v", "data", [n])];
      const outputs = [b.make(op, [b.broadcast(u, [n, n]), b.broadcast(v, [n, n])], {})];
      const values = Float64Array.from(specials);
      const [found] = runFloat64({ inputs: [u, v], outputs }, { u: values, v: values }, native);
      for (const [i, left] of specials.entries()) {
        for (const [j, right] of specials.entries()) {
          assertAlike(found![i * n + j]!, scalarFunctions[op](left, right), `${op}(${left}, ${right})`);
        }
      }
    });
  }
  elementwise(`select takes the first where the condition is not 0, NaN included${how}`, () => {
    const b = new GraphBuilder();
    const [c, u, v] = ["c", "u", "v"].map((name) => b.input(name, "data", [5])) as [
      Node<"input">,
      Node<"input">,
      Node<"input">,
    ];
    const numbers = {
      c: Float64Array.of(0, -0, 1, NaN, -2),
      u: new Float64Array(5).fill(1),
      v: new Float64Array(5).fill(2),
    };
    const [found] = runFloat64({ inputs: [c, u, v], outputs: [b.select(c, u, v)] }, numbers, native);
    assertClose(found!, [2, 2, 1, 1, 1], 0);
  });
}
elementwise.run();

const shape = [3, 5, 7];
const structure = suite("structure and reductions");
/** The same graph in both executors, on numbers where `special` places are replaced. */
function same(
  title: string,
  make: (b: GraphBuilder, x: Node) => Node,
  special: Readonly<Record<number, number>> = {},
): void {
  for (const [how, native] of ways)
    structure(`${title} gives what the interpreter gives${how}`, () => {
      const b = new GraphBuilder();
      const x = b.input("x", "data", shape);
      const graph = { inputs: [x], outputs: [make(b, x)] };
      const values = normalVector(sizeOf(shape), 5);
      for (const [place, value] of Object.entries(special)) values[Number(place)] = value;
      const [found] = runFloat64(graph, { x: values }, native);
      const [expected] = compileFunction(graph)({ x: values });
      assertClose(found!, expected!, 1e-14);
      for (const [i, value] of expected!.entries()) {
        if (Number.isNaN(value) !== Number.isNaN(found![i]))
          throw new Error(`entry ${i} is ${found![i]}, expected ${value}`);
      }
    });
}
const subsets = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];
for (const axes of subsets) {
  same(`sum over ${axes}`, (b, x) => b.sum(x, axes));
  same(`sum of an expression over ${axes}`, (b, x) => b.sum(b.mul(x, b.unary("sin", x)), axes));
  same(`reduceMax over ${axes} with NaN and infinities`, (b, x) => b.reduceMax(x, axes), {
    3: NaN,
    40: Infinity,
    77: -Infinity,
  });
  same(`logSumExp over ${axes}`, (b, x) => b.logSumExp(x, axes), { 9: 800, 10: 800, 50: -Infinity });
}
for (const axis of [0, 1, 2]) {
  same(`argMax along ${axis}`, (b, x) => b.argMax(x, axis), { 12: 9, 13: 9, 14: 9 });
  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      same(
        `cumsum along ${axis}, ${exclusive ? "exclusive" : "inclusive"}, ${reverse ? "backwards" : "forwards"}`,
        (b, x) => b.cumsum(x, axis, { exclusive, reverse }),
      );
    }
  }
}
same(
  "a row of minus infinities",
  (b, x) => b.logSumExp(x, [2]),
  Object.fromEntries(Array.from({ length: 7 }, (_, i) => [i, -Infinity])),
);
same("transpose", (b, x) => b.transpose(x, [2, 0, 1]));
same("a transpose read by a loop beside the original", (b, x) =>
  b.add(b.reshape(b.transpose(x, [1, 0, 2]), [3, 5, 7]), b.unary("exp", x)),
);
same("reshape of a transpose", (b, x) => b.reshape(b.transpose(x, [0, 2, 1]), [21, 5]));
same("broadcast along every axis", (b, x) =>
  b.mul(b.broadcast(b.sum(x, [1]), [4, 3, 7]), b.broadcast(b.sum(x, [0, 1]), [4, 3, 7])),
);
const identity = { offset: 0, strides: [1, 0, 0] };
same("a slice backwards", (b, x) =>
  b.take(x, [identity, { offset: 4, strides: [0, -2, 0] }, { offset: 1, strides: [0, 0, 1] }], [3, 3, 5]),
);
same("a pad", (b, x) =>
  b.take(x, [identity, { offset: -1, strides: [0, 1, 0] }, { offset: -2, strides: [0, 0, 1] }], [3, 7, 11]),
);
same("a gather, with places outside", (b, x) =>
  b.take(
    x,
    [
      identity,
      { offset: 0, strides: [0, 1, 0], table: Int32Array.of(4, 4, -1, 0, 9) },
      { offset: 0, strides: [0, 0, 1] },
    ],
    shape,
  ),
);
same("overlapping windows and their adjoint", (b, x) => {
  const maps = [
    { offset: 0, strides: [1, 0, 0, 0] },
    { offset: -1, strides: [0, 1, 0, 1] },
    { offset: 0, strides: [0, 0, 1, 0] },
  ];
  const windows = b.take(x, maps, [3, 5, 7, 3]);
  return b.scatterAdd(b.mul(windows, windows), maps, shape);
});
same("products of slices and of repeated matrices", (b, x) => {
  const rows = b.take(x, [identity, { offset: 1, strides: [0, 1, 0] }, { offset: 2, strides: [0, 0, 1] }], [3, 4, 4]);
  const repeated = b.broadcast(b.sum(rows, [0]), [3, 4, 4]);
  return b.matmul(rows, repeated, { transposeA: true });
});
structure.run();
