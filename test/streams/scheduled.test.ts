import { of } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../src/operators/measures/untilStep.ts";
import { decayingStep } from "../../src/operators/steps/decayingStep.ts";
import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import { chain } from "../../src/streams/chain.ts";
import { defineMeasure } from "../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../src/streams/defineUpdate.ts";
import { firstRows } from "../../src/streams/firstRows.ts";
import { restartable } from "../../src/streams/restartable.ts";
import { scheduled } from "../../src/streams/scheduled.ts";
import type { Update } from "../../src/streams/types.ts";
import { assertError } from "../support/assert.ts";
import { assertResumes } from "../support/checkpoints.ts";

const test = suite("scheduled");

const halving = (k: number): number => 2 ** -k;
const stepSizes = (update: Update, count = 4): number[] =>
  firstRows(quartic(), [1, 2], update, count).map((row) => row.stepSize);

test("multiplies a setting by the factor of the step, from k = 0 on", () => {
  assert.equal(stepSizes(scheduled(gradientStep(0.01), { stepSize: halving })), [0.01, 0.005, 0.0025, 0.00125]);
  const own = decayingStep({ stepSize: 0.01 });
  assert.equal(
    stepSizes(scheduled(own, { stepSize: halving })),
    stepSizes(own).map((eta, k) => eta * halving(k)),
  );
});

test("schedules around one another multiply; a name with its operator is for that operator alone", () => {
  const inner = scheduled(gradientStep(0.01), { stepSize: halving });
  assert.equal(stepSizes(scheduled(inner, { "gradientStep.stepSize": (k) => 4 ** k }), 3), [0.01, 0.02, 0.04]);
  const two = chain(momentum(), momentum({ decay: 0.5 }), gradientStep(0.001));
  const decays = (update: Update) =>
    firstRows(quartic(), [1, 2], update, 3).map(({ columns }) => [
      columns["momentum.decay"],
      columns["momentum#2.decay"],
    ]);
  const steps = [0, 1, 2];
  assert.equal(
    decays(scheduled(two, { decay: halving })),
    steps.map((k) => [0.9 * halving(k), 0.5 * halving(k)]),
  );
  assert.equal(
    decays(scheduled(two, { "momentum#2.decay": halving })),
    steps.map((k) => [undefined, 0.5 * halving(k)]),
  );
});

test("a command exchanges the number that is multiplied, and the schedule goes on", () => {
  const commands = of({ type: "set", setting: "gradientStep.stepSize", value: 0.08, step: 2 } as const);
  const rows = firstRows(quartic(), [1, 2], scheduled(gradientStep(0.01), { stepSize: halving }), 4, { commands });
  assert.equal(
    rows.map((row) => row.stepSize),
    [0.01, 0.005, 0.02, 0.01],
  );
});

test("a resumed run goes on with the same numbers, a restart begins anew", () => {
  const update = (): Update =>
    scheduled(chain(untilStep(9), momentum(), gradientStep(0.01)), {
      stepSize: (k) => 1 / (1 + k),
      "momentum.decay": halving,
    });
  assertResumes(quartic(), [1, 2], update, { least: 3 });
  const third = defineUpdate({ name: "third", step: (it) => ({ restart: it.step > 0 && it.step % 3 === 0 }) });
  const restarted = restartable(third, scheduled(gradientStep(0.01), { stepSize: halving }));
  assert.equal(stepSizes(restarted, 5), [0.01, 0.005, 0.0025, 0.01, 0.005]);
  assertResumes(quartic(), [1, 2], () => chain(untilStep(8), restarted), { least: 3 });
});

test("a measure inside may have a schedule too, and a step size may fall to 0", () => {
  const seen: number[] = [];
  const watch = defineMeasure({
    name: "watch",
    settings: { level: { value: 4, min: 0 } },
    step: (_it, _state, { level }) => void seen.push(level),
  });
  const update = scheduled(chain(gradientStep(0.01), watch as Update), { level: halving, stepSize: (k) => 1 - k / 2 });
  assert.equal(stepSizes(update, 3), [0.01, 0.005, 0]);
  assert.equal(seen, [4, 2, 1]);
});

test("says which setting there is not, and which value is out of range", () => {
  const run = (update: Update) => () => firstRows(quartic(), [1, 2], update, 3);
  assertError(
    run(scheduled(chain(momentum(), gradientStep(0.1)), { stepsize: halving })),
    "ERR_OPTION_UNKNOWN",
    /scheduled: there is no setting "stepsize" inside\..*The settings are momentum\.decay, gradientStep\.stepSize/,
  );
  assertError(
    run(scheduled(chain(momentum(), gradientStep(0.01)), { decay: (k) => 1 + k })),
    "ERR_OPTION_RANGE",
    /scheduled: expected momentum\.decay to be a number in \[-1, 1\], got 1\.8 from its schedule \(run "run", step 1\)/,
  );
  assertError(run(scheduled(gradientStep(0.1), { stepSize: () => Number.NaN })), "ERR_OPTION_RANGE", /got NaN/);
  assertError(
    () => scheduled(gradientStep(0.1), { stepSize: 3 as unknown as typeof halving }),
    "ERR_OPTION_TYPE",
    /expected the schedule of stepSize to be a function/,
  );
  assertError(() => scheduled(undefined as unknown as Update, {}), "ERR_OPTION_TYPE", /scheduled/);
});

test.run();
