/** Every method with a memory goes on from a checkpoint bit for bit, and forgets on the row after a restart. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { adaptiveExtragradient } from "../../../src/operators/games/adaptiveExtragradient.ts";
import { adaptiveGoldenRatio } from "../../../src/operators/games/adaptiveGoldenRatio.ts";
import { alternatingDescentAscent } from "../../../src/operators/games/alternatingDescentAscent.ts";
import { dualExtrapolation } from "../../../src/operators/games/dualExtrapolation.ts";
import { extraAnchoredGradient } from "../../../src/operators/games/extraAnchoredGradient.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { fastOptimistic } from "../../../src/operators/games/fastOptimistic.ts";
import { forwardReflectedBackward } from "../../../src/operators/games/forwardReflectedBackward.ts";
import { goldenRatio } from "../../../src/operators/games/goldenRatio.ts";
import { halpern } from "../../../src/operators/games/halpern.ts";
import { mirrorProx } from "../../../src/operators/games/mirrorProx.ts";
import { optimistic } from "../../../src/operators/games/optimistic.ts";
import { optimisticMirrorDescent } from "../../../src/operators/games/optimisticMirrorDescent.ts";
import { popov } from "../../../src/operators/games/popov.ts";
import { reflectedGradient } from "../../../src/operators/games/reflectedGradient.ts";
import { restarts } from "../../../src/operators/games/restarts.ts";
import { semismoothNewton } from "../../../src/operators/games/semismoothNewton.ts";
import { average } from "../../../src/operators/measures/average.ts";
import { diagnoseField } from "../../../src/operators/measures/diagnoseField.ts";
import { measuredRate } from "../../../src/operators/measures/measuredRate.ts";
import { decayingStep } from "../../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { chain } from "../../../src/streams/chain.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import type { Checkpoint, Update } from "../../../src/streams/types.ts";
import { assertError } from "../../support/assert.ts";
import { randomMatrixGame } from "../../support/games.ts";

const game = randomMatrixGame(4, 3, 2);
const start = Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.3, 0.2);

const methods: Readonly<Record<string, () => Update>> = {
  adaptiveExtragradient: () => adaptiveExtragradient(),
  adaptiveGoldenRatio: () => adaptiveGoldenRatio({ hybrid: true }),
  alternatingDescentAscent: () => alternatingDescentAscent({ stepSize: 0.2, decay: -0.3 }),
  dualExtrapolation: () => dualExtrapolation({ stepSize: 0.3 }),
  extraAnchoredGradient: () => extraAnchoredGradient({ stepSize: 0.3 }),
  fastOptimistic: () => fastOptimistic({ stepSize: 0.1 }),
  forwardReflectedBackward: () => forwardReflectedBackward({ stepSize: 0.2, adaptive: 0.9 }),
  goldenRatio: () => goldenRatio({ stepSize: 0.3 }),
  halpern: () => chain(gradientStep(0.2), halpern()),
  mirrorProx: () => mirrorProx({ stepSize: 0.4 }),
  optimistic: () => chain(optimistic(), gradientStep(0.2)),
  optimisticMirrorDescent: () => optimisticMirrorDescent({ stepSize: 0.2 }),
  popov: () => popov({ stepSize: 0.2 }),
  reflectedGradient: () => reflectedGradient({ stepSize: 0.2 }),
  semismoothNewton: () => semismoothNewton(),
  "restarts of popov": () => restarts(popov({ stepSize: 0.2 }), { every: 7 }),
  measures: () =>
    chain(
      decayingStep({ stepSize: 0.2 }),
      average({ kind: "suffix" }),
      diagnoseField({ every: 3 }),
      measuredRate({ window: 5 }),
    ),
};

const resumed = suite("resumed from a checkpoint");
for (const [name, update] of Object.entries(methods)) {
  resumed(`${name}: the same rows, bit for bit`, () => {
    const saved: Checkpoint[] = [];
    const whole = firstRows(game, start, update(), 31, {
      checkpoints: { every: 11, save: (checkpoint) => saved.push(structuredClone(checkpoint)) },
    });
    const checkpoint = saved.find(({ step }) => step === 11)!;
    const rest = firstRows(game, checkpoint, update(), 20);
    assert.is(rest[0]!.step, 11);
    for (const row of rest) {
      const before = whole[row.step]!;
      assert.equal(row.point, before.point, `step ${row.step}`);
      assert.equal(row.columns, before.columns);
      assert.equal(row.vectors, before.vectors);
      assert.is(row.evaluations, before.evaluations);
    }
  });
}
resumed.run();

const forgetting = suite("after a restart");
for (const [name, update] of Object.entries(methods)) {
  if (name === "measures" || name.startsWith("restarts") || name === "semismoothNewton") continue;
  // What adapts its step size keeps it over a restart.
  if (name.startsWith("adaptive") || name === "forwardReflectedBackward") continue;
  forgetting(`${name}: goes on as from a new start`, () => {
    const rows = firstRows(game, start, restarts(update(), { every: 6, to: "average" }), 14);
    const first = rows.findIndex((row) => row.columns.restarted === 1);
    assert.ok(first > 0 && first < 10, `${first}`);
    const anew = firstRows(game, rows[first]!.point, update(), 5);
    for (let k = 0; k < 5; k++) assert.equal(rows[first + k]!.point, anew[k]!.point, `row ${k}`);
  });
}
forgetting.run();

const misuse = suite("restarts refuses");
misuse("two rules at once, and numbers out of range", () => {
  const inner = extragradient({ stepSize: 0.1 });
  assertError(() => restarts(inner, { every: 3, decrease: 0.5 }), "ERR_OPTION_RANGE", /both; leave one out/);
  assertError(() => restarts(inner, { every: 0 }), "ERR_OPTION_RANGE");
  assertError(() => restarts(inner, { decrease: 1 }), "ERR_OPTION_RANGE");
});
misuse.run();
