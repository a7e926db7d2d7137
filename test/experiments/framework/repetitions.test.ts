import { join } from "node:path";
import { lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { placesAbove } from "../../../src/elementary/bits.ts";
import { experimentContext } from "../../../src/experiments/framework/context.ts";
import type { ExperimentContext } from "../../../src/experiments/framework/definition.ts";
import { directoryStore } from "../../../src/experiments/framework/directoryStore.ts";
import { type Agreement, movedStart } from "../../../src/experiments/framework/repetitions.ts";
import { criticalPointSearch } from "../../../src/experiments/protocols/search.ts";
import { withTrajectory } from "../../../src/experiments/protocols/trajectory.ts";
import { extragradient } from "../../../src/operators/games/extragradient.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { plainField } from "../../../src/problems/plainField.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineRowMeasure } from "../../../src/streams/defineRowMeasure.ts";
import { replay } from "../../../src/streams/replay.ts";
import { valuesOf } from "../../support/collect.ts";
import * as fc from "../../support/fastCheck.ts";
import { assertSameRows } from "../../support/sameRows.ts";
import { scratchPath } from "../../support/scratch.ts";

const bits = suite("placesAbove");
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
bits("goes up and down by single numbers, through zero and subnormal numbers", () => {
  fc.assert(
    fc.property(finite, fc.integer({ min: 1, max: 5 }), (x, k) => {
      const above = placesAbove(x, k);
      if (!Number.isFinite(above)) return;
      assert.ok(above > x);
      assert.ok(Object.is(placesAbove(above, -k) + 0, x + 0), `${x} ${k}`);
      // Nothing lies between neighbours.
      const next = placesAbove(x, 1);
      const middle = x / 2 + next / 2;
      assert.ok(middle <= x || middle >= next || Math.abs(x) < 1e-300, `${x}`);
    }),
  );
  assert.is(placesAbove(1, 1), 1 + Number.EPSILON);
  assert.is(placesAbove(0, 1), Number.MIN_VALUE);
  assert.is(placesAbove(-0, -1), -Number.MIN_VALUE);
  assert.is(placesAbove(Number.MAX_VALUE, 1), Number.POSITIVE_INFINITY);
});
bits.run();

interface Session {
  readonly repetitions: number;
  readonly make: (context: ExperimentContext) => ReturnType<ExperimentContext["iterate"]>;
  readonly directory?: string;
  readonly signal?: AbortSignal;
  readonly onNote?: (line: string) => void;
}

async function session({ repetitions, make, directory, signal, onNote }: Session) {
  const agreements: Agreement[] = [];
  const store = (path: string) => directoryStore({ directory: path, resume: () => true });
  const context = experimentContext({
    seed: 1,
    signal: signal ?? new AbortController().signal,
    repetitions,
    onAgreement: (agreement) => agreements.push(agreement),
    ...(directory === undefined ? {} : { store: store(directory), repetitionStore: store(join(directory, "repeats")) }),
    ...(onNote === undefined ? {} : { onNote }),
  });
  const rows = await lastValueFrom(context.complete(make(context)).pipe(toArray()), { defaultValue: [] });
  return { rows: rows.map((row) => ({ ...row, seconds: 0 })), agreements };
}

const search =
  (start: readonly number[], iterations = 50) =>
  (context: ExperimentContext) =>
    criticalPointSearch(context, quartic(), start, { name: "search", iterations });

const repetitions = suite("repetitions");
repetitions(
  "move each coordinate by at most two units in its last place, otherwise for each run and repetition",
  () => {
    const start = Float64Array.of(1, -2.5, 0, 1e-310, 3e200);
    const moved = Array.from({ length: 40 }, (_, k) => movedStart(start, 1, "search", k + 1));
    for (const other of moved) {
      for (const [i, z] of start.entries()) {
        const places = z === 0 ? [0] : [-2, -1, 0, 1, 2];
        assert.ok(
          places.some((k) => Object.is(placesAbove(z, k), other[i])),
          `${z} became ${other[i]}`,
        );
      }
    }
    assert.equal(movedStart(start, 1, "search", 1), moved[0]);
    for (const other of [moved[1]!, movedStart(start, 2, "search", 1), movedStart(start, 1, "other", 1)]) {
      assert.not.equal([...other], [...moved[0]!]);
    }
  },
);
repetitions("leave the rows of the experiment as they are, and count the ends that agree", async () => {
  const alone = await session({ repetitions: 0, make: search([-3.5, 1]) });
  const repeated = await session({ repetitions: 4, make: search([-3.5, 1]) });
  assertSameRows(repeated.rows, alone.rows);
  assert.is(alone.agreements.length, 0);
  const [agreement] = repeated.agreements;
  assert.equal(
    { ...agreement, ends: agreement!.ends.length, sameDigits: agreement!.sameDigits > 6 },
    {
      run: "search",
      repetitions: 4,
      sameVerdict: 4,
      sameIndex: 4,
      sameDigits: true,
      ends: 5,
    },
  );
});
repetitions("tell apart runs whose ends depend on the last bits", async () => {
  // A step of length 1 is the logistic map, z <- 4 z (1 - z), which doubles the distance of neighbours at each step.
  const logistic = plainField({
    name: "logistic",
    dimension: 1,
    field: ([z], out) => {
      out[0] = z! - 4 * z! * (1 - z!);
    },
  });
  const coin = defineRowMeasure({
    name: "coin",
    step: ({ step, point }) => (step === 99 && point![0]! > 0.5 ? { status: "converged" } : undefined),
  });
  const make = (context: ExperimentContext) =>
    context.iterate(logistic, [0.7], chain(coin, untilStep(100), gradientStep(1)), { name: "chaos" });
  const { agreements } = await session({ repetitions: 20, make });
  const [{ sameVerdict, sameIndex, sameDigits, ends }] = agreements as [Agreement];
  assert.ok(sameVerdict > 0 && sameVerdict < 20, JSON.stringify(ends));
  assert.is(ends.slice(1).filter(({ verdict }) => verdict === ends[0]!.verdict).length, sameVerdict);
  assert.is(sameIndex, undefined);
  assert.ok(sameDigits < 2);
});
repetitions("compare the points of games, which have no value, and the trajectories are not repeated", async () => {
  const game = (context: ExperimentContext) =>
    context.iterate(bilinear(), [1, 1], chain(untilStep(20), extragradient({ stepSize: 0.5 })), { name: "game" });
  const { agreements } = await session({ repetitions: 3, make: game });
  assert.is(agreements[0]!.sameVerdict, 3);
  assert.ok(agreements[0]!.sameDigits >= 14);
  const descent = { start: [-3.5, 1], update: chain(untilStep(5), gradientStep(1e-3)) };
  const drawn = await session({
    repetitions: 2,
    make: (context) => withTrajectory(context, quartic(), descent, (rows) => search([...rows.at(-1)!.point!])(context)),
  });
  assert.equal(
    drawn.agreements.map(({ run }) => run),
    ["search"],
  );
});
repetitions(
  "are kept apart from the runs, and a resumed session reads those that have ended and makes the others",
  async () => {
    const directory = scratchPath("repetitions");
    const whole = await session({ repetitions: 4, make: search([-3.5, 1]) });
    const stop = new AbortController();
    const cut = await session({
      repetitions: 4,
      make: search([-3.5, 1]),
      directory,
      signal: stop.signal,
      onNote: (line) => {
        if (/repetition 2 of 4 ended/.test(line)) stop.abort();
      },
    });
    assert.equal(cut.agreements, []);
    const resumed = await session({ repetitions: 4, make: search([-3.5, 1]), directory });
    assert.equal(resumed.agreements, whole.agreements);
    for (const k of [1, 2, 3, 4]) {
      const rows = await valuesOf(replay(join(directory, "repeats", `search-${k}`)));
      assert.equal(rows[0]!.point, movedStart([-3.5, 1], 1, "search", k));
    }
  },
);
repetitions.run();
