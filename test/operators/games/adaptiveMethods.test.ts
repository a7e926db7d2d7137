/** Methods that find their step sizes themselves. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { linearMap } from "../../../src/linalg/makeLinearMap.ts";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { forwardReflectedBackward } from "../../../src/operators/games/forwardReflectedBackward.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Update } from "../../../src/streams/types.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { randomGame } from "../../support/games.ts";

/** Monotone, with L that grows with |z|: F = (x^3 + y, y^3 - x), zero at 0 only. */
const cubic: Problem = {
  name: "cubic",
  dimension: 2,
  symmetric: false,
  blocks: [{ name: "z", shape: [2], offset: 0, size: 2 }],
  evaluate([x, y]: Float64Array, field) {
    field[0] = x! ** 3 + y!;
    field[1] = y! ** 3 - x!;
    return Number.NaN;
  },
  linearize([x, y]: Float64Array) {
    const [a, b] = [3 * x! ** 2, 3 * y! ** 2];
    return linearMap({
      rows: 2,
      columns: 2,
      apply(v, out) {
        out[0] = a * v[0]! + v[1]!;
        out[1] = b * v[1]! - v[0]!;
      },
    });
  },
};

const methods: Readonly<Record<string, () => Update>> = {
  adaptiveExtragradient: () => adaptiveExtragradient(),
  adaptiveGoldenRatio: () => adaptiveGoldenRatio(),
  "adaptiveGoldenRatio, hybrid": () => adaptiveGoldenRatio({ hybrid: true }),
  "forwardReflectedBackward, adaptive": () => forwardReflectedBackward({ stepSize: 1e-4, adaptive: 0.8 }),
};

const test = suite("adaptive step sizes");
for (const [name, update] of Object.entries(methods)) {
  test(`${name}: from far away, where L is 30000, to the solution, where it is 1`, () => {
    const rows = firstRows(cubic, [100, -50], update(), 1500);
    const sizes = rows.map((row) => row.stepSize);
    assert.ok(rows.at(-1)!.squaredFieldNorm < 1e-12, `${rows.at(-1)!.squaredFieldNorm}`);
    assert.ok(sizes[0]! < 1e-3, `${sizes[0]}`);
    assert.ok(sizes.at(-1)! > 0.1 && sizes.at(-1)! < 3, `${sizes.at(-1)}`);
  });

  test(`${name}: is as good as a step size chosen by hand, whatever the scale of F`, () => {
    for (const scale of [1e-3, 1, 1e3]) {
      const plain = randomGame(8, 5, { modulus: 0.3 });
      const scaledGame: Problem = {
        ...plain,
        evaluate(point, field) {
          plain.evaluate(point, field);
          for (let i = 0; i < 8; i++) field[i] = scale * field[i]!;
          return Number.NaN;
        },
      };
      const rows = firstRows(scaledGame, new Float64Array(8).fill(1), update(), 600);
      assert.ok(
        rows.at(-1)!.squaredFieldNorm < scale ** 2 * 1e-16,
        `${rows.at(-1)!.squaredFieldNorm} at scale ${scale}`,
      );
    }
  });
}

test("adaptiveExtragradient: every accepted step keeps eta ||F(w) - F(z)|| <= nu ||w - z||, and counts its trials", () => {
  const rows = firstRows(cubic, [10, 3], adaptiveExtragradient({ stepSize: 1, contraction: 0.7 }), 40);
  assert.ok(rows[0]!.columns.trials! > 1);
  for (let k = 0; k + 1 < rows.length; k++) {
    const { point, at, stepSize } = rows[k]!;
    const w = point.map((z, i) => z - stepSize * at.field[i]!);
    const field = new Float64Array(2);
    cubic.evaluate(w, field);
    const change = Math.hypot(field[0]! - at.field[0]!, field[1]! - at.field[1]!);
    assert.ok(stepSize * change <= 0.7 * Math.hypot(w[0]! - point[0]!, w[1]! - point[1]!) * (1 + 1e-12));
  }
});

test("adaptiveGoldenRatio: without a field that changes the step grows up to its bound", () => {
  const constant: Problem = {
    ...cubic,
    evaluate(_point, field) {
      field.fill(1e-6);
      return Number.NaN;
    },
  };
  const rows = firstRows(constant, [0, 0], adaptiveGoldenRatio({ maxStepSize: 100 }), 60);
  assert.is(rows.at(-1)!.stepSize, 100);
  assert.ok(rows[5]!.stepSize > rows[4]!.stepSize);
});

test("at a solution all stay where they are", () => {
  for (const update of Object.values(methods)) {
    const rows = firstRows(cubic, [0, 0], update(), 5);
    assertClose(rows.at(-1)!.point, [0, 0], 0);
    assert.is(rows.at(-1)!.status, "running");
  }
});

test("refuse options out of range", () => {
  assertError(() => adaptiveExtragradient({ contraction: 1 }), "ERR_OPTION_RANGE");
  assertError(() => adaptiveExtragradient({ growth: 0.5 }), "ERR_OPTION_RANGE");
  assertError(() => adaptiveGoldenRatio({ ratio: 1.7 }), "ERR_OPTION_RANGE");
  assertError(() => forwardReflectedBackward({ stepSize: 1, adaptive: 1 }), "ERR_OPTION_RANGE");
});
test.run();
