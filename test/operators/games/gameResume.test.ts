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

interface Method {
  readonly make: () => Update;
  /** What it remembers when it is begun anew: nothing, what it has learnt, or it does not stand inside `restarts`. */
  readonly restarted: "forgets" | "keeps" | "not inside";
}
const forgets = (make: () => Update): Method => ({ make, restarted: "forgets" });
/** What adapts its step size keeps it over a restart. */
const keeps = (make: () => Update): Method => ({ make, restarted: "keeps" });
const alone = (make: () => Update): Method => ({ make, restarted: "not inside" });

const methods: Readonly<Record<string, Method>> = {
  adaptiveExtragradient: keeps(() => adaptiveExtragradient()),
  adaptiveGoldenRatio: keeps(() => adaptiveGoldenRatio({ hybrid: true })),
  alternatingDescentAscent: forgets(() => alternatingDescentAscent({ stepSize: 0.2, decay: -0.3 })),
  dualExtrapolation: forgets(() => dualExtrapolation({ stepSize: 0.3 })),
  extraAnchoredGradient: forgets(() => extraAnchoredGradient({ stepSize: 0.3 })),
  fastOptimistic: forgets(() => fastOptimistic({ stepSize: 0.1 })),
  forwardReflectedBackward: keeps(() => forwardReflectedBackward({ stepSize: 0.2, adaptive: 0.9 })),
  goldenRatio: forgets(() => goldenRatio({ stepSize: 0.3 })),
  halpern: forgets(() => chain(gradientStep(0.2), halpern())),
  mirrorProx: forgets(() => mirrorProx({ stepSize: 0.4 })),
  optimistic: forgets(() => chain(optimistic(), gradientStep(0.2))),
  optimisticMirrorDescent: forgets(() => optimisticMirrorDescent({ stepSize: 0.2 })),
  popov: forgets(() => popov({ stepSize: 0.2 })),
  reflectedGradient: forgets(() => reflectedGradient({ stepSize: 0.2 })),
  semismoothNewton: alone(() => semismoothNewton()),
  "restarts of popov": alone(() => restarts(popov({ stepSize: 0.2 }), { every: 7 })),
  measures: alone(() =>
    chain(
      decayingStep({ stepSize: 0.2 }),
      average({ kind: "suffix" }),
      diagnoseField({ every: 3 }),
      measuredRate({ window: 5 }),
    ),
  ),
};

const resumed = suite("resumed from a checkpoint");
for (const [name, { make: update }] of Object.entries(methods)) {
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
for (const [name, { make: update, restarted }] of Object.entries(methods)) {
  if (restarted !== "forgets") continue;
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
