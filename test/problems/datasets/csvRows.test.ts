/** Cells of CSV: what programs write is read back, cell by cell. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { csvText } from "../../../src/arrow/csvCells.ts";
import { csvRows, decoded } from "../../../src/problems/datasets/csvRows.ts";
import * as fc from "../../support/fastCheck.ts";

const letters = fc.constantFrom("a", "1", ".", '"', ",", "\n", "\r", " ", ";", "é");
const cells = fc.string({ unit: letters, maxLength: 6 });
const tables = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(cells, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 4 }));

const csv = suite("csvRows");

csv("reads back every table that is written by RFC 4180, whatever ends its lines", () => {
  fc.assert(
    fc.property(tables, fc.constantFrom("\n", "\r\n", "\r"), fc.boolean(), (table, end, last) => {
      const text = table.map((row) => row.map(csvText).join(",")).join(end) + (last ? end : "");
      // A line of white space alone is an empty line.
      const kept = table.filter((row) => row.length > 1 || csvText(row[0]!).trim() !== "");
      assert.equal(
        csvRows(text),
        kept.map((row) => row.map((cell) => cell.trim())),
      );
    }),
    { numRuns: 2000 },
  );
});

csv("reads empty cells beside quoted ones, and white space before the marks", () => {
  const cases: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    [
      ',"b, c",label\n,"2",0',
      [
        ["", "b, c", "label"],
        ["", "2", "0"],
      ],
    ],
    ['"a",,"b"\n', [["a", "", "b"]]],
    ['"a","b",', [["a", "b", ""]]],
    ['a, "b, c" ,d', [["a", "b, c", "d"]]],
    ['\n"a"\n \n\n1\n', [["a"], ["1"]]],
    ['a"b,c', [['a"b', "c"]]],
    ['"a"b,c', [["ab", "c"]]],
    ["", []],
  ];
  for (const [text, rows] of cases) assert.equal(csvRows(text), rows, text);
});

csv("says in which row a mark is not closed, also of a long text", () => {
  assert.is(csvRows('a,"b\n1,2\n3,4'), 0);
  assert.is(csvRows(`"a",b\n1,2\n3,"${"4\n".repeat(1_000_000)}`), 2);
  const long = "4".repeat(3_000_000);
  assert.equal(csvRows(`"${long}",1`), [[long, "1"]]);
});

csv("decodes UTF-8 and UTF-16 by their first bytes", () => {
  const text = "a,é\n1,2";
  const wide = Buffer.from(`\ufeff${text}`, "utf16le");
  assert.is(decoded(Buffer.from(text)), text);
  assert.is(decoded(Buffer.from(`\ufeff${text}`)), text);
  assert.is(decoded(wide), text);
  assert.is(decoded(Buffer.from(wide).swap16()), text);
});

csv.run();
