import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/trace/constant.ts";
import { objective } from "../../src/problems/objective.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { normalVector } from "../support/random.ts";

const value = (problem: ReturnType<typeof objective>, ...point: number[]): number =>
  problem.evaluate(Float64Array.from(point), new Float64Array(problem.dimension));

const problems = suite("data of an objective");

problems("exchanges data without calling the loss again, and leaves the first problem as it was", () => {
  let calls = 0;
  const first = Float64Array.of(1, 2, 3);
  const problem = objective([[]], (x) => {
    calls++;
    return tf.sum(tf.square(tf.sub(x, data("samples", first, [3]))));
  });
  const traced = calls;
  const given = Float64Array.of(0, 0, 1);
  const second = problem.with({ samples: given });
  assert.is(value(problem.with({ samples: [...given] }), 0), value(second, 0));
  given[0] = 100;
  first[0] = 100;
  assert.is(calls, traced);
  assert.is(value(problem, 0), 14);
  assert.is(value(second, 0), 1);
  assert.is(value(second.with({}), 0), 1);
  assert.is(value(second.with({ samples: Float64Array.of(2, 0, 0) }), 0), 4);
  assert.is(value(problem, 0), 14);
  assert.is.not(JSON.stringify(problem.description), JSON.stringify(second.description));
});

problems("keeps a Jacobian right while other data and points are used", () => {
  const problem = objective([[]], (x) => tf.mul(data("a", [1], []), tf.pow(x, 3)));
  const other = problem.with({ a: Float64Array.of(10) });
  const jacobian = problem.linearize(Float64Array.of(2));
  const out = new Float64Array(1);
  other.linearize(Float64Array.of(5)).apply(Float64Array.of(1), out);
  assert.is(out[0], 300);
  value(other, 7);
  jacobian.apply(Float64Array.of(1), out);
  assert.is(out[0], 12);
});

problems("takes minibatches of another size by one more trace each, and goes back without one", () => {
  let calls = 0;
  const problem = objective([[2]], (w) => {
    calls++;
    const x = data("inputs", [1, 2, 3, 4, 5, 6], [3, 2]);
    const y = data("targets", [1, 2, 3], [3]);
    return tf.losses.meanSquaredError(y, tf.dot(x, w) as tf.Tensor1D);
  });
  const traced = calls;
  const short = { inputs: Float64Array.of(1, 0, 0, 1), targets: Float64Array.of(0, 2) };
  const small = problem.with(short);
  assert.is(calls, 2 * traced);
  // ((3 - 0)^2 + (4 - 2)^2) / 2
  assert.is(value(small, 3, 4), 6.5);
  const jacobian = small.linearize(Float64Array.of(3, 4));
  assert.is(value(problem, 1, 0), (0 + 1 + 4) / 3);
  const out = new Float64Array(2);
  jacobian.apply(Float64Array.of(1, 2), out);
  assert.equal(out, Float64Array.of(1, 2));
  assert.is(value(problem.with({ targets: Float64Array.of(1, 1, 1) }).with(short), 3, 4), 6.5);
  assert.is(value(small.with({ inputs: new Float64Array(6), targets: new Float64Array(3) }), 3, 4), 0);
  assert.is(calls, 2 * traced);
  // One input of another size than its fellow is an error of the loss.
  const alone = (): unknown => problem.with({ targets: Float64Array.of(1, 1) });
  assertError(alone, "ERR_SHAPE", /\.with: .*inputs \[3, 2\], targets \[2\]: .*Shapes 2 and 3 must match/);
});

problems("takes integer labels as data, through oneHot", () => {
  const problem = objective([[3, 3]], (w) => {
    const hot = tf.oneHot(data("labels", [0, 2, 1], [3]).toInt(), 3).toFloat();
    return tf.losses.softmaxCrossEntropy(hot, tf.matMul(tf.eye(3), w));
  });
  const logits = [2, 0, 0, 0, 0, 5, 0, 1, 0];
  const expected = (labels: readonly number[]): number =>
    labels.reduce((sum, label, row) => {
      const own = logits.slice(3 * row, 3 * row + 3);
      return sum + Math.log(own.reduce((total, z) => total + Math.exp(z), 0)) - own[label]!;
    }, 0) / 3;
  assertClose(value(problem, ...logits), expected([0, 2, 1]), 1e-15);
  assertClose(value(problem.with({ labels: Float64Array.of(1, 1, 2) }), ...logits), expected([1, 1, 2]), 1e-15);
});

problems("takes integer labels as indices: gather, in batches, gatherND, segments, scatterND", () => {
  const table = normalVector(12, 3);
  const labels = [3, 0, 3, 1];
  const other = [2, 2, 0, 3];
  const int = (): tf.Tensor1D => data("labels", labels, [4], "int32") as tf.Tensor1D;
  const weights = tf.tensor(
    Array.from({ length: 16 }, (_, i) => Math.cos(i)),
    [4, 4],
  );
  const rows = tf.range(0, 4, 1, "int32");
  const losses: Readonly<Record<string, (x: tf.Tensor2D, places: tf.Tensor1D) => tf.Tensor>> = {
    rows: (x, places) => tf.gather(x, places),
    "one column": (x, places) => tf.gather(tf.reshape(x, [12]), places),
    "another axis": (x, places) => tf.gather(tf.reshape(x, [3, 4]), places, 1),
    "in batches": (x, places) =>
      tf.gather(tf.matMul(weights as tf.Tensor2D, x), tf.expandDims(tf.minimum(places, 2).toInt(), 1), 1, 1),
    gatherND: (x, places) => tf.gatherND(tf.matMul(x, x, false, true), tf.stack([rows, places], 1)),
    "gatherND of rows": (x, places) => tf.gatherND(x, tf.expandDims(places, 1)),
    segments: (x, places) => tf.unsortedSegmentSum(x, places, 3),
    scatterND: (x, places) => tf.scatterND(tf.expandDims(places, 1), x, [4, 3]),
    oneHot: (x, places) => tf.matMul(tf.oneHot(places, 4).toFloat() as tf.Tensor2D, x),
  };
  for (const [name, f] of Object.entries(losses)) {
    const loss = (x: tf.Tensor2D, places: tf.Tensor1D): tf.Tensor => tf.sum(tf.exp(tf.mul(0.3, f(x, places))));
    const problem = objective([[4, 3]], (x) => loss(x, int()));
    const [a, b] = [new Float64Array(12), new Float64Array(12)];
    for (const given of [labels, other]) {
      // The same with indices that are constant: other code, no comparisons.
      const fixed = objective([[4, 3]], (x) => loss(x, tf.tensor1d(given, "int32")));
      const exchanged = problem.with({ labels: Float64Array.from(given) });
      assertClose(exchanged.evaluate(table, a), fixed.evaluate(table, b), 1e-14, name);
      assertClose(a, b, 1e-14, name);
    }
  }
});

problems("refuses labels that are no places, or no whole numbers, and gives NaN for computed ones", () => {
  const places = (): tf.Tensor1D => data("labels", [0, 1], [2], "int32") as tf.Tensor1D;
  const problem = objective([[3]], (x) => tf.sum(tf.gather(x, places())), { name: "labelled" });
  const bad = (labels: readonly number[], message: RegExp): void =>
    assertError(() => problem.with({ labels: Float64Array.from(labels) }), "ERR_OPTION_RANGE", message);
  bad([0, 3], /^labelled\.with: data "labels" holds the index 3, where only 0 to 2 exist/);
  bad([-1, 0], /index -1/);
  bad([0, 0.5], /whole numbers.*0\.5 at index 1/);
  const computed = objective([[3]], (x) => tf.sum(tf.gather(x, tf.add(places(), tf.scalar(1, "int32")))));
  assert.is(value(computed, 1, 2, 4), 6);
  assert.ok(Number.isNaN(value(computed.with({ labels: Float64Array.of(0, 2) }), 1, 2, 4)));
});

problems("takes masks as data, for tf.where", () => {
  const problem = objective([[3]], (x) =>
    tf.sum(tf.where(data("mask", [1, 0, 1], [3], "bool"), tf.square(x), tf.log(tf.add(x, 1)))),
  );
  assertClose(value(problem, 2, 1, 3), 4 + Math.log(2) + 9, 1e-15);
  assertClose(value(problem.with({ mask: Float64Array.of(0, 1, 1) }), 2, 1, 3), Math.log(3) + 1 + 9, 1e-15);
});

problems("gives another size only to data inputs made inside the loss, whose tensors know it", () => {
  const outside = data("outside", [1, 2, 3], [3]);
  const problem = objective([[]], (x) => tf.mean(tf.square(tf.sub(x, outside))));
  assert.is(value(problem.with({ outside: Float64Array.of(2, 2, 2) }), 2), 0);
  assertError(
    () => problem.with({ outside: Float64Array.of(2, 2) }),
    "ERR_LENGTH",
    /"outside" made outside of it.*\[3\] for good.*call data\("outside", \.\.\.\) inside/,
  );
  outside.dispose();
});

problems("refuses data that do not fit, naming the input and the place", () => {
  const problem = objective([[]], (x) => tf.sum(tf.mul(x, data("samples", new Float64Array(6), [2, 3]))), {
    name: "fit",
  });
  assertError(
    () => problem.with({ sample: new Float64Array(6) }),
    "ERR_DATA_NAME",
    /fit\.with.*"sample".*it has samples/,
  );
  assertError(() => problem.with({ samples: new Float64Array(4) }), "ERR_LENGTH", /6 numbers.*\[2, 3\].*got 4/);
  const bad = Float64Array.of(0, 0, 0, 0, Number.NaN, 0);
  assertError(() => problem.with({ samples: bad }), "ERR_NOT_FINITE", /"samples".*NaN at index 4 \(\[1, 1\]\)/);
  bad[4] = Number.POSITIVE_INFINITY;
  assertError(() => problem.with({ samples: bad }), "ERR_NOT_FINITE", /Infinity/);
  const wrong: unknown = new Float32Array(6);
  assertError(() => problem.with({ samples: wrong as Float64Array }), "ERR_OPTION_TYPE", /Float64Array/);
  const none = objective([[]], (x) => tf.square(x));
  assertError(() => none.with({ samples: new Float64Array(1) }), "ERR_DATA_NAME", /it has none/);
});

problems.run();
