/** Many steps on the device between two rows: the same iterates for every number of them, resumed and refused well. */
import * as tf from "@tensorflow/tfjs-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../src/autodiff/trace/constant.ts";
import { type DeviceStepsOptions, deviceSteps } from "../../src/device/deviceSteps.ts";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { stepDecay } from "../../src/operators/schedules/stepDecay.ts";
import { adam } from "../../src/operators/steps/adam.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { bilinear } from "../../src/problems/games/bilinear.ts";
import { objective } from "../../src/problems/objective.ts";
import type { TracedProblem } from "../../src/problems/problem.ts";
import { box } from "../../src/problems/sets/box.ts";
import { minibatches } from "../../src/problems/traced/minibatches.ts";
import { chain } from "../../src/streams/chain.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { iterate } from "../../src/streams/iterate.ts";
import { scheduled } from "../../src/streams/scheduled.ts";
import type { Checkpoint, Iterate, Update } from "../../src/streams/types.ts";
import { assertClose, assertError } from "../support/assert.ts";
import * as fc from "../support/fastCheck.ts";
import { normalVector } from "../support/random.ts";
import { hasXla } from "../support/xla.ts";

const [samples, inputs, outputs] = [12, 5, 3];
const [x, y] = [normalVector(samples * inputs, 1), normalVector(samples * outputs, 2)];
const z0 = normalVector(inputs * outputs + outputs, 3);

/** L(w, c) = mean of (tanh(x w + c) - y)^2, times a factor. */
function network(rows = samples, factor = 1): TracedProblem {
  const shapes: [number[], number[]] = [[inputs, outputs], [outputs]];
  return objective(
    shapes,
    (w: tf.Tensor, c: tf.Tensor) => {
      const given = data("x", x.slice(0, rows * inputs), [rows, inputs]);
      const off = tf.sub(
        tf.tanh(tf.add(tf.matMul(given as tf.Tensor2D, w as tf.Tensor2D), c)),
        data("y", y.slice(0, rows * outputs), [rows, outputs]),
      );
      return tf.mul(factor, tf.mean(tf.square(off)));
    },
    { executor: "xla" },
  );
}

const numbers = { stepSize: 0.1, decay: 0.8, squareDecay: 0.95, damping: 1e-6 };
const { stepSize: _, ...adamNumbers } = numbers;
const host: Readonly<Record<DeviceStepsOptions["method"], Update>> = {
  gradientDescent: gradientStep(numbers.stepSize),
  momentum: chain(momentum({ decay: numbers.decay }), gradientStep(numbers.stepSize)),
  adam: chain(adam(adamNumbers), gradientStep(numbers.stepSize)),
};
const methods = Object.keys(host) as DeviceStepsOptions["method"][];
const pointsOf = (rows: readonly Iterate[]): readonly Float64Array[] => rows.map(({ point }) => point);

const steps = suite("deviceSteps");
if (hasXla) {
  for (const method of methods) {
    steps(`${method}: every k-th iterate, with the same bits for each k, and those of the host up to rounding`, () => {
      const problem = network();
      const one = firstRows(problem, z0, deviceSteps({ method, ...numbers, steps: 1 }), 25);
      const slow = firstRows(problem, z0, host[method], 25);
      for (const [i, { point, value }] of one.entries()) {
        assertClose(point, slow[i]!.point, 1e-11, `step ${i}`);
        assertClose(Float64Array.of(value), Float64Array.of(slow[i]!.value), 1e-11, `loss of step ${i}`);
      }
      fc.assert(
        fc.property(fc.integer({ min: 2, max: 12 }), (k) => {
          const rows = firstRows(problem, z0, deviceSteps({ method, ...numbers, steps: k }), 3);
          for (const [r, row] of rows.entries()) {
            assert.equal(row.point, one[r * k]!.point);
            assert.is(row.value, one[r * k]!.value);
            assert.is(row.columns.deviceSteps, r * k);
            const losses = Float64Array.from({ length: k }, (_, j) => one[Math.min(24, r * k + j)]!.value);
            const mean = losses.reduce((sum, loss) => sum + loss / k, 0);
            if (r < 2) assertClose(Float64Array.of(row.columns.deviceLoss!), Float64Array.of(mean), 1e-12, "mean");
          }
        }),
        { numRuns: 2 },
      );
    });
  }
  steps("batches of all steps are sent ahead: the same iterates as one batch at a time", () => {
    const batches = minibatches(network(4), { x, y }, { size: 4, seed: 5 });
    const update = (k: number): Update => deviceSteps({ method: "adam", ...numbers, steps: k, batches });
    const one = firstRows(batches, z0, update(1), 13);
    const four = firstRows((row) => batches(4 * row), z0, update(4), 4);
    assert.equal(
      pointsOf(four),
      [0, 4, 8, 12].map((i) => one[i]!.point),
    );
    const slow = firstRows(batches, z0, host.adam, 13);
    assertClose(four[3]!.point, slow[12]!.point, 1e-11, "the host");
    assert.is(four[3]!.value, one[12]!.value);
  });
  steps("a run that goes on from a checkpoint has the same rows, as two runs at once do", () => {
    const problem = network();
    const update = deviceSteps({ method: "adam", ...numbers, steps: 7 });
    const saved: Checkpoint[] = [];
    const whole: Iterate[] = [];
    iterate(problem, z0, chain(untilStep(5), update), {
      slice: Number.POSITIVE_INFINITY,
      checkpoints: { every: 2, save: (checkpoint) => saved.push(structuredClone(checkpoint)) },
    }).subscribe((row) => {
      whole.push(row);
      // Another run of the same update puts its own point on the device.
      firstRows(problem, normalVector(z0.length, row.step), update, 2);
    });
    const plain = firstRows(problem, z0, deviceSteps({ method: "adam", ...numbers, steps: 7 }), 6);
    assert.equal(pointsOf(whole), pointsOf(plain));
    const resumed: Iterate[] = [];
    iterate(problem, saved.at(-1)!, chain(untilStep(5), update), { slice: Number.POSITIVE_INFINITY }).subscribe((row) =>
      resumed.push(row),
    );
    assert.ok(resumed.length >= 2);
    assert.equal(pointsOf(resumed), pointsOf(whole.slice(-resumed.length)));
    assert.equal(
      resumed.map(({ evaluations }) => evaluations),
      whole.slice(-resumed.length).map(({ evaluations }) => evaluations),
    );
  });
  steps("losses of every size: Adam's steps do not change, and nothing overflows", () => {
    const points = [2 ** -600, 1, 2 ** 600].map((factor) => {
      const update = deviceSteps({ method: "adam", stepSize: 0.01, damping: 0, steps: 10 });
      return firstRows(network(samples, factor), z0, update, 3)[2]!.point;
    });
    for (const point of [points[0]!, points[2]!]) assertClose(point, points[1]!, 1e-9, "scaled");
  });
  steps("a run that diverges says so", () => {
    const update = deviceSteps({ method: "gradientDescent", stepSize: 10, steps: 500 });
    const quadratic = objective([[2]], (z: tf.Tensor) => tf.sum(tf.square(z)), { executor: "xla" });
    const rows = firstRows(quadratic, [1, 2], update, 4);
    assert.is(rows.at(-1)!.status, "diverged");
  });
  steps("rows count the k gradients of the device and their own, and settings are steered", () => {
    const rows = firstRows(network(), z0, deviceSteps({ method: "gradientDescent", stepSize: 0.5, steps: 3 }), 3);
    assert.equal(
      rows.map(({ stepSize, evaluations }) => [stepSize, evaluations]),
      [
        [0.5, 5],
        [0.5, 9],
        [0.5, 13],
      ],
    );
  });
  steps("a schedule of the step size holds for all steps of a row", () => {
    const update = deviceSteps({ method: "gradientDescent", stepSize: 0.5, steps: 4 });
    const falling = scheduled(update, { stepSize: stepDecay({ every: 1, decay: 0.5 }) });
    const rows = firstRows(network(), z0, falling, 3);
    assert.equal(
      rows.map(({ stepSize }) => stepSize),
      [0.5, 0.25, 0.125],
    );
    const alone = firstRows(
      network(),
      rows[1]!.point,
      deviceSteps({ method: "gradientDescent", stepSize: 0.25, steps: 4 }),
      2,
    );
    assert.equal(alone[1]!.point, rows[2]!.point);
  });
  steps("in single precision, within 1e-5 of double", () => {
    const update = (precision: "float32" | "float64"): Update =>
      deviceSteps({ method: "momentum", ...numbers, steps: 10, precision });
    const [narrow, wide] = (["float32", "float64"] as const).map(
      (each) => firstRows(network(), z0, update(each), 2)[1]!,
    );
    assertClose(narrow!.point, wide!.point, 1e-5, "float32");
    assert.not.equal(narrow!.point, wide!.point);
  });
  steps("refuses problems and batches that do not fit", () => {
    const run = (problem: Parameters<typeof firstRows>[0], options: Partial<DeviceStepsOptions> = {}) =>
      firstRows(problem, [1, 1], deviceSteps({ method: "adam", stepSize: 0.1, steps: 2, ...options }), 2);
    assertError(() => run(bilinear()), "ERR_UNSUPPORTED", /no traced graph/);
    const inBox = objective([[2]], (z: tf.Tensor) => tf.sum(z), { constraint: box([0, 0], [1, 1]) } as never);
    assertError(() => run(inBox), "ERR_UNSUPPORTED", /constraint/);
    const uneven = minibatches(network(5), { x, y }, { size: 5 });
    assertError(
      () => firstRows(uneven, z0, deviceSteps({ method: "adam", stepSize: 0.1, steps: 3, batches: uneven }), 2),
      "ERR_SHAPE",
      /dropLast/,
    );
  });
} else steps("are skipped", () => undefined);

steps("refuses options out of range", () => {
  const make = (options: object): Update => deviceSteps({ method: "adam", stepSize: 0.1, ...options });
  assertError(() => make({ method: "lion" }), "ERR_OPTION_RANGE");
  assertError(() => make({ stepSize: 0 }), "ERR_OPTION_RANGE");
  assertError(() => make({ steps: 1.5 }), "ERR_OPTION_RANGE");
  assertError(() => make({ decay: -0.5 }), "ERR_OPTION_RANGE");
  assertError(() => make({ batches: 3 }), "ERR_OPTION_TYPE");
  assertError(() => make({ step: 3 }), "ERR_OPTION_UNKNOWN");
  deviceSteps({ method: "momentum", stepSize: 0.1, decay: -0.5 });
});
steps.run();
