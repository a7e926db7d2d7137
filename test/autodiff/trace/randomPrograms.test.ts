import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { tensorsOf } from "../../support/losses/lossCase.ts";
import { assertLossLaws, traceCase } from "../../support/lossLaws.ts";
import { describeProgram, lossOf, programs } from "../../support/programs/randomProgram.ts";
import { uniformVector } from "../../support/random.ts";

await tf.setBackend("cpu");

/** More: FLUXION_RUNS=100000 npm test -- randomPrograms. */
const numRuns = Number(process.env.FLUXION_RUNS ?? 2000);

const random = suite("random programs");

random(`${numRuns} of them have TensorFlow.js's value and the derivatives of differences in 31 digits`, () => {
  let count = 0;
  fc.assert(
    fc.property(programs, fc.integer({ min: 1, max: 1000 }), (program, place) => {
      const loss = lossOf(program);
      const traced = traceCase(loss);
      const point = uniformVector(traced.dimension, place, -1.2, 1.2);
      // Every eighth through the executor that users get, the others through the interpreter, which needs no compilation.
      const executor = count++ % 8 === 0 ? "float64" : "interpreter";
      const value = assertLossLaws(traced, point, {
        executor,
        loses: { why: "random programs may cancel", accuracy: 1e-7 },
      });
      const eager = tf.tidy(() => loss.loss(...tensorsOf(loss, point)).dataSync()[0]!);
      assertClose(value, eager, 1e-3, "TensorFlow.js's value", 1);
    }),
    {
      numRuns,
      reporter(details) {
        if (!details.failed) return;
        const program = details.counterexample?.[0];
        const what = details.errorInstance instanceof Error ? details.errorInstance.message : "";
        throw new Error(
          `${program === undefined ? "" : describeProgram(program)}: ${what}\n${fc.defaultReportMessage(details)}`,
        );
      },
    },
  );
  assert.ok(count >= numRuns);
});

random.run();
