import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bilinear } from "../../../src/problems/games/bilinear.ts";
import { defineUpdate } from "../../../src/streams/defineUpdate.ts";
import { firstRows } from "../../../src/streams/firstRows.ts";
import { assertError } from "../../support/assert.ts";

const test = suite("fieldAt");

test("writes F at a trial point into the array given, counted as an evaluation", () => {
  const seen: number[][] = [];
  const looking = defineUpdate({
    name: "looking",
    step(it) {
      const out = new Float64Array(2);
      it.fieldAt(Float64Array.of(3, 4), out);
      seen.push([...out]);
      return { stepSize: 0.1 };
    },
  });
  const rows = firstRows(bilinear(), [1, 1], looking, 3);
  assert.equal(seen[0], [4, -3]);
  assert.equal(
    rows.map((row) => row.evaluations),
    [2, 4, 6],
  );
});

test("refuses points and fields of another length", () => {
  const tooLong = defineUpdate({ name: "tooLong", step: (it) => it.fieldAt(new Float64Array(3), new Float64Array(2)) });
  assertError(() => firstRows(bilinear(), [1, 1], tooLong, 1), "ERR_LENGTH", /length 2, got a point of length 3/);
  const tooShort = defineUpdate({
    name: "tooShort",
    step: (it) => it.fieldAt(new Float64Array(2), new Float64Array(1)),
  });
  assertError(() => firstRows(bilinear(), [1, 1], tooShort, 1), "ERR_LENGTH", /a field of length 1/);
});

test.run();
