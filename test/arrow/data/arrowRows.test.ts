/** Rows of Arrow files: every form of numbers, any order of rows, and files that are not what they should be. */
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ArrowRows, arrowRows } from "../../../src/arrow/data/arrowRows.ts";
import { isFluxionError } from "../../../src/errors.ts";
import { assertError } from "../../support/assert.ts";
import { type Columns, dataFile, perRow } from "../../support/dataFiles.ts";
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

/** All rows, read at once. */
function all({ count, width, read }: ArrowRows): Float64Array {
  const numbers = new Float64Array(count * width);
  read(0, numbers);
  return numbers;
}

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
          assert.equal([...all(rows)], expected.flat());
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
  assert.equal([...all(arrowRows(path, { x: "x" }).x)], [1, 2, 3]);
  const large = dataFile({ n: { numbers: BigInt64Array.of(1n, 2n ** 53n + 1n) } });
  assertError(() => all(arrowRows(large, { n: "n" }).n), "ERR_DATA_FILE", /an integer that float64 does not have/);
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
    all(x);
    change(path);
    assertError(() => all(x), "ERR_DATA_FILE", message);
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
      if (x.count * x.width < 1e4) all(x);
      outcomes.read++;
    } catch (error) {
      if (!isFluxionError(error)) throw new Error(`bit ${bit}`, { cause: error });
      outcomes.refused++;
    }
  }
  assert.ok(outcomes.read > 100 && outcomes.refused > 100, JSON.stringify(outcomes));
});

refusing.run();

const python = process.env.PYTHON ?? "python3";
const { status, error } = spawnSync(python, ["-c", "import pyarrow"]);
const noPyarrow =
  error !== undefined
    ? `${python} is not installed`
    : status === 0
      ? undefined
      : `${python} has no pyarrow (pip install pyarrow)`;
if (noPyarrow !== undefined) console.log(`skipped: ${noPyarrow}`);

const foreign = suite("files of pyarrow");

/** Columns of every other kind of type, among which the numbers stand. */
const program = `
import sys, pyarrow as pa, pyarrow.feather as feather, datetime, decimal
n = 10
columns = {
  "text": pa.array([None if i == 3 else "t" * i for i in range(n)]),
  "view": pa.array(["view of a long text %d" % i for i in range(n)], pa.string_view()),
  "a": pa.array([0.5 * i for i in range(n)]),
  "nothing": pa.nulls(n),
  "list": pa.array([[1.0] * i for i in range(n)]),
  "struct": pa.array([{"p": i, "q": "x"} for i in range(n)]),
  "when": pa.array([datetime.datetime(2020, 1, 1)] * n),
  "choice": pa.array(["u", "v"] * (n // 2)).dictionary_encode(),
  "dense": pa.UnionArray.from_dense(pa.array([0, 1] * (n // 2), pa.int8()), pa.array([i // 2 for i in range(n)], pa.int32()), [pa.array(range(n // 2)), pa.array(["s"] * (n // 2))]),
  "sparse": pa.UnionArray.from_sparse(pa.array([0, 1] * (n // 2), pa.int8()), [pa.array(range(n)), pa.array(["s"] * n)]),
  "ends": pa.RunEndEncodedArray.from_arrays(pa.array([4, n], pa.int32()), pa.array(["k", "l"])),
  "map": pa.array([[("k", 1)]] * n, pa.map_(pa.string(), pa.int32())),
  "decimal": pa.array([decimal.Decimal("1.5")] * n),
  "half": pa.array([1.5] * n, pa.float16()),
  "bytes": pa.array([b"xy"] * n, pa.binary(2)),
  "views": pa.array([[1]] * n, pa.list_view(pa.int32())),
  "flags": pa.array([True, False] * (n // 2)),
  "rows": pa.FixedSizeListArray.from_arrays(pa.array([float(i) for i in range(3 * n)]), 3),
  "image": pa.FixedSizeListArray.from_arrays(pa.FixedSizeListArray.from_arrays(pa.array(range(4 * n), pa.uint8()), 2), 2),
  "holes": pa.array([[1.0, 2.0], None] * (n // 2), pa.list_(pa.float64(), 2)),
  "inner": pa.FixedSizeListArray.from_arrays(pa.array([None if i == 9 else float(i) for i in range(2 * n)]), 2),
  "label": pa.array(range(n), pa.int64()),
}
table = pa.table(columns)
with pa.OSFile(sys.argv[1], "wb") as sink:
  with pa.ipc.new_file(sink, table.schema) as writer:
    writer.write_table(table.slice(2), max_chunksize=3)
feather.write_feather(table.select(["a"]), sys.argv[2])
`;

foreign("are read among columns of all other types, also from slices; others are refused by name", () => {
  if (noPyarrow !== undefined) return;
  const [path, compressed] = [scratchPath("foreign.arrow"), scratchPath("compressed.arrow")];
  const { status: ended, stderr } = spawnSync(python, ["-c", program, path, compressed], { encoding: "utf8" });
  assert.is(ended, 0, stderr);
  const from2 = Array.from({ length: 8 }, (_, i) => i + 2);
  const rows = arrowRows(path, { a: "a", rows: "rows", image: "image", label: "label", both: ["label", "rows"] });
  assert.equal(
    [...all(rows.a)],
    from2.map((i) => 0.5 * i),
  );
  assert.equal(
    [...all(rows.rows)],
    from2.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2]),
  );
  assert.equal(
    [...all(rows.image)],
    from2.flatMap((i) => [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3]),
  );
  assert.equal([...all(rows.label)], from2);
  assert.equal(
    [...all(rows.both)],
    from2.flatMap((i) => [i, 3 * i, 3 * i + 1, 3 * i + 2]),
  );
  const others = {
    text: "utf8",
    view: "utf8 view",
    nothing: "null",
    list: "list",
    struct: "struct",
    when: "timestamp",
    choice: "dictionary of utf8",
    dense: "union",
    ends: "run-end encoded",
    map: "map",
    decimal: "decimal",
    half: "float16",
    bytes: "fixed size binary",
    views: "list view",
    flags: "bool",
  };
  for (const [name, type] of Object.entries(others)) {
    assertError(
      () => arrowRows(path, { x: name }),
      "ERR_DATA_FILE",
      new RegExp(`holds ${type} in the column "${name}"`),
    );
  }
  assertError(() => arrowRows(path, { x: "holes" }), "ERR_DATA_FILE", /no value in row 1 of the column "holes"/);
  assertError(() => arrowRows(path, { x: "inner" }), "ERR_DATA_FILE", /no value in row 2 of the column "inner"/);
  assertError(() => arrowRows(compressed, { x: "a" }), "ERR_DATA_FILE", /is compressed.*compression="uncompressed"/);
});

foreign.run();
