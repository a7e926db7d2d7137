import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import { checkDerivatives } from "../../src/problems/checkDerivatives.ts";
import { objective } from "../../src/problems/objective.ts";
import { assertClose } from "./assert.ts";
import { type LossCase, tensorsOf } from "./losses.ts";
import { normalVector } from "./random.ts";

/** The value against TensorFlow.js's own kernels, every derivative against extrapolated differences, at generic points. */
export function lossSuite(name: string, cases: readonly LossCase[]): void {
  const losses = suite(name);
  for (const [index, loss] of cases.entries()) {
    losses(`${loss.name} has TensorFlow.js's value and exact derivatives`, async () => {
      await tf.setBackend("cpu");
      const problem = objective(loss.shapes, loss.loss, { name: loss.name });
      const point =
        loss.point === undefined ? normalVector(problem.dimension, 100 + index) : Float64Array.from(loss.point);
      const value = problem.evaluate(point, new Float64Array(problem.dimension));
      const eager = (loss.reference ?? loss.loss)(...tensorsOf(loss, point)).dataSync()[0]!;
      assertClose(value, eager, 3e-6, "value", 0.1);
      const report = checkDerivatives(problem, point, { directions: 2, tolerance: 1e-9 });
      if (report.verdict !== "agrees") throw new Error(report.table);
    });
  }
  losses.run();
}
