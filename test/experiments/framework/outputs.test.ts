/** Problems with outputs keep their matrices inside an experiment, where each problem is wrapped, and stop there too. */
import * as tf from "@tensorflow/tfjs";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { data } from "../../../src/autodiff/index.ts";
import { certify } from "../../../src/certify/certify.ts";
import { experimentContext } from "../../../src/experiments/framework/context.ts";
import { StopRequested, stoppable } from "../../../src/experiments/framework/stoppable.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gaussNewtonDirection } from "../../../src/operators/newton/gaussNewtonDirection.ts";
import { kfacDirection } from "../../../src/operators/newton/kfacDirection.ts";
import { naturalGradientDirection } from "../../../src/operators/newton/naturalGradientDirection.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import { objective } from "../../../src/problems/objective.ts";
import { hasOutputs, type OutputObjective } from "../../../src/problems/outputs/outputObjective.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";

const inputs = Float64Array.of(1, 0, 0, 1, 1, 1, -1, 2);
const problem = objective([[2, 3], [3]], {
  outputs: (w: tf.Tensor, b: tf.Tensor) =>
    tf.add(tf.matMul(data("inputs", inputs, [4, 2]) as tf.Tensor2D, w as tf.Tensor2D), b),
  loss: "crossEntropy",
  targets: [0, 1, 2, 1],
});
const start = Float64Array.of(1, 0, -1, 0, 1, 0, 0, 0.5, 0);

const outputs = suite("problems with outputs in experiments");

for (const [name, direction] of Object.entries({
  gaussNewtonDirection: () => gaussNewtonDirection({ damping: 0.1 }),
  naturalGradientDirection: () => naturalGradientDirection({ damping: 0.1 }),
  kfacDirection: () => kfacDirection({ damping: 0.1 }),
})) {
  outputs(`${name} takes the same steps in an experiment as outside`, async () => {
    const update = (): ReturnType<typeof chain> => chain(untilStep(5), direction(), gradientStep(1));
    const context = experimentContext({ seed: 1, signal: new AbortController().signal });
    const rows = await lastValueFrom(context.iterate(problem, start, update()).pipe(toArray()));
    const alone = firstRows(problem, start, update(), 6);
    assert.equal(
      rows.map(({ value }) => value),
      alone.map(({ value }) => value),
    );
  });
}

outputs("every member that a problem with outputs has is there, and a problem without them has none", () => {
  const wrapped = stoppable(problem, () => false) as unknown as OutputObjective;
  assert.ok(hasOutputs(wrapped));
  const members = Object.keys(problem).filter((name) => !["with", "rowsOf"].includes(name));
  for (const name of members) assert.ok(name in wrapped, name);
  assert.not.ok(hasOutputs(stoppable(quartic(), () => false)));
});

outputs("a certificate inside an experiment knows the graph and the symmetries of the problem", () => {
  const autoencoder = deepLinearAutoencoder({ inputs: 4, hidden: 2, samples: 100, seed: 1 });
  const z = autoencoder.criticalPoints().representative([0, 1]);
  const [inside, outside] = [stoppable(autoencoder, () => false), autoencoder].map((each) => certify(each, z));
  assert.is(inside!.verdict, "zero");
  assert.equal([inside!.morseIndex, inside!.kernelDimension], [outside!.morseIndex, outside!.kernelDimension]);
});

outputs("a stop ends a solve with these matrices at its next product", () => {
  let stop = false;
  const wrapped = stoppable(problem, () => stop) as unknown as OutputObjective;
  for (const name of ["gaussNewton", "fisher", "empiricalFisher"] as const) {
    stop = false;
    const map = wrapped[name](start);
    map.apply(start, new Float64Array(9));
    stop = true;
    assert.throws(
      () => map.apply(start, new Float64Array(9)),
      (error: unknown) => error instanceof StopRequested,
    );
    assert.throws(
      () => wrapped[name](start),
      (error: unknown) => error instanceof StopRequested,
    );
  }
});

outputs.run();
