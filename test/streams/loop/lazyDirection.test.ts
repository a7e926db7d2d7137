import { map } from "rxjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { untilStep } from "../../../src/operators/measures/untilStep.ts";
import { gradientStep } from "../../../src/operators/steps/gradientStep.ts";
import type { Problem } from "../../../src/problems/problem.ts";
import { chain } from "../../../src/streams/chain.ts";
import { defineMeasure } from "../../../src/streams/defineMeasure.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { iterate } from "../../../src/streams/iterate.ts";
import { large } from "../../../src/streams/loop/memory.ts";
import type { Iterate, Proposal, Update } from "../../../src/streams/types.ts";
import { checkError } from "../../support/assert.ts";
import { collect } from "../../support/collect.ts";

const test = suite("the direction of a large problem");

/** F_i(z) = (i + 1) z_i / n. */
function stretched(n: number): Problem {
  return {
    name: "stretched",
    dimension: n,
    symmetric: true,
    evaluate(point, field) {
      for (let i = 0; i < n; i++) field[i] = ((i + 1) * point[i]!) / n;
      return Number.NaN;
    },
    linearize: () => {
      throw new Error("not needed here");
    },
    blocks: [],
  };
}

const sizes = [large - 1, large, 8192];
const start = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(i));
const minus = (field: Float64Array): Float64Array => field.map((f) => -f);
const byHand: Update = map((it: Proposal) => ({ ...it, stepSize: 0.1 }));

test("is -F in every row, one array, whichever operator or hand chose the step size", () => {
  for (const n of sizes) {
    for (const rule of [gradientStep(0.1), byHand]) {
      const seen: Float64Array[] = [];
      const look = defineMeasure({ name: "look", step: (it) => void seen.push(it.direction) });
      const rows = firstRows(stretched(n), start(n), chain(look, rule), 3);
      for (const [k, row] of rows.entries()) {
        assert.equal(row.direction, minus(row.at.field));
        assert.is(row.direction, seen[k]);
        assert.is({ ...row }.direction, row.direction);
        assert.ok(Object.keys(row).includes("direction"));
      }
    }
  }
});

test("leads where it leads when it is read", () => {
  for (const n of sizes) {
    const read = defineMeasure({ name: "read", step: (it) => void it.direction[0] });
    const unread = firstRows(stretched(n), start(n), gradientStep(0.1), 5);
    const same = firstRows(stretched(n), start(n), chain(read, gradientStep(0.1)), 5);
    for (const [k, row] of unread.entries()) {
      assert.equal(row.point, same[k]!.point);
      assert.is(row.squaredFieldNorm, same[k]!.squaredFieldNorm);
    }
    assert.equal(
      unread[1]!.point,
      start(n).map((z, i) => z + 0.1 * -(((i + 1) * z) / n)),
    );
  }
});

test("stays -F after the loop, in rows that a measure hands on", () => {
  const size = defineMeasure({
    name: "size",
    columns: { size: { meaning: "n" } },
    step: (it) => ({ columns: { size: it.point.length } }),
  });
  for (const n of sizes) {
    const rows: Iterate[] = [];
    iterate(stretched(n), start(n), chain(untilStep(2), gradientStep(0.1)), { slice: Number.POSITIVE_INFINITY })
      .pipe(size)
      .subscribe((row) => void rows.push(row));
    assert.is(rows.length, 3);
    for (const row of rows) assert.equal(row.direction, minus(row.at.field));
  }
});

test("is not discarded unsaid where it was written by hand or by an operator", async () => {
  const mine = defineUpdate({ name: "mine", step: (it) => ({ direction: it.point.slice() }) });
  const turned: Update = map((it: Proposal) => ({ ...it, direction: it.point.slice() }));
  for (const n of sizes) {
    for (const [rule, who] of [
      [chain(mine, mine, gradientStep(0.1)), /mine#2: would discard the direction that mine chose/],
      [chain(turned, mine, gradientStep(0.1)), /mine: would discard the direction that a hand-written step chose/],
    ] as const) {
      const { error } = await collect(iterate(stretched(n), start(n), rule));
      checkError(error, "ERR_DIRECTION_DISCARDED", who);
    }
    const { error } = await collect(iterate(stretched(n), start(n), chain(byHand, mine, untilStep(1))));
    assert.is(error, undefined);
  }
});

test("is the negative of a field that an operator hands back, in rows and in the step", () => {
  const doubled = defineUpdate({
    name: "doubled",
    step: ({ at }) => ({ field: at.field.map((f) => 2 * f), stepSize: 0.1 }),
  });
  const written = defineUpdate({
    name: "written",
    step: ({ at }) => ({ direction: at.field.map((f) => -2 * f), stepSize: 0.1 }),
  });
  const half = defineUpdate({
    name: "half",
    refines: "direction",
    step: ({ direction }) => ({ direction: direction.map((d) => d / 2) }),
  });
  const copied: Update = map((it: Proposal) => ({ ...it }));
  for (const n of sizes) {
    const rows = firstRows(stretched(n), start(n), doubled, 4);
    const expected = firstRows(stretched(n), start(n), written, 4);
    const spread = firstRows(stretched(n), start(n), chain(doubled, copied, untilStep(9)), 4);
    for (const [k, { point, direction }] of expected.entries()) {
      assert.equal(rows[k]!.point, point);
      assert.equal(rows[k]!.direction, direction);
      assert.is(rows[k]!.direction, rows[k]!.direction);
      assert.equal(spread[k]!.point, point);
    }
    const refined = firstRows(stretched(n), start(n), chain(doubled, half), 2);
    assert.equal(refined[0]!.direction, minus(refined[0]!.at.field));
  }
});

test("a field of another length, or beside a direction, or after one, is refused", async () => {
  const short = defineUpdate({ name: "short", step: () => ({ field: new Float64Array(3), stepSize: 1 }) });
  const both = defineUpdate({
    name: "both",
    step: ({ at }) => ({ field: at.field, direction: at.field, stepSize: 1 }),
  });
  const other = defineUpdate({ name: "other", step: ({ at }) => ({ field: at.field.slice() }) });
  for (const n of sizes) {
    for (const [rule, code, message] of [
      [short, "ERR_LENGTH", new RegExp(`of length ${n}, got 3`)],
      [both, "ERR_DIRECTION_DISCARDED", /both: gives a direction and a field/],
      [chain(other, other), "ERR_DIRECTION_DISCARDED", /other#2: would discard the direction that other chose/],
      [
        chain(
          other,
          map((it: Proposal) => ({ ...it })),
          other,
        ),
        "ERR_DIRECTION_DISCARDED",
        /direction that other chose/,
      ],
    ] as const) {
      const { error } = await collect(iterate(stretched(n), start(n), rule));
      checkError(error, code, message);
    }
  }
});

test.run();
