/** Primitives one by one, beside their kernels in TypeScript. */

import { suite } from "uvu";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { compileFunction } from "../../../src/autodiff/compileFunction.ts";
import type { AxisMap, Node } from "../../../src/autodiff/graph/graph.ts";
import { sizeOf } from "../../../src/autodiff/graph/graph.ts";
import type { BinaryOp, UnaryOp } from "../../../src/autodiff/graph/operations.ts";
import { scalarFunctions } from "../../../src/autodiff/kernels/scalars.ts";
import { xla } from "../../../src/autodiff/xla/executor.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { hasXla } from "../../support/xla.ts";

type Numbers = Readonly<Record<string, Float64Array>>;

/** The outputs one after the other, as the executor computes them from inputs that are its point. */
function run(outputs: readonly Node[], inputs: readonly Node<"input">[], numbers: Numbers): Float64Array {
  const builder = new GraphBuilder();
  const engine = xla.engine({ builder, parameters: inputs, field: outputs, symmetric: false });
  const point = Float64Array.from(inputs.flatMap(({ attributes }) => Array.from(numbers[attributes.name]!)));
  const out = new Float64Array(outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  engine.evaluate([], point, out);
  return out;
}

/** Relative to `size` where that is larger than the entry. */
function assertSame(
  outputs: readonly Node[],
  inputs: readonly Node<"input">[],
  numbers: Numbers,
  tolerance: number,
  size = 0,
): void {
  const expected = compileFunction({ inputs, outputs })(numbers).flatMap((part) => Array.from(part));
  const found = run(outputs, inputs, numbers);
  for (const [i, value] of expected.entries()) {
    const off = Math.abs(found[i]! - value);
    const tiny = Math.abs(value) < 2 ** -1021 && Math.abs(found[i]!) < 2 ** -1021;
    if (Object.is(found[i], value) || tiny || off <= tolerance * Math.max(size, Math.abs(value))) continue;
    if (Number.isNaN(found[i]) && Number.isNaN(value)) continue;
    throw new Error(`entry ${i} is ${found[i]}, expected ${value}`);
  }
}

const unary = Object.keys(scalarFunctions).filter((op) => scalarFunctions[op as UnaryOp].length === 1) as UnaryOp[];
const binary = Object.keys(scalarFunctions).filter((op) => scalarFunctions[op as BinaryOp].length === 2) as BinaryOp[];
const numbers = Float64Array.of(
  ...[0, 0.5, -0.5, 1, -1, 2.5, -3.5, 1e-3, -1e-5, 1e-9, 0.999, -0.999, 30, -30, 5.9, 700, -700, 1e200, -1e200],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
);

const primitives = suite("xla: primitives");
if (hasXla) {
  primitives("functions of one number keep their relative accuracy everywhere", () => {
    const b = new GraphBuilder();
    // sin and the like are periodic: beyond 1e6 what is left of the argument depends on its last bits.
    const small = numbers.map((x) => (Math.abs(x) > 1e100 ? 3 : x));
    for (const op of unary) {
      const x = b.input("x", "parameter", [numbers.length]);
      const periodic = ["sin", "cos", "tan"].includes(op);
      try {
        assertSame([b.make(op, [x], {})], [x], { x: periodic ? small : numbers }, 4e-15);
      } catch (error) {
        throw new Error(`${op}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    }
  });

  primitives("functions of two numbers", () => {
    const b = new GraphBuilder();
    const finite = numbers.filter(Number.isFinite);
    const pairs = Array.from(finite, (p) => Array.from(finite, (q) => [p, q] as const)).flat();
    const [x, y] = [b.input("x", "parameter", [pairs.length]), b.input("y", "parameter", [pairs.length])];
    const given = { x: Float64Array.from(pairs, ([p]) => p), y: Float64Array.from(pairs, ([, q]) => q) };
    for (const op of binary) {
      try {
        assertSame([b.make(op, [x, y], {})], [x, y], given, 4e-15);
      } catch (error) {
        throw new Error(`${op}: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    }
  });

  primitives("reductions, sums and products of arrays", () => {
    const b = new GraphBuilder();
    const x = b.input("x", "parameter", [3, 4, 5]);
    const y = b.input("y", "parameter", [3, 5, 2]);
    const condition = b.binary("less", x, b.fill(0, x.shape));
    const outputs = [
      ...[[0], [1], [0, 2], [0, 1, 2]].flatMap((axes) =>
        (["sum", "reduceMax", "logSumExp"] as const).map((op) => b.make(op, [x], { axes })),
      ),
      ...[0, 1, 2].map((axis) => b.make("argMax", [x], { axis })),
      ...[0, 1, 2].flatMap((axis) =>
        [false, true].flatMap((exclusive) =>
          [false, true].map((reverse) => b.make("cumsum", [x], { axis, exclusive, reverse })),
        ),
      ),
      b.make("matmul", [x, y], { transposeA: false, transposeB: false }),
      b.make("matmul", [x, x], { transposeA: false, transposeB: true }),
      b.make("matmul", [x, x], { transposeA: true, transposeB: false }),
      b.make("transpose", [x], { permutation: [2, 0, 1] }),
      b.make("broadcast", [b.make("sum", [x], { axes: [0] })], { shape: [2, 4, 5] }),
      b.make("select", [condition, x, b.binary("mul", x, x)], {}),
    ];
    assertSame(outputs, [x, y], { x: normalVector(60, 1), y: normalVector(30, 2) }, 1e-14, 1);
  });

  const axisMap = (rank: number): fc.Arbitrary<AxisMap> =>
    fc.record({
      offset: fc.integer({ min: -2, max: 4 }),
      strides: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: rank, maxLength: rank }),
    });
  const table = (map: AxisMap): AxisMap => ({ ...map, table: Int32Array.of(3, 0, -1, 2, 2, 7) });

  primitives("takes and their adjoints at any affine places, and through tables", () => {
    const cases = fc
      .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), fc.boolean())
      .chain(([shape, withTable]) =>
        fc.tuple(fc.constant(shape), fc.tuple(axisMap(shape.length), axisMap(shape.length)), fc.constant(withTable)),
      );
    fc.assert(
      fc.property(cases, ([shape, [first, second], withTable]) => {
        const b = new GraphBuilder();
        const maps = [first, withTable ? table(second) : second];
        const x = b.input("x", "parameter", [4, 5]);
        const u = b.input("u", "parameter", shape);
        const outputs = [b.make("take", [x], { maps, shape }), b.make("scatterAdd", [u], { maps, shape: [4, 5] })];
        assertSame(outputs, [x, u], { x: normalVector(20, 3), u: normalVector(sizeOf(shape), 4) }, 1e-14, 1);
      }),
      { numRuns: 40 },
    );
  });
} else primitives("are skipped", () => undefined);
primitives.run();
