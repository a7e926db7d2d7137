/** Early stopping: when it ends a run, which point it keeps, and that a resumed or recorded run has the same. */

import { lastValueFrom } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Iterate, Problem } from "../../../../src/authoring/index.ts";
import type { EarlyStoppingOptions } from "../../../../src/operators/measures/training/earlyStopping.ts";
import { earlyStopping, stopReasons } from "../../../../src/operators/measures/training/earlyStopping.ts";
import { testLoss } from "../../../../src/operators/measures/training/testLoss.ts";
import { untilStep } from "../../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../../src/operators/steps/momentum.ts";
import { quartic } from "../../../../src/problems/quartic.ts";
import { runDirectory } from "../../../../src/sinks/runDirectory.ts";
import { chain } from "../../../../src/streams/chain.ts";
import { firstRows } from "../../../../src/streams/firstRows.ts";
import { iterate } from "../../../../src/streams/iterate.ts";
import { replay } from "../../../../src/streams/replay.ts";
import { assertError } from "../../../support/assert.ts";
import { assertResumes } from "../../../support/checkpoints.ts";
import * as fc from "../../../support/fastCheck.ts";
import { scratchPath } from "../../../support/scratch.ts";

/** A field of constant slope: step k is at k. */
const line: Problem = {
  name: "line",
  dimension: 1,
  symmetric: true,
  blocks: [{ name: "x", shape: [], offset: 0, size: 1 }],
  evaluate(point, field) {
    field[0] = -1;
    return -point[0]!;
  },
  linearize() {
    throw new Error("not needed");
  },
};

/** A run whose held-out losses at steps 0, every, 2 every, ... are those of the list. */
function runOf(losses: readonly number[], options: EarlyStoppingOptions, every = 1): readonly Iterate[] {
  const held = testLoss(([x]) => losses[x! / every] ?? Number.NaN, { every, on: "validation" });
  const update = chain(untilStep(every * (losses.length - 1)), gradientStep(1), held, earlyStopping(options));
  return firstRows(line, [0], update, 1000);
}

/** When the run must end and which measurement is best, written by hand. */
function expected(losses: readonly number[], patience: number, least: number): { end: number; best: number } {
  let best = -1;
  let since = 0;
  for (const [k, loss] of losses.entries()) {
    const before = best < 0 ? Number.POSITIVE_INFINITY : losses[best]!;
    if (Number.isFinite(loss) && loss < before && before - loss >= least) {
      best = k;
      since = 0;
    } else if (++since >= patience) return { end: k, best };
  }
  return { end: losses.length - 1, best };
}

const test = suite("earlyStopping");

test("ends after so many measurements without improvement, with the best point and its step", () => {
  const loss = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY));
  fc.assert(
    fc.property(
      fc.array(loss, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat({ max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      (losses, patience, minimumImprovement, every, larger) => {
        const given = larger ? losses.map((own) => -own) : losses;
        const better = larger ? ("larger" as const) : ("smaller" as const);
        const rows = runOf(given, { of: "validationLoss", patience, minimumImprovement, better }, every);
        const { end, best } = expected(losses, patience, minimumImprovement);
        const last = rows.at(-1)!;
        assert.equal([last.step, last.status], [end * every, "stopped"]);
        assert.equal([...(last.vectors.bestPoint ?? [])], best < 0 ? [] : [best * every]);
        assert.is(last.columns.bestStep, best < 0 ? undefined : best * every);
        assert.is(last.columns.best, best < 0 ? undefined : given[best]);
        const out = losses.slice(best + 1, end + 1).length >= patience;
        assert.is(stopReasons[last.columns.stoppedBecause!], out ? "no improvement" : "other");
        for (const row of rows.slice(0, -1)) {
          assert.equal([row.vectors.bestPoint, row.columns.stoppedBecause], [undefined, undefined]);
          assert.is(row.columns.sinceBest === undefined, row.step % every !== 0);
        }
      },
    ),
  );
});

test("watches the run's own value by default, and keeps the best point without an end", () => {
  const rows = firstRows(
    quartic(),
    [1, 2],
    chain(
      untilStep(40),
      momentum({ decay: 0.95 }),
      gradientStep(0.002),
      earlyStopping({ patience: Number.POSITIVE_INFINITY }),
    ),
    100,
  );
  const least = rows.reduce((best, row) => (row.value < best.value ? row : best));
  const last = rows.at(-1)!;
  assert.equal([last.step, last.columns.best, last.columns.bestStep], [40, least.value, least.step]);
  assert.equal(last.vectors.bestPoint, least.point);
});

const make = () =>
  chain(
    untilStep(60),
    momentum({ decay: 0.9 }),
    gradientStep(0.004),
    testLoss(([x, y]) => (x! - 1.5) ** 2 + y! ** 2, { on: "validation", every: 2 }),
    earlyStopping({ of: "validationLoss", patience: 3 }),
  );

test("a run goes on from each of its checkpoints to the same end, bit for bit", () => {
  const rows = assertResumes(quartic(), [1, 2], make);
  const last = rows.at(-1)!;
  assert.ok(
    last.columns.bestStep! > 4 && last.step > last.columns.bestStep! + 4,
    `${last.step}, ${last.columns.bestStep}`,
  );
});

test("the best point is in the run's file, from which another run can begin", async () => {
  const path = scratchPath("early");
  const last = await lastValueFrom(iterate(quartic(), [1, 2], make()).pipe(runDirectory(path)));
  const read = await lastValueFrom(replay(path));
  assert.equal(read.vectors.bestPoint, last.vectors.bestPoint);
  assert.equal(
    [read.columns.bestStep, read.columns.stoppedBecause, read.status],
    [last.columns.bestStep, 0, "stopped"],
  );
  const [again] = firstRows(quartic(), read.vectors.bestPoint!, make(), 1);
  assert.is(again!.columns.validationLoss, last.columns.best);
});

test("a column that the run does not have is named", () => {
  const update = chain(gradientStep(0.1), earlyStopping({ of: "validationLoss" }));
  assertError(
    () => firstRows(quartic(), [1, 2], update, 1),
    "ERR_OPTION_RANGE",
    /a column of the run, got "validationLoss"/,
  );
  assertError(() => earlyStopping({ patience: 0 }), "ERR_OPTION_RANGE", /patience/);
  assertError(() => earlyStopping({ minimumImprovement: -1 }), "ERR_OPTION_RANGE", /minimumImprovement/);
});

test.run();
