import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient, pushforward } from "../../../src/autodiff/derivatives/differentiate.ts";
import { rules } from "../../../src/autodiff/derivatives/rules/table.ts";
import { type AxisMap, isOp, type Node, type Op, type Shape, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../../src/autodiff/graph/operations.ts";
import { assertLaws } from "../../support/graphLaws.ts";
import { uniformVector } from "../../support/random.ts";

interface Case {
  readonly shapes: readonly Shape[];
  readonly build: (b: GraphBuilder, ...x: Node[]) => Node;
  /** Between which numbers each operand lies; default -1.5 and 1.5. */
  readonly range?: readonly (readonly [number, number])[];
}

const unary = (op: UnaryOp, low = -1.5, high = 1.5): readonly Case[] => [
  { shapes: [[2, 3]], build: (b, x) => b.unary(op, x!), range: [[low, high]] },
];
/** With each operand repeated along another axis too. */
const binary = (op: BinaryOp, ...range: readonly (readonly [number, number])[]): readonly Case[] =>
  (
    [
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 1], [3]],
      [[], [4]],
    ] as const
  ).map((shapes) => ({ shapes, build: (b, x, y) => b.binary(op, x!, y!), range }));

const matrices: readonly (readonly [boolean, boolean, Shape, Shape])[] = [
  [false, false, [2, 3], [3, 4]],
  [true, false, [3, 2], [3, 4]],
  [false, true, [2, 3], [4, 3]],
  [true, true, [3, 2], [4, 3]],
  [false, false, [2, 3, 4], [2, 4, 2]],
  [true, true, [2, 1, 3, 2], [2, 4, 3]],
  [false, true, [2, 2, 3], [4, 3]],
];

const slice: readonly AxisMap[] = [
  { offset: 1, strides: [1, 0] },
  { offset: 2, strides: [0, -1] },
];
/** Overlapping windows of three along an axis of five, over its edge too. */
const windows: readonly AxisMap[] = [
  { offset: -1, strides: [2, 1, 0] },
  { offset: 0, strides: [0, 0, 1] },
];
/** Rows by a table, one of them twice, one outside. */
const rows: readonly AxisMap[] = [
  { offset: 0, strides: [1, 0], table: Int32Array.of(3, 0, 3, -1) },
  { offset: 0, strides: [0, 1] },
];

const windowsOfTwo: readonly AxisMap[] = [
  { offset: 0, strides: [1, 0, 0] },
  { offset: 0, strides: [0, 1, 1] },
];

/** Every primitive, so that a new one without a test does not compile. */
const cases: { readonly [K in Op]: readonly Case[] } = {
  input: [{ shapes: [[3]], build: (_, x) => x! }],
  constant: [{ shapes: [[3]], build: (b, x) => b.mul(x!, b.constant([1, 2, 3], [3])) }],
  fill: [{ shapes: [[3]], build: (b, x) => b.mul(x!, b.fill(2, [3])) }],
  neg: unary("neg"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log", 0.5, 3),
  log1p: unary("log1p", -0.5, 3),
  sqrt: unary("sqrt", 0.5, 3),
  sin: unary("sin"),
  cos: unary("cos"),
  tan: unary("tan", -1, 1),
  asin: unary("asin", -0.7, 0.7),
  acos: unary("acos", -0.7, 0.7),
  atan: unary("atan"),
  sinh: unary("sinh"),
  cosh: unary("cosh"),
  tanh: unary("tanh"),
  asinh: unary("asinh"),
  acosh: unary("acosh", 1.5, 4),
  atanh: unary("atanh", -0.7, 0.7),
  sigmoid: unary("sigmoid"),
  logisticDensity: unary("logisticDensity"),
  softplus: unary("softplus"),
  erf: unary("erf"),
  abs: [...unary("abs", 0.5, 2), ...unary("abs", -2, -0.5)],
  sign: unary("sign", 0.5, 2),
  floor: unary("floor", 0.2, 0.8),
  ceil: unary("ceil", 0.2, 0.8),
  round: unary("round", 0.6, 0.9),
  not: unary("not", 0.5, 1),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div", [-1.5, 1.5], [0.5, 2]),
  pow: binary("pow", [0.5, 2], [-2, 3]),
  atan2: binary("atan2", [0.5, 2], [-1.5, 1.5]),
  max: [...binary("max", [-1, 0], [0.5, 2]), ...binary("max", [0.5, 2], [-1, 0])],
  min: [...binary("min", [-1, 0], [0.5, 2]), ...binary("min", [0.5, 2], [-1, 0])],
  less: binary("less", [-1, 0], [0.5, 2]),
  lessEqual: binary("lessEqual", [-1, 0], [0.5, 2]),
  equal: binary("equal", [-1, 0], [0.5, 2]),
  select: [
    {
      shapes: [[4], [2, 4], [1]],
      build: (b, x, y, z) => b.select(b.binary("less", b.constant([-1, 1, -1, 1], [4]), x!), y!, z!),
      range: [[-0.5, 0.5]],
    },
  ],
  matmul: matrices.map(([transposeA, transposeB, left, right]) => ({
    shapes: [left, right],
    build: (b, x, y) => b.matmul(x!, y!, { transposeA, transposeB }),
  })),
  sum: [[0], [1], [0, 2], [0, 1, 2]].map((axes) => ({ shapes: [[2, 3, 4]], build: (b, x) => b.sum(x!, axes) })),
  reduceMax: [[0], [1], [0, 2]].map((axes) => ({ shapes: [[2, 3, 4]], build: (b, x) => b.reduceMax(x!, axes) })),
  logSumExp: [[0], [1], [0, 2], [0, 1, 2]].map((axes) => ({
    shapes: [[2, 3, 4]],
    build: (b, x) => b.logSumExp(x!, axes),
  })),
  argMax: [{ shapes: [[2, 3]], build: (b, x) => b.argMax(x!, 1) }],
  cumsum: [{}, { exclusive: true }, { reverse: true }, { exclusive: true, reverse: true }].map((options) => ({
    shapes: [[2, 4, 3]],
    build: (b, x) => b.cumsum(x!, 1, options),
  })),
  reshape: [{ shapes: [[2, 3]], build: (b, x) => b.reshape(x!, [3, 2, 1]) }],
  broadcast: [
    { shapes: [[3, 1]], build: (b, x) => b.broadcast(x!, [2, 3, 4]) },
    { shapes: [[]], build: (b, x) => b.broadcast(x!, [2]) },
  ],
  transpose: [{ shapes: [[2, 3, 4]], build: (b, x) => b.transpose(x!, [2, 0, 1]) }],
  take: [
    { shapes: [[4, 3]], build: (b, x) => b.take(x!, slice, [2, 3]) },
    { shapes: [[5, 2]], build: (b, x) => b.take(x!, windows, [3, 3, 2]) },
    { shapes: [[4, 2]], build: (b, x) => b.take(x!, rows, [4, 2]) },
  ],
  scatterAdd: [
    { shapes: [[2, 3]], build: (b, x) => b.scatterAdd(x!, slice, [4, 3]) },
    { shapes: [[3, 3, 2]], build: (b, x) => b.scatterAdd(x!, windows, [5, 2]) },
    { shapes: [[4, 2]], build: (b, x) => b.scatterAdd(x!, rows, [4, 2]) },
  ],
};

const laws = suite("derivative rules");

for (const [op, list] of Object.entries(cases)) {
  for (const [number, { shapes, build, range = [] }] of list.entries()) {
    laws(`${op}${list.length > 1 ? `, form ${number + 1},` : ""} obeys the laws of differentiation`, () => {
      const b = new GraphBuilder();
      const inputs = shapes.map((shape, i) => b.input(`x${i}`, "parameter", shape));
      const y = build(b, ...inputs);
      const at = Object.fromEntries(
        shapes.map((shape, i) => [
          `x${i}`,
          uniformVector(sizeOf(shape), 10 * number + i, ...(range[i] ?? [-1.5, 1.5])),
        ]),
      );
      assertLaws(b, inputs, y, at);
    });
  }
}

laws("say that piecewise constant primitives have the derivative 0, as a constant of the graph", () => {
  const flat = Object.entries(rules).flatMap(([op, { kind }]) => (kind === "flat" ? [op] : []));
  assert.equal(flat.sort(), ["argMax", "ceil", "equal", "floor", "less", "lessEqual", "not", "round", "sign"]);
  for (const [op, list] of Object.entries(cases)) {
    if (!flat.includes(op)) continue;
    const { shapes, build } = list[0]!;
    const b = new GraphBuilder();
    const inputs = shapes.map((shape, i) => b.input(`x${i}`, "parameter", shape));
    const y = build(b, ...inputs);
    const zero = (node: Node): void => assert.ok(isOp(node, "fill") && node.attributes.value === 0, op);
    gradient(b, b.sum(y), inputs).forEach(zero);
    pushforward(b, [y], new Map<Node, Node>(inputs.map((x) => [x, b.fill(1, x.shape)]))).forEach(zero);
  }
});

laws("hold through a composition of most primitives", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [3, 4]);
  const w = b.input("w", "parameter", [4, 2]);
  const hidden = b.unary("tanh", b.matmul(x, w));
  const gate = b.unary("sigmoid", b.cumsum(hidden, 0));
  const mixed = b.add(b.mul(hidden, gate), b.broadcast(b.logSumExp(hidden, [0]), [3, 2]));
  const taken = b.take(b.transpose(mixed, [1, 0]), windowsOfTwo, [2, 2, 2]);
  const y = b.div(b.unary("softplus", taken), b.add(b.fill(1, taken.shape), b.mul(taken, taken)));
  assertLaws(b, [x, w], y, { x: uniformVector(12, 1, -1, 1), w: uniformVector(8, 2, -1, 1) });
});

laws.run();
