/** Each rule finds the same on a live run, in the run's file, and on the file of a run that it did not watch. */
import { lastValueFrom, type Observable, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventsOf } from "../../../src/arrow/events/rowEvents.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { divergence } from "../../../src/operators/rules/divergence.ts";
import { flat } from "../../../src/operators/rules/flat.ts";
import { notFinite } from "../../../src/operators/rules/notFinite.ts";
import { plateau } from "../../../src/operators/rules/plateau.ts";
import { slow } from "../../../src/operators/rules/slow.ts";
import { stagnation } from "../../../src/operators/rules/stagnation.ts";
import { when } from "../../../src/operators/rules/when.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { wholeSpace } from "../../../src/problems/sets/wholeSpace.ts";
import { variationalInequality } from "../../../src/problems/variationalInequality.ts";
import { runDirectory } from "../../../src/sinks/runDirectory.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { replay } from "../../../src/streams/replay.ts";
import type { RowMeasure, Update } from "../../../src/streams/types.ts";
import { scratchPath } from "../../support/scratch.ts";

interface Case {
  readonly rule: () => RowMeasure;
  readonly problem: () => Problem;
  readonly start: readonly number[];
  readonly update: () => Update;
  readonly steps: number;
  /** Steps of the events; undefined where they depend on the clock. */
  readonly expected: readonly number[] | undefined;
}

/** A quartic whose evaluations take long from the 40th on. */
function tiring(): Problem {
  const base = quartic();
  const clock = new Int32Array(new SharedArrayBuffer(4));
  let evaluations = 0;
  return {
    ...base,
    evaluate(point, field) {
      Atomics.wait(clock, 0, 0, evaluations++ < 40 ? 2 : 60);
      return base.evaluate(point, field);
    },
  };
}

const descent = (): Update => gradientStep(0.01);
const cases: Readonly<Record<string, Case>> = {
  notFinite: {
    rule: notFinite,
    problem: () => variationalInequality(([x], out) => out.set([Math.sqrt(x!) + 1]), wholeSpace(1)),
    start: [1.5],
    update: () => gradientStep(1),
    steps: 5,
    expected: [1],
  },
  divergence: {
    rule: divergence,
    problem: bilinear,
    start: [1, 1],
    update: () => gradientStep(1),
    steps: 60,
    // ||F_k|| = 2^(k/2) ||F_0||, and 2^(26/2) < 1e4 < 2^(27/2).
    expected: [27],
  },
  stagnation: { rule: stagnation, problem: bilinear, start: [1, 1], update: descent, steps: 250, expected: [100] },
  plateau: { rule: plateau, problem: quartic, start: [1, 2], update: descent, steps: 400, expected: [199] },
  flat: { rule: flat, problem: quartic, start: [2.5, 0.5], update: newtonMR, steps: 50, expected: [32, 34] },
  slow: {
    rule: () => slow({ seconds: 0.03 }),
    problem: tiring,
    start: [1, 2],
    update: descent,
    steps: 50,
    expected: undefined,
  },
  when: {
    rule: () => when((row) => row.step % 20 >= 10),
    problem: quartic,
    start: [1, 2],
    update: descent,
    steps: 45,
    expected: [10, 30],
  },
};

/** The ids of the events of rows. */
async function idsOf(rows: Observable<Row>): Promise<readonly string[]> {
  const all = await lastValueFrom(rows.pipe(toArray()));
  return all.flatMap((row) => eventsOf(row).map(({ id }) => id));
}

const places = suite("rules in all places");
for (const [name, { rule, problem, start, update, steps, expected }] of Object.entries(cases)) {
  places(`${name}: on a live run, in its file, and on the file of a run without the rule`, async () => {
    const [watched, foreign] = [scratchPath(), scratchPath()];
    const options = { slice: Number.POSITIVE_INFINITY };
    const inside = chain(untilStep(steps), update(), rule());
    const live = await idsOf(iterate(problem(), start, inside, options).pipe(runDirectory(watched)));
    if (expected === undefined) assert.ok(live.length > 0);
    else
      assert.equal(
        live,
        expected.map((step) => `run/${name}/${step}`),
      );
    assert.equal(await idsOf(replay(watched)), live, "in the file");
    const plain = chain(untilStep(steps), update());
    const behind = await idsOf(iterate(problem(), start, plain, options).pipe(runDirectory(foreign), rule()));
    assert.equal(await idsOf(replay(foreign)), [], "the file of a run that was not watched has no events");
    const again = await idsOf(replay(foreign).pipe(rule()));
    assert.equal(again, behind, "on the replay of a run that was watched after its loop");
    if (expected === undefined) assert.ok(again.length > 0);
    else assert.equal(again, live);
  });
}
places.run();
