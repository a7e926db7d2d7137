/** Steps that need the outputs of a model, in other units: both sides of what docs/scales.md says of them. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/index.ts";
import { gaussNewtonDirection } from "../../../src/operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../src/operators/newton/kfacDirection.ts";
import { naturalGradientDirection } from "../../../src/operators/newton/naturalGradientDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { objective } from "../../../src/problems/objective.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import * as fc from "../../support/fastCheck.ts";
import { normalVector } from "../../support/random.ts";
import { claims, type Sense, senses } from "../../support/scaleClaims.ts";

const finders: Readonly<Record<string, () => Update>> = {
  gaussNewtonDirection: () => chain(gaussNewtonDirection(), gradientStep(0.5)),
  naturalGradientDirection: () => chain(naturalGradientDirection(), gradientStep(0.5)),
  kfacDirection: () => chain(kfacDirection(), gradientStep(0.5)),
};

const [samples, inputs, hidden, outputs] = [12, 3, 2, 2];
const x = normalVector(samples * inputs, 1);
const targets = normalVector(samples * outputs, 2);
const start = normalVector(inputs * hidden + hidden * outputs, 3).map((z) => 0.5 * z);

/** Units of the rows of both layers, and of the loss. */
interface Units {
  readonly loss: number;
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/** L is `loss` times that of a network whose rows of weights are divided by their units. */
function courseOf(update: Update, { loss, first, second }: Units): readonly unknown[] {
  const problem = objective(
    [
      [inputs, hidden],
      [hidden, outputs],
    ],
    {
      outputs: (a: tf.Tensor2D, b: tf.Tensor2D) => {
        const scaled = x.map((entry, i) => entry / first[i % inputs]!);
        const h = tf.tanh(tf.matMul(data("inputs", scaled, [samples, inputs]) as tf.Tensor2D, a));
        const units = data(
          "units",
          second.map((unit) => 1 / unit),
          [hidden],
        );
        return tf.matMul(tf.mul(h, units) as tf.Tensor2D, b);
      },
      loss: "squared",
      targets,
      variance: 1 / loss,
    },
  );
  const unitOf = (i: number): number =>
    i < inputs * hidden ? first[Math.floor(i / hidden)]! : second[Math.floor((i - inputs * hidden) / outputs)]!;
  return firstRows(
    problem,
    start.map((z, i) => z * unitOf(i)),
    update,
    6,
  ).map(({ point, value, status }) => ({
    point: Array.from(point, (z, i) => z / unitOf(i)),
    value: value / loss,
    status,
  }));
}

const same = (unit: number): Pick<Units, "first" | "second"> => ({
  first: new Array<number>(inputs).fill(unit),
  second: new Array<number>(hidden).fill(unit),
});
const inUnits: Readonly<Record<Sense, (k: number) => Units>> = {
  loss: (k) => ({ loss: 2 ** k, ...same(1) }),
  "all parameters": (k) => ({ loss: 1, ...same(2 ** k) }),
  "each parameter": (k) => ({ loss: 1, first: [2 ** k, 1, 2 ** -k], second: [1, 2 ** k] }),
};

const tests = suite("scales of steps that need outputs");
for (const [name, make] of Object.entries(finders)) {
  const plain = courseOf(make(), { loss: 1, ...same(1) });
  for (const sense of senses) {
    const claim = claims.get(name)?.[sense];
    tests(`${name} takes ${claim === true ? "the same" : "other"} steps in other units of ${sense}`, () => {
      assert.type(claim, "boolean");
      if (claim !== true) {
        assert.not.equal(courseOf(make(), inUnits[sense](11)), plain);
        return;
      }
      fc.assert(
        fc.property(fc.integer({ min: -100, max: 100 }), (k) => {
          assert.equal(courseOf(make(), inUnits[sense](k)), plain);
        }),
        { numRuns: 5 },
      );
    });
  }
}

tests("kfacDirection takes the same steps where each layer has units of its own", () => {
  const plain = courseOf(finders.kfacDirection!(), { loss: 1, ...same(1) });
  const layers = { loss: 1, first: same(2 ** 40).first, second: same(2 ** -30).second };
  assert.equal(courseOf(finders.kfacDirection!(), layers), plain);
});
tests.run();
