import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import { assertClose } from "./assert.ts";
import { type LossCase, type Nasty, tensorsOf } from "./losses/lossCase.ts";
import { assertLossLaws, type LawOptions, traceCase } from "./lossLaws.ts";
import { normalVector } from "./random.ts";

/** Each loss at a generic and a nasty point: the laws of its derivatives, the value against TensorFlow.js's own kernels. */
export function lossSuite(name: string, cases: readonly LossCase[]): void {
  const losses = suite(name);
  for (const [index, loss] of cases.entries()) {
    losses(`${loss.name}: value and derivatives at a generic and a nasty point`, async () => {
      await tf.setBackend("cpu");
      const traced = traceCase(loss);
      const generic = normalVector(traced.dimension, 100 + index);
      const check = (point: Float64Array, what: string, options: LawOptions, float32?: string): void => {
        try {
          const value = assertLossLaws(traced, point, options);
          if (float32 !== undefined) return;
          const eager = (loss.reference ?? loss.loss)(...tensorsOf(loss, point)).dataSync()[0]!;
          assertClose(value, eager, 1e-5, "TensorFlow.js's value", 0.1);
        } catch (error) {
          throw new Error(`at the ${what} point: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
      };
      check(loss.point === undefined ? generic : Float64Array.from(loss.point), "generic", {});
      const nasty = loss.nasty ?? { at: 0 };
      check(nastyPoint(nasty, generic), "nasty", nasty, nasty.float32);
    });
  }
  losses.run();
}

function nastyPoint({ at }: Nasty, generic: Float64Array): Float64Array {
  if (typeof at === "number") return generic.map(() => at);
  return "scale" in at ? generic.map((x) => at.scale * x) : Float64Array.from(at);
}
