/** NaN and infinities of a problem: each is met where it first occurs, and the operation that made it is named. */
import * as tf from "@tensorflow/tfjs";
import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilCritical } from "../../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { blend } from "../../../src/problems/homotopy.ts";
import { objective } from "../../../src/problems/objective.ts";
import { box } from "../../../src/problems/sets/box.ts";
import { distanceProblem, movedToZero } from "../../../src/problems/solvable.ts";
import { variationalInequality } from "../../../src/problems/variationalInequality.ts";
import { vectorField } from "../../../src/problems/vectorField.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import * as fc from "../../support/fastCheck.ts";

// The runs below warn on purpose; the warnings are asserted where they matter.
const warnings: string[] = [];
process.removeAllListeners("warning");
process.on("warning", ({ message }) => warnings.push(message));

type Loss = (x: tf.Tensor1D) => tf.Scalar;
const total = (x: tf.Tensor): tf.Scalar => tf.sum(x) as tf.Scalar;
const _smooth: Loss = (x) => total(tf.square(x));

/** A loss, a point where it is not finite, and what has to be named: the operation with its numbers, and the part. */
const battery: readonly (readonly [name: string, loss: Loss, start: readonly number[], named: RegExp])[] = [
  [
    "log of a negative number",
    (x) => total(tf.add(x, tf.log(x))),
    [1, -1.3],
    /log\(-1\.3\) gives NaN \(entry 1 of log\(parameter1\)\), in the loss/,
  ],
  ["log of zero", (x) => total(tf.log(x)), [1, 0], /log\(0\) gives -Infinity .*in the loss/],
  ["log1p below -1", (x) => total(tf.log1p(x)), [-2, 1], /log1p\(-2\) gives NaN/],
  ["square root of a negative number", (x) => total(tf.sqrt(x)), [4, -4], /sqrt\(-4\) gives NaN/],
  [
    "square root at zero, whose slope is infinite",
    (x) => total(tf.sqrt(x)),
    [4, 0],
    /div\(.*, 0\) gives Infinity .*in the gradient of the loss/,
  ],
  ["a norm at zero", (x) => tf.norm(x) as tf.Scalar, [0, 0], /(div|mul)\(.*\).*in the gradient of the loss/],
  ["0 / 0", (x) => total(tf.div(x, tf.mul(x, x))), [1, 0], /div\(.*0\) gives/],
  ["a sine over its argument", (x) => total(tf.div(tf.sin(x), x)), [0, 1], /div\(0, 0\) gives NaN/],
  ["1 / 0", (x) => total(tf.div(1, x)), [0, 1], /(div\(1, 0\)|reciprocal\(0\)) gives Infinity/],
  ["a power of a negative number", (x) => total(tf.pow(x, 0.3)), [-2, 1], /pow\(-2, 0\.3\) gives NaN/],
  [
    "a power whose slope is infinite",
    (x) => total(tf.pow(tf.square(x), 0.25)),
    [0, 1],
    /(pow|div)\(.*in the gradient of the loss/,
  ],
  [
    "infinity minus infinity",
    (x) => total(tf.sub(tf.exp(x), tf.exp(tf.mul(x, 2)))),
    [800, 1],
    /exp\(800\) gives Infinity .*of which sub\(Infinity, Infinity\) makes NaN|exp\(1600\) gives Infinity .*of which sub/,
  ],
  [
    "0 times infinity",
    (x) => total(tf.mul(tf.relu(tf.neg(x)), tf.exp(x))),
    [900, 1],
    /exp\(900\) gives Infinity .*of which mul\(.*Infinity.*\) makes NaN/,
  ],
  ["arc sine outside [-1, 1]", (x) => total(tf.asin(x)), [0.5, 1.5], /asin\(1\.5\) gives NaN/],
  ["arc sine at 1", (x) => total(tf.asin(x)), [0.5, 1], /gives Infinity.*in the gradient of the loss/],
  ["arc cosine outside [-1, 1]", (x) => total(tf.acos(x)), [-3, 0], /acos\(-3\) gives NaN/],
  ["arc hyperbolic cosine below 1", (x) => total(tf.acosh(x)), [2, 0.5], /acosh\(0\.5\) gives NaN/],
  ["arc hyperbolic tangent beyond 1", (x) => total(tf.atanh(x)), [2, 0], /atanh\(2\) gives NaN/],
  ["a sum that overflows", (x) => total(tf.mul(x, 1e308)), [1, 1.5], /mul\(1e\+308, 2\.5\) gives Infinity/],
  [
    "a sine of infinity",
    (x) => total(tf.sin(tf.exp(x))),
    [1000, 0],
    /exp\(1000\) gives Infinity .*of which sin\(Infinity\) makes NaN/,
  ],
  [
    "a softmax written by hand",
    (x) => total(tf.div(tf.exp(x), tf.sum(tf.exp(x)))),
    [0, 1000],
    /exp\(1000\) gives Infinity/,
  ],
  [
    "a matrix product of an infinity",
    (x) => total(tf.matMul(tf.reshape(tf.exp(x), [1, 2]), tf.tensor2d([[0], [1]]))),
    [800, 0],
    /exp\(800\) gives Infinity .*of which (matmul|mul|sum)/,
  ],
  [
    "a NaN deep in the loss",
    (x) => total(tf.square(tf.sub(tf.tanh(tf.mul(2, tf.log(x))), 1))),
    [2, -1],
    /log\(-1\) gives NaN/,
  ],
];

const named = suite("operations");
for (const [name, loss, start, words] of battery) {
  named(`the start, ${name}`, () => {
    warnings.length = 0;
    const rows = firstRows(objective([[2]], loss), start, chain(untilStep(5), gradientStep(1e-3)), 9);
    assert.equal([rows.length, rows[0]!.status], [1, "diverged"]);
    assert.match(rows[0]!.because!, words);
  });
}
named("a NaN is warned of, once, with run and step", async () => {
  await new Promise((done) => setTimeout(done, 0));
  warnings.length = 0;
  const problem = objective([[2]], battery[0]![1]);
  await lastValueFrom(iterate(problem, [1, -1.3], newtonMR(), { name: "mine" }));
  await new Promise((done) => setTimeout(done, 0));
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /^iterate: the loss is NaN .*log\(-1\.3\) gives NaN.*\(run "mine", step 0\)/);
});
/** What the operations of random losses do to plain numbers; those of one operand first. */
const unary = {
  log: [tf.log, Math.log],
  sqrt: [tf.sqrt, Math.sqrt],
  asin: [tf.asin, Math.asin],
  acosh: [tf.acosh, Math.acosh],
  exp: [tf.exp, Math.exp],
  tanh: [tf.tanh, Math.tanh],
  neg: [tf.neg, (x: number) => -x],
} as const;
const binary = {
  add: [tf.add, (x: number, y: number) => x + y],
  sub: [tf.sub, (x: number, y: number) => x - y],
  mul: [tf.mul, (x: number, y: number) => x * y],
  div: [tf.div, (x: number, y: number) => x / y],
  pow: [tf.pow, (x: number, y: number) => x ** y],
} as const;
/** The graph writes some operations as others. */
const plain: Readonly<Record<string, (x: number, y: number) => number>> = {
  ...Object.fromEntries([...Object.entries(unary), ...Object.entries(binary)].map(([name, [, f]]) => [name, f])),
  log1p: Math.log1p,
  expm1: Math.expm1,
};
type Tree = { readonly make: (x: tf.Tensor1D) => tf.Tensor };
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.integer({ min: 0, max: 2 }).map((i): Tree => ({ make: (x) => tf.squeeze(tf.slice(x, i, 1)) })),
    fc
      .tuple(fc.constantFrom(...Object.values(unary)), tie("tree"))
      .map(([[op], a]): Tree => ({ make: (x) => op(a.make(x)) })),
    fc
      .tuple(fc.constantFrom(...Object.values(binary)), tie("tree"), tie("tree"))
      .map(([[op], a, b]): Tree => ({ make: (x) => op(a.make(x), b.make(x)) })),
  ),
})).tree;
named("random losses: what is named first does give that from numbers", () => {
  let met = 0;
  const numbers = fc.constantFrom(0, -1, 2, 0.5, -0.3, 800, 1e-200);
  fc.assert(
    fc.property(tree, fc.tuple(numbers, numbers, numbers), ({ make }, point) => {
      const problem = objective([[3]], (x: tf.Tensor1D) => make(x) as tf.Scalar, { onWarning: () => {} });
      const [row] = firstRows(problem, point, chain(untilStep(0), gradientStep(1)), 1);
      if (row!.status !== "diverged") {
        assert.ok(Number.isFinite(row!.value) && row!.at.field.every(Number.isFinite));
        return;
      }
      met++;
      const [, op, given, value] = /: (\w+)\(([^)]*)\) gives (-?Infinity|NaN)/.exec(row!.because!) ?? [];
      assert.ok(op !== undefined && plain[op] !== undefined, row!.because);
      const [a, b] = given!.split(", ").map(Number);
      assert.ok(Number.isFinite(a) && (b === undefined || Number.isFinite(b)), row!.because);
      assert.ok(Object.is(plain[op]!(a!, b!), Number(value)), row!.because);
    }),
    { numRuns: 300 },
  );
  assert.ok(met > 50, `${met} of 300`);
});
named("infinities that vanish again are passed over", () => {
  const loss: Loss = (x) => total(tf.add(tf.div(1, tf.add(1, tf.exp(x))), tf.log(tf.slice(x, 1, 1))));
  const [row] = firstRows(objective([[2]], loss), [1000, -1], gradientStep(1), 2);
  assert.match(row!.because!, /log\(-1\) gives NaN/);
  assert.not.match(row!.because!, /exp/);
});
named("the field of a vector field, by its operations", () => {
  const field = vectorField([[2]], (x: tf.Tensor1D) => tf.sqrt(x));
  const [row] = firstRows(field, [1, -2], gradientStep(1), 2);
  assert.match(
    row!.because!,
    /component 1 \(parameter1\[1\]\) of the field is NaN.*sqrt\(-2\) gives NaN .*in the field/,
  );
});
named("wrapped problems hand the question on", () => {
  const inner = objective([[2]], battery[0]![1], { name: "inner" });
  for (const problem of [
    variationalInequality(inner, box([-5, -5], [5, 5])),
    movedToZero(inner, [1, 1]),
    blend(distanceProblem([0, 0]), inner, 0.5),
    inner.with({}),
  ]) {
    const [row] = firstRows(problem, [1, -1.3], chain(untilCritical({ squaredFieldNorm: 1e-20 }), gradientStep(1)), 2);
    assert.is(row!.status, "diverged", problem.name);
    assert.match(row!.because!, /log\(-1\.3\) gives NaN/);
  }
});
named.run();
