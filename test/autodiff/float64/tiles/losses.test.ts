import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import type { FieldEngine } from "../../../../src/autodiff/fieldEngine.ts";
import type { FieldParts } from "../../../../src/autodiff/fieldParts.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import { tiledEngine } from "../../../../src/autodiff/float64/tiles/engine.ts";
import { trace } from "../../../../src/autodiff/trace/trace.ts";
import { assertClose } from "../../../support/assert.ts";
import { everyLoss } from "../../../support/losses/all.ts";
import { normalVector } from "../../../support/random.ts";

await tf.setBackend("cpu");

const tests = suite("tiled losses");
let tiled = 0;

function everything(engine: FieldEngine, at: Float64Array): readonly Float64Array[] {
  const n = engine.dimension;
  const field = new Float64Array(n);
  const value = engine.evaluate(noData, at, field);
  const owner = { data: noData, point: at };
  const product = new Float64Array(n);
  engine.multiply(owner, normalVector(n, 1), 1, product);
  const transposed = new Float64Array(n);
  engine.multiply(owner, normalVector(n, 2), 1, transposed, true);
  const many = new Float64Array(11 * n);
  engine.multiply(owner, normalVector(11 * n, 3), 11, many);
  return [Float64Array.of(value), field, product, transposed, many];
}
const noData: readonly Float64Array[] = [];

for (const [index, { name, shapes, loss, point }] of everyLoss.entries()) {
  tests(`${name} is the same in tiles, ${index}`, () => {
    const traced = trace({
      who: name,
      parameters: shapes.map((shape, i) => ({ name: `x${i}`, shape })),
      call: loss,
      outputsOf: (result) => [result as tf.Tensor],
    });
    const { builder, parameters, outputs } = traced;
    const value = outputs[0]!;
    const parts: FieldParts = {
      builder,
      parameters,
      value,
      field: gradient(builder, value, parameters),
      symmetric: false,
    };
    const reference = new Float64Engine(parts);
    const at = point === undefined ? normalVector(reference.dimension, 100 + index) : Float64Array.from(point);
    let expected: readonly Float64Array[] | undefined;
    for (const size of [1, 2, 3]) {
      const engine = tiledEngine(parts, { size });
      if (engine === undefined) {
        if (size === 1) console.log("untiled", name);
        break;
      }
      if (size === 1) {
        tiled++;
        console.log("TILED", name, engine.tiling.samples);
      }
      expected ??= everything(reference, at);
      const found = everything(engine, at);
      for (const [i, what] of ["value", "field", "J v", "J^T u", "J V"].entries()) {
        assertClose(found[i]!, expected[i]!, 1e-11, `${what} in tiles of ${size}`, i === 0 ? 1e-3 : undefined);
      }
    }
  });
}

tests("many losses can be cut into tiles", () => {
  console.log(tiled, everyLoss.length);
  assert.ok(tiled > 30);
});

tests.run();
