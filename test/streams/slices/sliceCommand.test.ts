import { from } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AppliedCommand } from "../../../src/arrow/row.ts";
import { naturalResidual } from "../../../src/operators/measures/gaps/naturalResidual.ts";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { newtonMR } from "../../../src/operators/newton/newtonMR.ts";
import { adam } from "../../../src/operators/steps/adam.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../../src/operators/steps/momentum.ts";
import { deepLinearAutoencoder } from "../../../src/problems/linearAutoencoder/deepLinearAutoencoder.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { quartic } from "../../../src/problems/quartic.ts";
import { ball } from "../../../src/problems/sets/ball.ts";
import { intersectionSet } from "../../../src/problems/sets/intersectionSet.ts";
import { variationalInequality } from "../../../src/problems/variationalInequality.ts";
import { chain } from "../../../src/streams/chain.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { sliceCommand } from "../../../src/streams/slices/sliceCommand.ts";
import type { Command, Iterate, IterateOptions, Update } from "../../../src/streams/types.ts";
import { assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";
import { assertSameRows, timeless } from "../../support/sameRows.ts";
import { pausedAt, Steered } from "../../support/steered.ts";

const test = suite("sliceCommand");

type Course = readonly [Problem | ((step: number) => Problem), ArrayLike<number>, () => Update, IterateOptions?];

const autoencoders = [1, 2].map((seed) => deepLinearAutoencoder({ inputs: 40, hidden: 10, samples: 100, seed }));
const far = normalVector(autoencoders[0]!.dimension, 3).map((entry) => 0.1 * entry);
const touching = intersectionSet([ball([0, 0]), ball([2, 0])], { maxSweeps: 300 });
const stuck = variationalInequality(([x, y], out) => out.set([x! - 1, y! - 1]), touching);

const courses: Readonly<Record<string, Course>> = {
  "gradient steps with momentum": [quartic(), [1, 2], () => chain(momentum(), gradientStep(0.01))],
  "accepted trial points": [quartic(), [1, 2], () => newtonMR()],
  "a compiled loss": [autoencoders[0]!, far, () => newtonMR()],
  "vectors that are used again": [autoencoders[0]!, far, () => chain(adam(), gradientStep(0.01)), { reuse: true }],
  "accepted trial points in vectors that are used again": [autoencoders[0]!, far, () => newtonMR(), { reuse: true }],
  "a problem that changes with each step": [
    (step) => autoencoders[step % 2]!,
    far,
    () => chain(momentum(), gradientStep(0.01)),
    { reuse: true },
  ],
  "projections that are counted": [
    stuck,
    [1, 0.5],
    () => chain(naturalResidual({ tolerance: 1e-8 }), gradientStep(0.5)),
  ],
};

for (const [what, [problem, start, update, options = {}]] of Object.entries(courses)) {
  test(`changes no bit and no count of a run with ${what}`, () => {
    const rowsOf = (commands: readonly Command[]): Iterate[] => {
      const rows: Iterate[] = [];
      iterate(problem, start, chain(untilStep(9), update()), {
        ...options,
        slice: Number.POSITIVE_INFINITY,
        commands: from(commands),
      }).subscribe((row) => rows.push({ ...row, point: row.point.slice() }));
      return rows;
    };
    const slices = [0, 1, 1, 4, 5, 9].map((step): Command => ({ ...sliceCommand({ points: 5 }), step }));
    const [sliced, alone] = [rowsOf(slices), rowsOf([])];
    const found = sliced.flatMap(({ commands = [] }) => commands);
    assert.is(found.length, 6);
    for (const { slice, step } of found) {
      const lines = slice!.lines.map(({ along }) => along);
      assert.is(lines.includes("step"), step > 0, "no step leads to the start");
      assert.ok(lines.includes("gradient"));
      for (const line of slice!.lines) {
        const row = alone[step]!;
        if (!Number.isNaN(row.value)) assert.is(line.values[2], row.value, "the middle is the point of the row");
        assert.is(line.squaredFieldNorms[2], row.squaredFieldNorm);
        if (line.along !== "step") continue;
        const before = alone[step - 1]!;
        const length = Math.hypot(...row.point.map((entry, k) => entry - before.point[k]!));
        assert.ok(Math.abs(line.length! - length) <= 1e-12 * length);
        // The step is half of the line, so its first quarter point is the point before.
        if (!Number.isNaN(before.value) && typeof problem !== "function") {
          assert.ok(Math.abs(line.values[1]! - before.value) <= 1e-9 * Math.abs(before.value));
        }
      }
    }
    assertSameRows(timeless(sliced.map((row) => ({ ...row, commands: undefined }))), timeless(alone));
  });
}

test("works while the run is paused, again and again, and stands in the next row", () => {
  const run = pausedAt(3);
  run.send(sliceCommand({ points: 5 }));
  run.send(sliceCommand({ points: 7 }));
  assert.is(run.step, 2);
  const [first, second] = run.replies.slice(-2);
  assert.is(first!.step, 3);
  assert.equal(
    first!.slice!.lines.map(({ along }) => along),
    ["step", "gradient", "lowest", "highest", "random"],
  );
  assert.equal(first!.slice!.lines[0]!.length, second!.slice!.lines[0]!.length);
  run.send({ type: "resume" });
  const recorded = run.rows[3]!.commands!.filter(({ type }) => type === "slice");
  assert.equal(recorded, [first, second]);
  const alone = new Steered();
  assert.equal(
    run.rows.map(({ point, evaluations, products }) => [...point, evaluations, products]),
    alone.rows.map(({ point, evaluations, products }) => [...point, evaluations, products]),
  );
});

test("is recorded and not computed again when recorded commands are given", () => {
  const first = new Steered({ commands: from([{ ...sliceCommand({ along: ["gradient"] }), step: 2 }]) });
  const recorded = first.rows.flatMap(({ commands = [] }) => commands) as Command[];
  const again = new Steered({ commands: from(recorded) });
  const [outcome] = again.rows.flatMap(({ commands = [] }) => commands);
  assert.match(outcome!.refused!, /recorded is not computed again/);
});

test("is refused in words where there is nothing to see, and the run goes on", () => {
  const outcomeOf = (problem: Problem, command = sliceCommand()): AppliedCommand => {
    let outcome: AppliedCommand | undefined;
    let rows = 0;
    const reply = (given: AppliedCommand): void => {
      outcome = given;
    };
    iterate(problem, [1, 2], chain(untilStep(4), gradientStep(0.01)), {
      slice: Number.POSITIVE_INFINITY,
      commands: from([{ ...command, step: 2, reply }]),
    }).subscribe(() => rows++);
    assert.is(rows, 5);
    return outcome!;
  };
  let calls = 0;
  const broken: Problem = {
    ...quartic(),
    evaluate(z, field) {
      calls++;
      if (calls === 8) throw new Error("the loss is broken here");
      return quartic().evaluate(z, field);
    },
  };
  assert.match(outcomeOf(broken).refused ?? "", /the loss is broken here/);
  const flat: Problem = { ...quartic(), evaluate: (_z, field) => field.fill(0).length };
  assert.match(
    outcomeOf(flat, sliceCommand({ along: ["step", "gradient"] })).refused!,
    /step: .* zero.*; gradient: F is zero/,
  );
});

test("checks what it is asked for when it is made", () => {
  assertError(() => sliceCommand({ points: 4 }), "ERR_OPTION_RANGE", /sliceCommand: .*odd number/);
  assertError(() => sliceCommand({ move: new Float64Array(2) } as object), "ERR_OPTION_UNKNOWN", /move/);
});

test.run();
