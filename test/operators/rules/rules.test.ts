/** What each rule means, by properties of made-up rows. */

import { from, lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventsOf } from "../../../src/arrow/events/rowEvents.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { divergence } from "../../../src/operators/rules/divergence.ts";
import { flat } from "../../../src/operators/rules/flat.ts";
import { notFinite } from "../../../src/operators/rules/notFinite.ts";
import { plateau } from "../../../src/operators/rules/plateau.ts";
import { slow } from "../../../src/operators/rules/slow.ts";
import { stagnation } from "../../../src/operators/rules/stagnation.ts";
import { when } from "../../../src/operators/rules/when.ts";
import type { RowMeasure } from "../../../src/streams/types.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

/** Rows with these fields. */
function rowsOf(fields: readonly Partial<Row>[], columns = {}): Row[] {
  const run = makeRun({ columns });
  return fields.map((field, step) => makeRow(run, step, field));
}
async function stepsOf(rule: RowMeasure, rows: readonly Row[]): Promise<number[]> {
  const all = await lastValueFrom(from(rows).pipe(rule, toArray()));
  return all.flatMap((row) => eventsOf(row).map(({ step }) => step));
}
const squares = (norms: readonly number[], value = Number.NaN): Row[] =>
  rowsOf(norms.map((norm) => ({ squaredFieldNorm: norm ** 2, value })));

const norms = fc.array(fc.double({ min: 1e-3, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 60 });
const scale = fc.constantFrom(1e-9, 0.25, 1024, 1e9);

const rules = suite("rules");

rules("an event comes where a condition begins to hold, and again only after it has ceased", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (holds) => {
      const expected = holds.flatMap((now, k) => (now && holds[k - 1] !== true ? [k] : []));
      assert.equal(
        await stepsOf(
          when((row) => holds[row.step]!),
          rowsOf(holds.map(() => ({}))),
        ),
        expected,
      );
    }),
  );
});

rules("divergence: exactly where ||F|| exceeds the factor, whatever the scale", async () => {
  await fc.assert(
    fc.asyncProperty(norms, scale, fc.integer({ min: 2, max: 1e6 }), async (given, by, factor) => {
      const over = given.map((norm) => norm > factor * given[0]!);
      const near = given.some((norm) => Math.abs(norm / given[0]! / factor - 1) < 1e-9);
      fc.pre(!near);
      const expected = over.flatMap((now, k) => (now && over[k - 1] !== true ? [k] : []));
      assert.equal(await stepsOf(divergence({ factor }), squares(given)), expected);
      assert.equal(await stepsOf(divergence({ factor }), squares(given.map((norm) => norm * by))), expected);
    }),
  );
});

rules("divergence: a descent that leaves a saddle does not diverge; the same without a loss does", async () => {
  const leaving = Array.from({ length: 9 }, (_, k) => 1e-6 * 10 ** k);
  const falling = rowsOf(leaving.map((norm, k) => ({ squaredFieldNorm: norm ** 2, value: -k })));
  assert.equal(await stepsOf(divergence(), falling), []);
  assert.equal(await stepsOf(divergence(), squares(leaving)), [5]);
});

rules("divergence: begins with the first number that is not 0, ends the run where it is asked to", async () => {
  assert.equal(await stepsOf(divergence(), squares([0, 0, 1, 1e5])), [3]);
  const rows = await lastValueFrom(from(squares([1, 1e5, 1])).pipe(divergence({ stop: true }), toArray()));
  assert.equal(
    rows.map(({ status }) => status),
    ["running", "diverged"],
  );
});

rules("stagnation: counts rows since the best, whatever the scale, and NaN is never better", async () => {
  const reference = (given: readonly number[], patience: number): number[] => {
    const steps: number[] = [];
    let [best, since, holds] = [Number.POSITIVE_INFINITY, 0, false];
    for (const [step, x] of given.entries()) {
      if (best === Number.POSITIVE_INFINITY ? Number.isFinite(x) : x < best - 1e-4 * Math.abs(best)) {
        [best, since] = [x, 0];
      } else since++;
      const now = since >= patience;
      if (now && !holds) steps.push(step);
      holds = now;
    }
    return steps;
  };
  const values = fc.array(fc.oneof(fc.constantFrom(1, 2, 4, 8, Number.NaN), fc.constant(Number.POSITIVE_INFINITY)), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(
      values,
      fc.constantFrom(0.25, 1, 1024),
      fc.integer({ min: 1, max: 6 }),
      async (given, by, patience) => {
        const rows = rowsOf(given.map((x) => ({ value: by * x })));
        assert.equal(await stepsOf(stagnation({ of: "value", patience }), rows), reference(given, patience));
      },
    ),
  );
  assert.equal(await stepsOf(stagnation({ patience: 2 }), squares([1, 0, 0, 0, 0])), [], "0 cannot get better");
});

rules("plateau: scaling and shifting the curve changes nothing", async () => {
  const curve = Array.from({ length: 120 }, (_, k) => (k < 60 ? 2 ** -k : k < 90 ? 0 : 1));
  const expected = await stepsOf(plateau({ rows: 10 }), rowsOf(curve.map((value) => ({ value }))));
  assert.equal(expected, [29, 109]);
  for (const [by, to] of [
    [1024, 0],
    [2 ** -20, 4],
    [-1, 1],
  ] as const) {
    const moved = rowsOf(curve.map((value) => ({ value: by * value + to })));
    assert.equal(await stepsOf(plateau({ rows: 10 }), moved), expected, `${by} x + ${to}`);
  }
  const still = rowsOf(Array.from({ length: 30 }, () => ({ value: 7 })));
  assert.equal(await stepsOf(plateau({ rows: 10 }), still), [9]);
});

rules(
  "notFinite: the NaN of a field without a potential is none; a loss that was finite and is lost is one",
  async () => {
    assert.equal(await stepsOf(notFinite(), rowsOf([{ value: Number.NaN }, { value: Number.NaN }])), []);
    const lost = rowsOf([
      { value: 1 },
      { value: Number.NaN },
      { value: 1, squaredFieldNorm: Number.POSITIVE_INFINITY },
    ]);
    const rows = await lastValueFrom(from(lost).pipe(notFinite(), toArray()));
    assert.equal(
      rows.flatMap((row) => eventsOf(row).map(({ step, measured }) => [step, measured])),
      [[1, "loss"]],
    );
  },
);

rules("slow: waiting for a person is not slowness", async () => {
  const times = [0, 1, 2, 3, 4, 100, 101, 102, 112, 122];
  const commands = (step: number): Row["commands"] => (step === 5 ? [{ type: "pause", step }] : undefined);
  const rows = rowsOf(times.map((seconds, step) => ({ seconds, commands: commands(step) })));
  assert.equal(await stepsOf(slow({ seconds: 1 }), rows), [8]);
  const unasked = rowsOf(times.map((seconds) => ({ seconds })));
  assert.equal(await stepsOf(slow({ seconds: 1 }), unasked), [5, 8]);
});

rules("flat: without a measure of flatness there is no event", async () => {
  assert.equal(await stepsOf(flat(), rowsOf([{}, {}])), []);
});

rules("a column that is not measured in a row says nothing; one that the run lacks is an error", async () => {
  const columns = { loss: { meaning: "held-out loss" } };
  const measured = [1, undefined, undefined, 2, undefined, 3];
  const rows = rowsOf(
    measured.map((loss) => ({ columns: { loss } })),
    columns,
  );
  assert.equal(await stepsOf(stagnation({ of: "loss", patience: 2 }), rows), [5]);
  for (const rule of [stagnation, divergence, plateau, notFinite]) {
    let seen: unknown;
    from(rows)
      .pipe(rule({ of: "lost" }))
      .subscribe({ error: (error: unknown) => (seen = error) });
    assert.match((seen as Error).message, /expected a column of the run, got "lost"; it has .*loss/);
  }
});

rules("names are words, and refused where they are not", () => {
  assertError(() => stagnation({ name: "a b" }), "ERR_OPTION_RANGE", /a letter, then letters and digits/);
  assertError(() => when(3 as never), "ERR_OPTION_TYPE", /predicate/);
  assertError(() => divergence({ factor: 1 }), "ERR_OPTION_RANGE", /factor/);
});

rules.run();
