/** Rows of Arrow files: every form of numbers, any order of rows, and files that are not what they should be. */
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowRows } from "../../../src/arrow/data/arrowRows.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { assertError } from "../../support/assert.ts";
import { allRows, type Columns, dataFile, perRow } from "../../support/dataFiles.ts";
import * as fc from "../../support/fastCheck.ts";
import { scratchPath } from "../../support/scratch.ts";

const formats = {
  float64: (n: number) => Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 10 ** ((i % 40) - 20)),
  float32: (n: number) => Float32Array.from({ length: n }, (_, i) => Math.cos(i)),
  int8: (n: number) => Int8Array.from({ length: n }, (_, i) => 37 * i),
  uint8: (n: number) => Uint8Array.from({ length: n }, (_, i) => 37 * i),
  int16: (n: number) => Int16Array.from({ length: n }, (_, i) => 3001 * i),
  uint16: (n: number) => Uint16Array.from({ length: n }, (_, i) => 3001 * i),
  int32: (n: number) => Int32Array.from({ length: n }, (_, i) => 2e8 * i),
  uint32: (n: number) => Uint32Array.from({ length: n }, (_, i) => 2e8 * i),
  int64: (n: number) => BigInt64Array.from({ length: n }, (_, i) => BigInt(i % 2 === 0 ? i : -(2 ** 52) - i)),
  uint64: (n: number) => BigUint64Array.from({ length: n }, (_, i) => BigInt(2 ** 52 + i)),
} as const;

const reading = suite("arrowRows");

reading("gives the numbers of every format, in any order, for any batches and lists", () => {
  const column = fc.record({
    format: fc.constantFrom(...(Object.keys(formats) as (keyof typeof formats)[])),
    extents: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(column, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 20 }),
      (list, count, batchRows, picks) => {
        const columns: Columns = Object.fromEntries(
          list.map(({ format, extents }, i) => [
            `c${i}`,
            { numbers: formats[format](count * perRow(extents)), extents },
          ]),
        );
        const names = Object.keys(columns);
        const path = dataFile(columns, batchRows);
        const { each, together } = arrowRows(path, { each: names[0]!, together: names.toReversed() });
        /** The numbers of a row of some columns, side by side. */
        const rowOf = (row: number, of: readonly string[]): number[] =>
          of.flatMap((name) => {
            const { numbers, extents = [] } = columns[name]!;
            const width = perRow(extents);
            return Array.from(numbers.slice(row * width, (row + 1) * width), Number);
          });
        for (const [rows, of] of [
          [each, names.slice(0, 1)],
          [together, names.toReversed()],
        ] as const) {
          assert.is(rows.count, count);
          const expected = Array.from({ length: count }, (_, row) => rowOf(row, of));
          assert.is(rows.width, expected[0]!.length);
          assert.equal([...allRows(rows)], expected.flat());
          const chosen = picks.map((pick) => pick % count);
          const gathered = new Float64Array(chosen.length * rows.width);
          rows.gather(chosen, gathered);
          assert.equal(
            [...gathered],
            chosen.flatMap((row) => expected[row]!),
          );
          const first = chosen[0]!;
          const part = new Float64Array((count - first) * rows.width);
          rows.read(first, part);
          assert.equal([...part], expected.slice(first).flat());
        }
      },
    ),
    { numRuns: 100 },
  );
});

reading("refuses rows that there are not, and room that does not fit", () => {
  const { x } = arrowRows(dataFile({ x: { numbers: formats.float64(20), extents: [2] } }), { x: "x" });
  for (const first of [-1, 10, 0.5, Number.NaN]) {
    assertError(() => x.read(first, new Float64Array(2)), "ERR_OPTION_RANGE", /rows from 0 to 9/);
    assertError(() => x.gather([0, first], new Float64Array(4)), "ERR_OPTION_RANGE", /rows from 0 to 9/);
  }
  assertError(() => x.read(8, new Float64Array(6)), "ERR_OPTION_RANGE", /3 rows from 8/);
  assertError(() => x.read(0, new Float64Array(3)), "ERR_LENGTH", /rows of 2 numbers/);
  assertError(() => x.gather([0], new Float64Array(4)), "ERR_LENGTH", /1 rows of 2 numbers/);
});

reading.run();

const refusing = suite("files that do not fit");

const good = (): string =>
  dataFile({ x: { numbers: formats.float64(40), extents: [2] }, y: { numbers: formats.int32(20) } });

refusing("are named: what is missing, empty, cut, or something else", () => {
  const open = (path: string) => (): unknown => arrowRows(path, { x: "x" });
  assertError(open("no/such.arrow"), "ERR_READ", /no\/such\.arrow: there is no such file/);
  assertError(open("src"), "ERR_READ", /src: it is a directory/);
  const path = scratchPath("empty.arrow");
  writeFileSync(path, "");
  assertError(open(path), "ERR_ARROW_EMPTY", /is empty/);
  writeFileSync(path, "a,b\n1,2\n3,4\n5,6\n7,8\n");
  assertError(open(path), "ERR_ARROW_FORMAT", /does not begin with ARROW1/);
  const table = tableFromArrays({ x: Float64Array.of(1, 2) });
  writeFileSync(path, tableToIPC(table, "stream"));
  assertError(open(path), "ERR_ARROW_FORMAT", /is an Arrow stream.*write it as an Arrow file/);
  const bytes = readFileSync(good());
  // Cut anywhere, also within the footer.
  for (let length = 6; length < bytes.length; length += 5) {
    writeFileSync(path, bytes.subarray(0, length));
    assertError(open(path), "ERR_ARROW_CORRUPT", /is not complete/);
  }
  // A file whose end is put behind a part of its beginning.
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 100), bytes.subarray(bytes.length - 400)]));
  assertError(open(path), "ERR_ARROW_CORRUPT", /is damaged/);
});

refusing("are named: columns that there are not, and arguments of the wrong kind", () => {
  const path = good();
  assertError(() => arrowRows(path, { x: "X1" }), "ERR_DATA_NAME", /no column named "X1"\..* Its columns are "x", "y"/);
  assertError(() => arrowRows(path, { x: ["x", "xs"] }), "ERR_DATA_NAME", /Did you mean "x"/);
  assertError(() => arrowRows(path, {}), "ERR_LENGTH", /one input at least/);
  for (const columns of [undefined, "x", ["x"], { x: 3 }, { x: [] }, { x: ["x", 3] }]) {
    assertError(() => arrowRows(path, columns as never), "ERR_OPTION_TYPE", /the name of a column or a list of names/);
  }
  assertError(() => arrowRows(3 as never, { x: "x" }), "ERR_OPTION_TYPE", /the path of a file/);
  assertError(
    () => arrowRows(dataFile({ x: { numbers: new Float64Array(0) } }), { x: "x" }),
    "ERR_LENGTH",
    /one row at least, got none/,
  );
});

refusing("are named: columns of other types, nulls with their row, integers that float64 does not have", () => {
  const path = scratchPath("other.arrow");
  const table = tableFromArrays({ text: ["a", "b", "c"], some: [1.5, null, 2.5], x: Float64Array.of(1, 2, 3) });
  writeFileSync(path, tableToIPC(table, "file"));
  assertError(() => arrowRows(path, { x: "text" }), "ERR_DATA_FILE", /holds dictionary of utf8 in the column "text"/);
  assertError(() => arrowRows(path, { x: "some" }), "ERR_DATA_FILE", /no value in row 1 of the column "some"/);
  assert.equal([...allRows(arrowRows(path, { x: "x" }).x)], [1, 2, 3]);
  const large = dataFile({ n: { numbers: BigInt64Array.of(1n, 2n ** 53n + 1n) } });
  assertError(() => allRows(arrowRows(large, { n: "n" }).n), "ERR_DATA_FILE", /an integer that float64 does not have/);
});

refusing("are named when they change: shorter, longer, written to, replaced, gone", () => {
  const changes: readonly (readonly [RegExp, (path: string) => void])[] = [
    [/it ends after|it had \d+ bytes and has 100/, (path) => truncateSync(path, 100)],
    [/it had \d+ bytes and has/, (path) => appendFileSync(path, "more")],
    [/it was written to/, (path) => utimesSync(path, 1e9, 1e9)],
    [/another file stands under its name/, (path) => renameSync(good(), path)],
    [/no file of this name/, (path) => rmSync(path)],
  ];
  for (const [message, change] of changes) {
    const path = good();
    const { x, y } = arrowRows(path, { x: "x", y: "y" });
    allRows(x);
    change(path);
    assertError(() => allRows(x), "ERR_DATA_FILE", message);
    assertError(() => y.gather([19, 3], new Float64Array(2)), "ERR_DATA_FILE", /was changed while it was used/);
  }
});

refusing("with any bit flipped either give numbers or say what is wrong, at once", () => {
  const path = dataFile({ x: { numbers: formats.float64(8), extents: [2] }, y: { numbers: formats.int32(4) } }, 3);
  const bytes = readFileSync(path);
  const outcomes = { read: 0, refused: 0 };
  const flipped = scratchPath("flipped.arrow");
  for (let bit = 0; bit < 8 * bytes.length; bit += 7) {
    const copy = Uint8Array.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(flipped, copy);
    try {
      const { x, y } = arrowRows(flipped, { x: "x", y: "y" });
      assert.is(x.count, y.count);
      // A damaged list length gives other rows of the same bytes.
      if (x.count * x.width < 1e4) allRows(x);
      outcomes.read++;
    } catch (error) {
      if (!isFluxionError(error)) throw new Error(`bit ${bit}`, { cause: error });
      outcomes.refused++;
    }
  }
  assert.ok(outcomes.read > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
});

refusing.run();
