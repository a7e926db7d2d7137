/** Value, gradient and products of every loss of the battery, beside WebAssembly and twice. */
import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileField } from "../../../src/autodiff/program.ts";
import { assertClose } from "../../support/assert.ts";
import { everyLoss } from "../../support/losses/all.ts";
import { traceCase } from "../../support/lossLaws.ts";
import { normalVector } from "../../support/random.ts";
import { hasXla } from "../../support/xla.ts";

interface Results {
  readonly value: Float64Array;
  readonly gradient: Float64Array;
  readonly product: Float64Array;
  readonly transposed: Float64Array;
}

function resultsOf(name: "float64" | "xla", traced: ReturnType<typeof traceCase>, point: Float64Array): Results {
  const { traced: graph, loss, gradient: field, dimension } = traced;
  const program = compileField({
    builder: graph.builder,
    parameters: graph.parameters,
    value: loss,
    field,
    symmetric: true,
    executor: name,
  });
  const instance = program.instance();
  const [gradient, product, transposed] = [0, 1, 2].map(() => new Float64Array(dimension)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const value = Float64Array.of(instance.evaluate(point, gradient));
  const map = instance.linearize(point);
  map.apply(normalVector(dimension, 77), product);
  map.applyMany(normalVector(dimension, 77), 1, transposed);
  return { value, gradient, product, transposed };
}

const losses = suite("xla: losses");
if (hasXla) {
  for (const [index, loss] of everyLoss.entries()) {
    losses(`${loss.name}: equal to WebAssembly, and the same bits twice`, async () => {
      await tf.setBackend("cpu");
      const traced = traceCase(loss);
      const point = loss.point === undefined ? normalVector(traced.dimension, 100 + index) : Float64Array.from(loss.point);
      const expected = resultsOf("float64", traced, point);
      const found = resultsOf("xla", traced, point);
      for (const key of ["value", "gradient", "product", "transposed"] as const) {
        assertClose(found[key], expected[key], 1e-12, key, Math.max(1e-290, Math.abs(expected.value[0]!) * 1e-3));
      }
      assert.equal(found, resultsOf("xla", traced, point), "another engine");
    });
  }
} else losses("are skipped", () => undefined);
losses.run();
