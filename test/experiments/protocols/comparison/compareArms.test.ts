/** The rules of a comparison: how a rate is chosen, and what forbids a report. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ComparisonRules,
  compareArms,
  type Trial,
} from "../../../../src/experiments/protocols/comparison/compareArms.ts";
import * as fc from "../../../support/fastCheck.ts";

const grid = [1, 2, 4, 8];
const rules: ComparisonRules = { arms: ["a", "b"], baseline: "a", rates: grid, draws: 3, tie: 0.005 };

/** A trial whose validation score is smallest at the rate `best`, and which reaches the stated loss. */
function trial(arm: string, draw: number, rate: number, best: number, change: Partial<Trial> = {}): Trial {
  const validation = 0.1 + 0.1 * Math.abs(Math.log2(rate / best));
  return {
    ...{ arm, draw, rate, stated: 1, reached: 0.5, updatesToLoss: 100 / rate, diverged: false, validation },
    ...{
      stopUpdates: 10,
      endUpdates: 100,
      stop: 0.2 + 0.01 * draw,
      stopLoss: 0.8,
      end: 0.3,
      seconds: 1,
      lows: [],
      ...change,
    },
  };
}

function all(best: number, change: (arm: string, draw: number, rate: number) => Partial<Trial> = () => ({})): Trial[] {
  return rules.arms.flatMap((arm) =>
    [0, 1, 2].flatMap((draw) => grid.map((rate) => trial(arm, draw, rate, best, change(arm, draw, rate)))),
  );
}

const compare = suite("compareArms");

compare("takes the rate with the best validation score, and gives paired differences", () => {
  const trials = all(4, (arm, draw) => (arm === "b" ? { stop: 0.25 + 0.01 * draw, end: 0.2 } : {}));
  const [a, b] = compareArms(trials, rules);
  assert.equal([a!.rate, a!.refused, b!.rate, b!.refused], [4, undefined, 4, undefined]);
  assert.ok(Math.abs(b!.stopDifference.mean - 0.05) < 1e-12 && b!.stopDifference.half < 1e-12);
  assert.ok(Math.abs(b!.endDifference.mean + 0.1) < 1e-12);
  assert.equal(
    b!.trials.map(({ draw }) => draw),
    [0, 1, 2],
  );
});

compare("counts a difference on the test rows that both arms have", () => {
  // The baseline misses 20 % of all test rows, and 10 % of those few that the other arm has.
  const few = { stop: 0.1, end: 0.2 };
  const trials = all(4, (arm, draw) => (arm === "b" ? few : { sharedStop: 0.1 + 0.01 * draw, sharedEnd: 0.2 }));
  const [a, b] = compareArms(trials, rules);
  assert.ok(Math.abs(a!.stop.mean - 0.21) < 1e-12 && a!.end.mean === 0.3, "scores are those of all rows");
  assert.ok(Math.abs(b!.stopDifference.mean + 0.01) < 1e-12 && b!.endDifference.mean === 0);
  // Of two arms that have all rows, all of them count.
  const [, both] = compareArms(
    all(4, () => ({ stop: 0.2, sharedStop: 0.5, sharedEnd: 0 })),
    rules,
  );
  assert.equal([both!.stopDifference.mean, both!.endDifference.mean], [0, 0]);
});

compare("refuses an arm whose best rate stands at either edge of the grid, and says which", () => {
  for (const [best, side] of [
    [1, "smallest"],
    [8, "largest"],
    [0.25, "smallest"],
    [64, "largest"],
  ] as const) {
    for (const result of compareArms(all(best), rules))
      assert.match(result.refused!, new RegExp(`the ${side} of the grid`));
  }
  const one = compareArms(all(4), { ...rules, rates: [4] });
  for (const result of one) assert.match(result.refused!, /the only of the grid/);
});

compare("refuses any grid that does not have the best rate inside", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: -8, max: 8 }),
      (exponents, at) => {
        const rates = exponents.sort((x, y) => x - y).map((e) => 2 ** e);
        const trials = [0, 1].flatMap((draw) => rates.map((rate) => trial("a", draw, rate, 2 ** at)));
        const [result] = compareArms(trials, { ...rules, arms: ["a"], rates, draws: 2 });
        // Rates at equal distance tie; the faster one, which is the larger one here, is taken.
        const nearest = Math.min(...exponents.map((e) => Math.abs(e - at)));
        const chosen = Math.max(...exponents.filter((e) => Math.abs(e - at) === nearest));
        assert.is(result!.rate, 2 ** chosen);
        const inside = chosen !== exponents[0] && chosen !== exponents.at(-1);
        assert.is(result!.refused === undefined, inside);
      },
    ),
  );
});

compare("refuses an arm that misses the stated training loss by more than 1 % in one draw", () => {
  const near = compareArms(
    all(4, (arm, draw) => (arm === "b" && draw === 1 ? { reached: 1.0099 } : {})),
    rules,
  );
  assert.is(near[1]!.refused, undefined);
  const missed = compareArms(
    all(4, (arm, draw) => (arm === "b" && draw === 1 ? { reached: 1.02 } : {})),
    rules,
  );
  assert.is(missed[0]!.refused, undefined);
  assert.match(missed[1]!.refused!, /in 1 of 3 draws it did not come within 1 % .*\(1\.02 instead of 1\.00\)/);
  const never = compareArms(
    all(4, () => ({ reached: Number.NaN })),
    rules,
  );
  for (const { refused } of never) assert.match(refused!, /in 3 of 3 draws/);
});

compare("never takes a rate that diverges in a draw, however well it scores", () => {
  const trials = all(8, (_, draw, rate) => (rate === 8 && draw === 2 ? { diverged: true, validation: 0 } : {}));
  for (const { rate, refused } of compareArms(trials, rules)) assert.equal([rate, refused], [4, undefined]);
  for (const { rate, refused } of compareArms(
    all(4, () => ({ diverged: true })),
    rules,
  )) {
    assert.is(rate, undefined);
    assert.match(refused!, /each rate of the grid .* diverged/);
  }
});

compare("takes the fastest of rates that are equally good", () => {
  const flat = all(4, () => ({ validation: 0.1 }));
  // The largest rate is the fastest, and stands at the edge: a larger one might be faster still.
  for (const { rate, refused } of compareArms(flat, rules)) {
    assert.is(rate, 8);
    assert.match(refused!, /largest/);
  }
  const inside = all(4, (_, __, rate) => ({ validation: rate === 8 ? 0.2 : 0.1 + 0.001 * rate }));
  for (const { rate } of compareArms(inside, rules)) assert.is(rate, 4);
});

compare("takes a grid for each arm where rates have different units", () => {
  const trials = all(4).filter(({ arm, rate }) => arm === "a" || rate < 8);
  const [a, b] = compareArms(trials, { ...rules, rates: (arm) => (arm === "a" ? grid : [1, 2, 4]) });
  assert.equal([a!.rate, a!.refused], [4, undefined]);
  assert.match(b!.refused!, /its best rate 4 is the largest of the grid 1, 2, 4/);
});

/** The lows of a loss that is divided by `speed` in each update; an update takes `seconds`. */
const falling = (speed: number, seconds: number): Trial["lows"] =>
  Array.from({ length: 40 }, (_, k) => ({ updates: k, loss: speed ** -k, seconds: k * seconds }));

compare(
  "without a stated loss takes that of the baseline at its best stop, draw by draw, and counts updates to it",
  () => {
    const open = { stated: undefined, updatesToLoss: undefined };
    const trials = all(4, (arm, draw) =>
      arm === "a"
        ? { ...open, reached: 2 ** -39, lows: falling(2, 1), stopUpdates: 4 + draw, stopLoss: 2 ** -(4 + draw) }
        : { ...open, reached: 16 ** -39, lows: falling(16, 3), stopLoss: 1e-9 },
    );
    const [a, b] = compareArms(trials, rules);
    assert.equal([a!.refused, b!.refused], [undefined, undefined]);
    assert.equal(
      a!.trials.map(({ stated, updatesToLoss, secondsToLoss }) => [stated, updatesToLoss, secondsToLoss]),
      [4, 5, 6].map((k) => [2 ** -k, k, k]),
    );
    // 16^-1 is the first at most 2^-4, 16^-2 at most 2^-5 and 2^-6.
    assert.equal(
      b!.trials.map(({ updatesToLoss, secondsToLoss }) => [updatesToLoss, secondsToLoss]),
      [
        [1, 3],
        [2, 6],
        [2, 6],
      ],
    );
    assert.equal([a!.updatesToLoss, b!.updatesToLoss, a!.seconds, b!.seconds], [5, 2, 5, 5]);
  },
);

compare(
  "refuses the arm alone that does not come to the baseline's loss, and every arm where the baseline has no rate",
  () => {
    const open = { stated: undefined, updatesToLoss: undefined, lows: falling(2, 1), stopLoss: 2 ** -5 };
    const slow = all(4, (arm) => ({ ...open, reached: arm === "a" ? 2 ** -39 : 2 ** -5 * 1.02 }));
    const [a, b] = compareArms(slow, rules);
    assert.is(a!.refused, undefined);
    assert.match(b!.refused!, /in 3 of 3 draws it did not come within 1 %/);
    const none = compareArms(
      slow.map((own) => ({ ...own, diverged: own.arm === "a" })),
      rules,
    );
    assert.match(none[0]!.refused!, /each rate of the grid .* diverged/);
    assert.match(none[1]!.refused!, /no training loss is stated/);
  },
);

compare("refuses a baseline whose own loss is the goal where its best stop is its last update in many draws", () => {
  const open = { stated: undefined, updatesToLoss: undefined, lows: falling(2, 1), stopLoss: 2 ** -5, reached: 0 };
  const stopping = (late: readonly number[]): string | undefined =>
    compareArms(
      all(4, (_, draw) => ({ ...open, stopUpdates: late.includes(draw) ? 100 : 10 })),
      rules,
    )[0]!.refused;
  assert.is(stopping([]), undefined);
  assert.match(stopping([1])!, /in 1 of 3 draws its best stop is its last update.*allow more updates/);
  // With a stated loss the best stop may lie anywhere.
  const [a] = compareArms(
    all(4, () => ({ stopUpdates: 100 })),
    rules,
  );
  assert.is(a!.refused, undefined);
});

compare("among equally good rates of such a baseline takes the one with the earliest stop", () => {
  const open = { stated: undefined, updatesToLoss: undefined, lows: falling(2, 1), reached: 2 ** -39 };
  const trials = all(4, (_, __, rate) => ({
    ...open,
    validation: rate === 8 ? 0.2 : 0.1,
    stopUpdates: rate === 2 ? 3 : 9,
  }));
  assert.is(compareArms(trials, rules)[0]!.rate, 2);
});

compare(
  "averages the trials of one draw and rate, such as those of several test sets, each of which has to reach the loss",
  () => {
    const trials = all(4, (_, draw) => ({ stop: 0.1 * draw, stopUpdates: 10 }));
    const doubled = trials.flatMap((own) => [
      { ...own, stop: own.stop + 0.02, updatesToLoss: own.updatesToLoss! + 2 },
      { ...own, stop: own.stop - 0.02, updatesToLoss: own.updatesToLoss! - 2 },
    ]);
    const [one, two] = [compareArms(trials, rules), compareArms(doubled, rules)];
    assert.equal(
      two.map(({ rate, stop, updatesToLoss }) => [rate, stop.count, Number(stop.mean.toFixed(12)), updatesToLoss]),
      one.map(({ rate, stop, updatesToLoss }) => [rate, stop.count, Number(stop.mean.toFixed(12)), updatesToLoss]),
    );
    const [missed] = compareArms([...trials, { ...trials.find(({ rate }) => rate === 4)!, reached: 1.5 }], rules);
    assert.match(missed!.refused!, /in 1 of 3 draws/);
    const [gone] = compareArms([...trials, { ...trials.find(({ rate }) => rate === 4)!, diverged: true }], rules);
    assert.is.not(gone!.rate, 4);
  },
);

compare("an arm that follows another takes its rate, whatever its own validation says, and is refused with it", () => {
  const noise = (arm: string, _: number, rate: number): Partial<Trial> =>
    arm === "b" ? { validation: 0.9 - rate / 100 } : {};
  const [, own] = compareArms(all(2, noise), rules);
  assert.match(own!.refused!, /largest of the grid/);
  const [a, b] = compareArms(all(2, noise), { ...rules, follows: { b: "a" } });
  assert.equal([a!.rate, b!.rate, b!.refused, b!.trials.length], [2, 2, undefined, 3]);
  for (const result of compareArms(all(8, noise), { ...rules, follows: { b: "a" } }))
    assert.match(result.refused!, /its best rate 8 is the largest of the grid/);
  const gone = compareArms(
    all(2, (arm) => (arm === "a" ? { diverged: true } : {})),
    { ...rules, follows: { b: "a" } },
  );
  assert.equal(
    gone.map(({ rate, refused }) => [rate, refused !== undefined]),
    [
      [undefined, true],
      [undefined, true],
    ],
  );
});

compare("has no difference for an arm that lacks a draw", () => {
  const [a, b] = compareArms(
    all(4).filter(({ arm, draw }) => arm === "a" || draw < 2),
    rules,
  );
  assert.is(a!.refused, undefined);
  assert.is(b!.rate, undefined);
  assert.ok(b!.refused !== undefined && Number.isNaN(b!.stopDifference.mean));
});

compare.run();
