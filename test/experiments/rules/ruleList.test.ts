import { from, lastValueFrom, toArray } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { eventsOf } from "../../../src/arrow/events/rowEvents.ts";
import type { Row } from "../../../src/arrow/row.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { ruleNames, rulesFrom, type TypedRule } from "../../../src/experiments/rules/ruleList.ts";
import { watchRows } from "../../../src/experiments/rules/watchRows.ts";
import { stagnation } from "../../../src/operators/rules/stagnation.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { makeRow, makeRun } from "../../support/rows.ts";

const run = makeRun();
const rows: readonly Row[] = Array.from({ length: 60 }, (_, step) => makeRow(run, step, { squaredFieldNorm: 1 }));
async function idsOf(rules: readonly TypedRule[], of = rows, anew = false): Promise<string[]> {
  const all = await lastValueFrom(from(of).pipe(watchRows(rules, { anew }), toArray()));
  return all.flatMap((row) => eventsOf(row).map(({ rule, step }) => `${rule} ${step}`));
}

const typed = suite("rules as they are typed");

typed("are rules with their options, and conditions with or without a name", async () => {
  assert.equal(
    rulesFrom("all").map(({ name }) => name),
    ruleNames,
  );
  const text = " stagnation(patience=7, improvement=0.5) , late:step>=50,residual>1 and residual<2, s2:outcome==failed";
  const rules = rulesFrom(text);
  assert.equal(
    rules.map(({ name }) => name),
    ["stagnation", "late", "when", "s2"],
  );
  assert.equal(
    rules.map(({ columns }) => columns),
    [[], [], ["residual", "residual"], ["outcome"]],
  );
  const ids = await idsOf(rules);
  // residual is step / 7; the outcome is "failed" at every third step.
  for (const id of ["stagnation 7", "late 50", "when 8", "s2 2", "s2 5"]) assert.ok(ids.includes(id), `${id}: ${ids}`);
  assert.is(ids.filter((id) => id.startsWith("when")).length, 1);
});

typed("a category may have a word of several words", async () => {
  const columns = {
    end: { meaning: "the end", kind: "category", values: ["critical point", "gradient-flat region"] },
  } as const;
  const own = makeRun({ columns });
  const ends = [0, 1, 1].map((end, step) => makeRow(own, step, { columns: { end } }));
  assert.equal(await idsOf(rulesFrom("end==gradient-flat region"), ends), ["when 1"]);
});

typed("that lack their column are left out and named; the others stay", async () => {
  const skipped: string[] = [];
  const rules = rulesFrom("x:lost<1,stagnation(of=gone,patience=2),late:step>3");
  const seen = await lastValueFrom(
    from(rows).pipe(
      watchRows(rules, { onSkipped: (_, each) => skipped.push(...each.map(({ name }) => name)) }),
      toArray(),
    ),
  );
  assert.equal(skipped, ["x", "stagnation"]);
  assert.equal(
    seen.flatMap((row) => eventsOf(row).map(({ rule }) => rule)),
    ["late"],
  );
});

typed("take the place of the events that a run has already", async () => {
  const watched = await lastValueFrom(from(rows).pipe(stagnation({ patience: 20 }), toArray()));
  assert.equal(await idsOf([], watched), ["stagnation 20"]);
  assert.equal(await idsOf(rulesFrom("stagnation(patience=7)"), watched, true), ["stagnation 7"]);
});

typed("are refused in words where they are none, whatever was typed", () => {
  for (const [bad, message] of [
    ["", /rules separated by commas/],
    ["stagnation,,slow", /rules separated by commas/],
    ["stagnatoin", /Did you mean "stagnation"/],
    ["stagnation(patience)", /options such as patience=50/],
    ["stagnation(patience=0)", /patience/],
    ["slow,slow", /a name of its own/],
    ["value<1;rm -rf /", /a condition such as/],
    ["x:process.exit(5)<1", /a condition such as/],
    ["constructor", /The rules are/],
    ["value<1 or 1", /a condition such as/],
    ["x".repeat(5000), /at most 4000 characters/],
  ] as const) {
    assertError(() => rulesFrom(bad), "ERR_COMMAND_LINE", message);
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      try {
        rulesFrom(text);
      } catch (error) {
        assert.ok(isFluxionError(error) && error.code === "ERR_COMMAND_LINE", String(error));
      }
    }),
  );
});

typed.run();
