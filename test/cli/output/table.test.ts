import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellText, tableLines } from "../../../src/cli/output/table.ts";

const cells = suite("cellText");
cells("writes whole numbers in full and others with five digits", () => {
  assert.equal([12, 0.25, 123.456, -0.5].map(cellText), ["12", "0.25000", "123.46", "-0.50000"]);
});
cells("writes small and large numbers with an exponent", () => {
  assert.equal([3.14159e-9, 2.5e12, 1e7].map(cellText), ["3.14e-9", "2.50e+12", "1.00e+7"]);
});
cells("writes what is not finite, and nothing where nothing was measured", () => {
  assert.equal([Number.NaN, Number.POSITIVE_INFINITY, undefined].map(cellText), ["NaN", "Infinity", ""]);
});
cells.run();

const tables = suite("tableLines");
tables("aligns numbers right and words left", () => {
  const lines = tableLines(
    ["run", "steps"],
    [
      ["a", 5],
      ["search-01", 1234],
    ],
  );
  assert.equal(lines, ["run        steps", "a              5", "search-01   1234"]);
});
tables("leaves out columns that are empty everywhere", () => {
  assert.equal(tableLines(["a", "b", "c"], [["x", undefined, 1]]), ["a  c", "x  1"]);
});
tables("has a heading only, without rows", () => assert.is(tableLines(["a"], []).length, 1));
tables.run();
