/** Single precision on XLA: value, gradient and Hessian-vector products beside those of float64. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import type { Precision } from "../../../src/autodiff/executorNames.ts";
import { compileField } from "../../../src/autodiff/program.ts";
import { trace } from "../../../src/autodiff/trace/trace.ts";
import { everyLoss } from "../../support/losses/all.ts";
import type { LossCase } from "../../support/losses/lossCase.ts";
import { normalVector } from "../../support/random.ts";
import { hasXla } from "../../support/xla.ts";

/** What a result is computed with. */
interface Computed {
  readonly executor: "float64" | "xla";
  readonly precision?: Precision;
  /** Relative size of changes of the point's entries. Default 0. */
  readonly noise?: number;
}

/** Value, gradient and product at the point of a loss. */
function results(loss: LossCase, { executor, precision, noise = 0 }: Computed): readonly Float64Array[] {
  const { builder, parameters, outputs } = trace({
    who: loss.name,
    parameters: loss.shapes.map((shape, i) => ({ name: `x${i}`, shape })),
    call: (...given: tf.Tensor[]) => loss.loss(...given),
    outputsOf: (result) => [result as tf.Tensor],
  });
  const [value] = outputs;
  const field = gradient(builder, value!, parameters);
  const program = compileField({ builder, parameters, value: value!, field, symmetric: true, executor, precision });
  const n = program.dimension;
  const instance = program.instance();
  const point = loss.point === undefined ? normalVector(n, 100) : Float64Array.from(loss.point);
  // The point that float32 has.
  const changes = normalVector(n, 5);
  for (const [i, x] of point.entries()) point[i] = Math.fround(x) * (1 + noise * changes[i]!);
  const [slope, product] = [new Float64Array(n), new Float64Array(n)];
  const found = instance.evaluate(point, slope);
  instance.linearize(point).apply(
    normalVector(n, 77).map((x) => Math.fround(x)),
    product,
  );
  return [Float64Array.of(found), slope, product];
}

/** Largest entry. */
const most = (numbers: Float64Array): number => numbers.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);

const float32 = suite("xla: float32");
const full = process.env.FLUXION_TEST_FULL === "1";
const tried = everyLoss.filter((_, i) => full || i % 14 === 0);
for (let first = 0; hasXla && first < tried.length; first += 10) {
  const group = tried.slice(first, first + 10);
  float32(`within 1e-5 of float64: ${group.map(({ name }) => name).join(", ")}`, async () => {
    await tf.setBackend("cpu");
    for (const loss of group) {
      const exact = results(loss, { executor: "float64" });
      const found = results(loss, { executor: "xla", precision: "float32" });
      for (const [k, what] of ["value", "gradient", "product"].entries()) {
        const off = most(exact[k]!.map((x, i) => x - found[k]![i]!));
        // A value near 0 has the accuracy of the terms that cancel, which is about that of its slopes.
        const size = k === 0 ? Math.max(most(exact[0]!), most(exact[1]!)) : most(exact[k]!);
        if (off <= 1e-5 * size) continue;
        // Second derivatives of attention change that much in float64 too if the point changes in its last place.
        const moved = results(loss, { executor: "float64", noise: 2 ** -24 })[k]!;
        const change = most(exact[k]!.map((x, i) => x - moved[i]!));
        const all = `${loss.name}: the ${what} is off by ${off}, of ${size}; a last place of the point changes ${change}`;
        assert.ok(off <= 10 * change && off <= 1e-4 * size, all);
      }
    }
  });
}

if (hasXla) {
  float32("differs from float64: it is no float64 in disguise", async () => {
    await tf.setBackend("cpu");
    const [loss] = everyLoss;
    assert.not.equal(
      results(loss!, { executor: "xla", precision: "float32" })[1],
      results(loss!, { executor: "xla" })[1],
    );
  });
} else float32("is skipped", () => undefined);
float32.run();
