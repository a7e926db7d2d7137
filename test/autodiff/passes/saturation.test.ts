import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import type { Node } from "../../../src/autodiff/graph/graph.ts";
import { assertClose } from "../../support/assert.ts";
import { evaluate } from "../../support/graphLaws.ts";

/** [f, f', f''] at a number. */
function derivatives(f: (b: GraphBuilder, x: Node) => Node, at: number): readonly [number, number, number] {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", []);
  const y = f(b, x);
  const [first] = gradient(b, y, [x]);
  const [second] = gradient(b, first!, [x]);
  const [[zeroth], [slope], [curvature]] = evaluate([y, first!, second!], { x: Float64Array.of(at) }) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return [zeroth!, slope!, curvature!];
}

const saturating = suite("saturating functions");

saturating("have their limits at -1000 and 1000, without NaN", () => {
  const cases: readonly (readonly [string, (b: GraphBuilder, x: Node) => Node, number[], number[]])[] = [
    ["sigmoid", (b, x) => b.unary("sigmoid", x), [0, 0, 0], [1, 0, 0]],
    ["logisticDensity", (b, x) => b.unary("logisticDensity", x), [0, 0, 0], [0, 0, 0]],
    ["tanh", (b, x) => b.unary("tanh", x), [-1, 0, 0], [1, 0, 0]],
    ["softplus", (b, x) => b.unary("softplus", x), [0, 0, 0], [1000, 1, 0]],
    ["log sigmoid", (b, x) => b.unary("log", b.unary("sigmoid", x)), [-1000, 1, 0], [0, 0, 0]],
    ["erf", (b, x) => b.unary("erf", x), [-1, 0, 0], [1, 0, 0]],
    [
      "atan",
      (b, x) => b.unary("atan", x),
      [-1.5697963271282298, 9.99999000001e-7, 1.999996000006e-9],
      [1.5697963271282298, 9.99999000001e-7, -1.999996000006e-9],
    ],
    ["swish", (b, x) => b.mul(x, b.unary("sigmoid", x)), [0, 0, 0], [1000, 1, 0]],
    [
      "gelu by erf",
      (b, x) => b.mul(b.scale(0.5, x), b.add(b.fill(1, []), b.unary("erf", b.scale(Math.SQRT1_2, x)))),
      [0, 0, 0],
      [1000, 1, 0],
    ],
    [
      "logSumExp with 0",
      (b, x) => b.logSumExp(b.add(b.mul(b.broadcast(x, [2]), b.constant([1, 0], [2])), b.fill(0, [2])), [0]),
      [0, 0, 0],
      [1000, 1, 0],
    ],
    ["mish", (b, x) => b.mul(x, b.unary("tanh", b.unary("softplus", x))), [0, 0, 0], [1000, 1, 0]],
  ];
  for (const [name, f, below, above] of cases) {
    assertClose(derivatives(f, -1000), below, 1e-12, `${name} at -1000`);
    assertClose(derivatives(f, 1000), above, 1e-12, `${name} at 1000`);
  }
});

saturating("keep the digits of small slopes in their tails", () => {
  const e = Math.exp(-30);
  // sigmoid' = e^-x (1 - 2 e^-x + ...), and sigmoid'' = -sigmoid' to first order.
  for (const sign of [-1, 1]) {
    const [, slope, curvature] = derivatives((b, x) => b.unary("sigmoid", x), sign * 30);
    assertClose(slope, e * (1 - 2 * e), 1e-14);
    assertClose(curvature, -sign * e * (1 - 4 * e), 1e-14);
  }
  // tanh' = 4 e^-2x (1 - 2 e^-2x + ...).
  const [, slope, curvature] = derivatives((b, x) => b.unary("tanh", x), 15);
  assertClose(slope, 4 * e * (1 - 2 * e), 1e-14);
  assertClose(curvature, -8 * e * (1 - 4 * e), 1e-14);
  // And of small curvatures about 0: tanh'' = -2 x + ..., sigmoid'' = -x / 8 + ...
  assertClose(derivatives((b, x) => b.unary("tanh", x), 1e-9)[2], -2e-9, 1e-14);
  assertClose(derivatives((b, x) => b.unary("sigmoid", x), 1e-9)[2], -1e-9 / 8, 1e-14);
});

saturating("softmax and cross-entropy at logits of a thousand are right", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [3]);
  const loss = b.sub(b.logSumExp(x), b.sum(b.mul(x, b.constant([0, 1, 0], [3]))));
  const [first] = gradient(b, loss, [x]);
  const [value, slopes] = evaluate([loss, first!], { x: Float64Array.of(1000, -1000, 999) }) as [
    Float64Array,
    Float64Array,
  ];
  assertClose(value, [2000 + Math.log1p(Math.exp(-1))], 1e-15);
  // The softmax is e^(x - log sum e^x): a logit's own rounding, 1e-13 here, is its relative error.
  assertClose(slopes, [1 / (1 + Math.exp(-1)), -1, 1 / (1 + Math.E)], 1e-13);
});

saturating("an infinite mask in logSumExp takes its entry out", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [3]);
  const masked = b.select(b.constant([1, 0, 1], [3]), x, b.fill(Number.NEGATIVE_INFINITY, [3]));
  const [first] = gradient(b, b.logSumExp(masked), [x]);
  const [slopes] = evaluate([first!], { x: Float64Array.of(1, 700, 1) });
  assertClose(slopes!, [0.5, 0, 0.5], 1e-15);
  assert.is(slopes![1], 0);
});

saturating.run();
