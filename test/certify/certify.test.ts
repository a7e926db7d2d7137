/** What `certify` proves of known problems, and what it refuses. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certify } from "../../src/certify/certify.ts";
import { excludeZero } from "../../src/certify/excludeZero.ts";
import { polished } from "../../src/certify/polish.ts";
import { denseOf, symmetricEigen } from "../../src/linalg/index.ts";
import { untilCritical } from "../../src/operators/measures/untilCritical.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../src/operators/newton/newtonMR.ts";
import { network } from "../../src/problems/networks/network.ts";
import { objective } from "../../src/problems/objective.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { box } from "../../src/problems/sets/box.ts";
import { simplex } from "../../src/problems/sets/simplex.ts";
import { vectorField } from "../../src/problems/vectorField.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../support/assert.ts";
import { rosenbrock, tanhNetwork, tracedQuartic } from "../support/certified.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";

const proving = suite("certify");

proving("the quartic's minimum, at it and beside it", () => {
  const at = certify(tracedQuartic(), [-3, 0]);
  assert.is(at.verdict, "zero", at.because);
  assert.is(at.moved, 0);
  assert.is(at.morseIndex, 0);
  assert.is(at.kernelDimension, 0);
  assert.ok(at.exists! < 1e-14);
  assert.ok(at.loss!.low <= 6.25 && 6.25 <= at.loss!.high && at.loss!.high - at.loss!.low < 1e-12);

  const beside = certify(tracedQuartic(), [-2.9, 0.1], { polish: 0 });
  assert.is(beside.verdict, "zero", beside.because);
  const distance = Math.hypot(0.1, 0.1);
  assert.ok(beside.exists! >= distance && beside.exists! < 0.5, `${beside.exists}`);
  assert.ok(beside.unique! > beside.exists!);
  assert.ok(beside.loss!.low <= 6.25 && 6.25 <= beside.loss!.high);
});

proving("radius: grow finds a larger radius of uniqueness, which holds no second zero", () => {
  // The zeros of x^3 - x are 1 apart, and the field turns at 1 / sqrt 3.
  const wells = objective([[]], (x) => tf.square(tf.sub(tf.square(x), 1)));
  const least = certify(wells, [1]);
  const grown = certify(wells, [1], { radius: "grow" });
  assert.ok(grown.unique! > 1000 * least.unique!);
  assert.ok(grown.unique! < 1 && grown.unique! > 0.1, `${grown.unique}`);
  assert.is(certify(wells, [0], { radius: "grow" }).morseIndex, 1);
});

proving("Rosenbrock's minimum; from beside it only after polishing", () => {
  const at = certify(rosenbrock(), [1, 1]);
  assert.is(at.verdict, "zero", at.because);
  const beside = certify(rosenbrock(), [1.0001, 1.0002], { polish: 0 });
  assert.is(beside.verdict, "undecided");
  assert.match(beside.because, /h = .* > 1: .*go on with Newton/);
  const led = certify(rosenbrock(), [1.0001, 1.0002]);
  assert.is(led.verdict, "zero", led.because);
  assertClose(led.moved, Math.hypot(1e-4, 2e-4), 1e-3);
  assertClose(led.point, [1, 1], 1e-12);
});

proving("tanh networks: the index is that of the float64 spectrum, the loss is enclosed", () => {
  let proved = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const problem = tanhNetwork(seed);
    const start = normalVector(problem.dimension, seed).map((x) => 0.5 * x);
    const search = chain(untilCritical({ squaredFieldNorm: 1e-16 }), untilStep(300), newtonMR());
    const found = certify(problem, firstRows(problem, start, search, 301).at(-1)!.point);
    if (found.exists === undefined) continue;
    proved++;
    const { values } = symmetricEigen(denseOf(problem.linearize(found.point)));
    assert.is(found.morseIndex, values.filter((x) => x < 0).length);
    assert.is(found.kernelDimension, 0);
    const loss = problem.evaluate(found.point, new Float64Array(problem.dimension));
    assert.ok(found.loss!.low <= loss + 1e-14 && loss - 1e-14 <= found.loss!.high);
  }
  assert.ok(proved >= 3, `${proved} of 6`);
});

proving("a classifier where two logits change places: the softmax has no kink there", () => {
  const inputs = Float64Array.from({ length: 24 }, (_, i) => Math.sin(1 + i * i));
  const targets = Float64Array.from({ length: 24 }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 1 : 0));
  const problem = network({
    layers: [3, 2, 3],
    activation: "tanh",
    loss: "softmaxCrossEntropy",
    inputs,
    targets,
    regularization: { coefficient: 1, average: true },
  });
  const row = firstRows(problem, problem.initialPoint(3), chain(untilCritical(), untilStep(60), newtonMR()), 61).at(
    -1,
  )!;
  const at = certify(problem, row.point);
  assert.is(at.verdict, "zero", at.because);
  // Near the origin all logits of all samples are nearly equal.
  const near = problem.initialPoint(1).map((x) => 1e-3 * x);
  assert.ok(excludeZero(problem, near).because.match(/kink/) === null);
  const { low, high } = at.loss!;
  assert.ok(low <= row.value && row.value <= high + 1e-9 && high - low < 1e-12, `${low} ${row.value} ${high}`);
});

proving("any quadratic with a regular matrix has its one zero, with the signs of its curvatures", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.double({ min: -4, max: 4, noNaN: true }).filter((x) => Math.abs(x) > 1e-3),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      fc.integer({ min: 1, max: 1000 }),
      (curvatures, seed) => {
        const n = curvatures.length;
        const centre = normalVector(n, seed);
        const problem = objective([[n]], (x) =>
          tf.sum(tf.mul(tf.tensor1d(curvatures, "float32"), tf.square(tf.sub(x, tf.tensor1d([...centre]))))),
        );
        const found = certify(
          problem,
          centre.map((x) => Math.fround(x)),
        );
        assert.is(found.verdict, "zero", found.because);
        assert.is(found.morseIndex, curvatures.filter((x) => x < 0).length);
      },
    ),
    { numRuns: 25 },
  );
});

proving("a field that is not a gradient: a zero and its radius, no index and no loss", () => {
  const field = vectorField([[], []], (x, y) => [
    tf.add(tf.sub(tf.square(x), y), tf.mul(0.5, x)),
    tf.sub(tf.add(x, tf.square(y)), 2),
  ]);
  const found = certify(field, [0.8, 1.1]);
  assert.is(found.verdict, "zero", found.because);
  assert.is(found.morseIndex, undefined);
  assert.is(found.loss, undefined);
  assert.is(found.kernelDimension, 0);
  const { point } = polished(field, found.point, 9);
  assert.ok(Math.hypot(point[0]! - found.point[0]!, point[1]! - found.point[1]!) <= found.exists!);
  assert.is(certify(field, [3, 3], { polish: 0 }).verdict, "no zero");
});

proving.run();

const refusing = suite("certify does not take for proved");

refusing("x^4, whose zero is degenerate", () => {
  const problem = objective([[]], (x) => tf.pow(x, 4));
  for (const at of [0, 1e-9, 1e-3]) {
    const { verdict, because } = certify(problem, [at]);
    assert.is(verdict, "undecided", `${at}: ${because}`);
  }
});

refusing("a monkey saddle and x^2 + y^4", () => {
  const monkey = objective([[], []], (x, y) => tf.sub(tf.pow(x, 3), tf.mul(3, tf.mul(x, tf.square(y)))));
  assert.is(certify(monkey, [0, 0]).verdict, "undecided");
  const valley = objective([[], []], (x, y) => tf.add(tf.square(x), tf.pow(y, 4)));
  assert.is(certify(valley, [0, 0]).verdict, "undecided");
});

refusing("a zero at a kink, and one whose ball holds a kink", () => {
  const atKink = objective([[]], (x) => tf.add(tf.relu(x), tf.square(x)));
  assert.is(certify(atKink, [0]).verdict, "undecided");
  // |x| + (x - 1)^2 has its minimum 1/2, far enough from the kink; near x = 0 nothing may be proved across it.
  const beside = objective([[]], (x) => tf.add(tf.abs(x), tf.square(tf.sub(x, 1))));
  assert.is(certify(beside, [0.5]).verdict, "zero");
  const across = certify(beside, [0.25], { polish: 0 });
  assert.ok(across.exists === undefined || across.exists < 0.26);
  const excluded = certify(beside, [0.1], { polish: 0 }).excluded;
  assert.ok(excluded === undefined || excluded <= 0.1, `${excluded}`);
});

refusing(
  "points where the loss is undefined, though its derivative has a formula, and fields across a branch cut",
  () => {
    // log x - x^2 / 2 has the derivative 1 / x - x, which is 0 at -1 too.
    const logarithm = objective([[]], (x) => tf.sub(tf.log(x), tf.mul(0.5, tf.square(x))));
    assert.is(certify(logarithm, [1]).verdict, "zero");
    for (const x of [-1, -0.9, -1e-3]) {
      const at = certify(logarithm, [x]);
      assert.is(at.verdict, "undecided", `${x}: ${at.because}`);
      assert.is(excludeZero(logarithm, [x]).radius, 0);
    }
    // The angle jumps by 2 pi from where it seems to reach -pi - 1e-9.
    const angle = vectorField([[], []], (x, y) => [tf.add(x, 1), tf.add(tf.atan2(y, x), Math.PI + 1e-9)]);
    const beside = certify(angle, [-1, -1e-12]);
    assert.is(beside.verdict, "undecided", beside.because);
    assert.ok(excludeZero(angle, [-1, -1e-6]).radius <= 1e-6);
    const before = vectorField([[], []], (x, y) => [tf.add(x, 1), tf.add(tf.atan2(y, x), Math.PI - 1e-3)]);
    assert.is(certify(before, [-1, -1e-3]).verdict, "zero");
  },
);

refusing("a point from which polishing leads nowhere: e^x has no zero", () => {
  const problem = objective([[]], (x) => tf.exp(x));
  const found = certify(problem, [-3]);
  assert.is(found.verdict, "no zero");
  assert.ok(found.excluded! > 0.1);
  assert.match(found.because, /No zero lies within/);
});

refusing("points and problems that it cannot judge", () => {
  assertError(() => certify(quartic(), [-3, 0]), "ERR_UNSUPPORTED", /certify: expected a problem that .* quartic/);
  assertError(() => certify(tracedQuartic(), [1]), "ERR_LENGTH", /certify: expected a point of length 2/);
  assertError(() => certify(tracedQuartic(), [1, Number.NaN]), "ERR_NOT_FINITE", /got NaN at index 1/);
  assertError(() => certify(tracedQuartic(), [1, 1], { polish: -1 }), "ERR_OPTION_RANGE");
  assertError(() => certify(tracedQuartic(), [1, 1], { radius: "wide" as "grow" }), "ERR_OPTION_RANGE");
  assertError(() => certify(tracedQuartic(), [1, 1], { symmetry: {} as never }), "ERR_OPTION_TYPE");
});

refusing("a copy whose field is not that of the graph, or that calls a field a gradient", () => {
  const copy = {
    ...tracedQuartic(),
    evaluate(_point: Float64Array, field: Float64Array): number {
      field.fill(0);
      return 0;
    },
  };
  assertError(() => certify(copy, [1, 1]), "ERR_UNSUPPORTED", /whose field is that of its graph/);
  assertError(() => excludeZero(copy, [1, 1]), "ERR_UNSUPPORTED", /whose field is that of its graph/);
  const rotation = vectorField([[], []], (x, y) => [tf.add(x, tf.mul(5, y)), tf.sub(y, tf.mul(5, x))]);
  assert.is(certify({ ...rotation, symmetric: true }, [0, 0]).morseIndex, undefined);
});

refusing("an active constraint; inside a set it proves, as long as the zero is inside", () => {
  const on = (lower: number) =>
    objective([[2]], (x) => tf.sum(tf.square(tf.sub(x, 1))), { constraint: box([lower, lower], [5, 5]) });
  assertError(
    () => certify(on(1), [1, 1]),
    "ERR_UNSUPPORTED",
    /no constraint is active, got .* inequality 0 of the set box/,
  );
  const inside = certify(on(0), [1, 1]);
  assert.is(inside.verdict, "zero", inside.because);
  assert.ok(inside.unique! <= 1);
  // The zero of the field is outside, and the solution is on the boundary.
  assert.is(certify(on(2), [3, 3], { polish: 0 }).exists, undefined);
  const far = certify(on(2), [2.5, 2.5]);
  assert.ok(far.exists === undefined && far.excluded! <= 0.5, far.because);
  const strategies = objective([[2]], (x) => tf.sum(tf.square(x)), { constraint: simplex(2) });
  assertError(() => certify(strategies, [0.5, 0.5]), "ERR_UNSUPPORTED", /simplex with 1 equations/);
});

refusing.run();
