import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { linearProblem } from "../../support/linearProblem.ts";

const test = suite("momentum");

test("is the heavy ball: z+ = z + eta v, v = beta v + d, v_0 = 0", () => {
  const [beta, eta] = [0.7, 0.01];
  const rows = firstRows(quartic(), [1, 2], chain(momentum({ decay: beta }), gradientStep(eta)), 40);
  const v = new Float64Array(2);
  const z = Float64Array.of(1, 2);
  for (const row of rows) {
    assertClose(row.point, z, 1e-13);
    for (let i = 0; i < 2; i++) v[i] = beta * v[i]! - row.at.field[i]!;
    assertClose(row.direction, v, 1e-13);
    for (let i = 0; i < 2; i++) z[i] = z[i]! + eta * v[i]!;
  }
});

test("follows the powers of its companion matrix on a quadratic", () => {
  // One coordinate, F = a z: z+ = (1 + beta - eta a) z - beta z_before.
  const [a, beta, eta] = [3, 0.6, 0.2];
  const rows = firstRows(linearProblem([[a]], [0]), [1], chain(momentum({ decay: beta }), gradientStep(eta)), 51);
  let [before, z] = [1, 1 - eta * a];
  for (let k = 1; k < rows.length; k++) {
    assertClose(rows[k]!.point, [z], 1e-12, `step ${k}`);
    [before, z] = [z, (1 + beta - eta * a) * z - beta * before];
  }
});

test("without memory changes nothing", () => {
  const plain = firstRows(quartic(), [1, 2], gradientStep(0.01), 20);
  const none = firstRows(quartic(), [1, 2], chain(momentum({ decay: 0 }), gradientStep(0.01)), 20);
  for (const [k, row] of none.entries()) assert.equal(row.point, plain[k]!.point);
});

test("builds on the direction that was chosen before it", () => {
  const east = defineUpdate({ name: "east", step: () => ({ direction: Float64Array.of(1, 0) }) });
  const rows = firstRows(quartic(), [0, 0], chain(east, momentum({ decay: 0.5 }), gradientStep(1)), 4);
  assert.equal(
    rows.map((row) => row.direction[0]),
    [1, 1.5, 1.75, 1.875],
  );
});

test("takes 0.9 where nothing is said, and says what can be steered", () => {
  const [row] = firstRows(quartic(), [1, 2], chain(momentum(), gradientStep(0.01)), 1);
  assert.equal(row!.run.settings["momentum.decay"], { value: 0.9, min: -1, max: 1 });
});

test("refuses a decay outside [-1, 1]", () => {
  for (const decay of [1.1, -1.1, Number.NaN]) {
    assertError(
      () => momentum({ decay }),
      "ERR_OPTION_RANGE",
      /^momentum: expected decay to be a number in \[-1, 1\], got/,
    );
  }
});

test.run();
