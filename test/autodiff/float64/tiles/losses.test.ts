import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradient } from "../../../../src/autodiff/derivatives/differentiate.ts";
import type { FieldParts } from "../../../../src/autodiff/fieldParts.ts";
import { Float64Engine } from "../../../../src/autodiff/float64/engine.ts";
import { tiledEngine } from "../../../../src/autodiff/float64/tiles/engine.ts";
import { trace } from "../../../../src/autodiff/trace/trace.ts";
import { everyLoss } from "../../../support/losses/all.ts";
import { normalVector } from "../../../support/random.ts";
import { assertSameEngine } from "../../../support/sameEngine.ts";

await tf.setBackend("cpu");

const tests = suite("tiles of every loss");
/** Each seventh loss; all of them in the full run. */
const step = process.env.FLUXION_TEST_FULL === "1" ? 1 : 7;

let tiled = 0;
for (const [index, { name, shapes, loss, point }] of everyLoss.entries()) {
  if (index % step !== 0) continue;
  tests(`${name}, in tiles of 1, 2 and 3 samples if it is a sum over samples, ${index}`, () => {
    const { builder, parameters, outputs } = trace({
      who: name,
      parameters: shapes.map((shape, i) => ({ name: `x${i}`, shape })),
      call: loss,
      outputsOf: (result) => [result as tf.Tensor],
    });
    const value = outputs[0]!;
    // Not symmetric, so that J^T u is a graph of its own.
    const parts: FieldParts = {
      builder,
      parameters,
      value,
      field: gradient(builder, value, parameters),
      symmetric: false,
    };
    const engines = [1, 2, 3].flatMap((size) => tiledEngine(parts, { size }) ?? []);
    assert.ok(engines.length === 0 || engines.length === 3);
    if (engines.length === 0) return;
    tiled++;
    const reference = new Float64Engine(parts);
    const at = point === undefined ? normalVector(reference.dimension, 100 + index) : Float64Array.from(point);
    for (const engine of engines) assertSameEngine(engine, reference, [], at, `tiles of ${engine.tiling.size}`);
  });
}

tests("some of them are sums over samples", () => {
  assert.ok(tiled > everyLoss.length / step / 8, `${tiled} of ${everyLoss.length / step}`);
});
tests.run();
