/** Rows of Arrow files that pyarrow wrote. */
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowRows } from "../../../src/arrow/data/arrowRows.ts";
import { assertError } from "../../support/assert.ts";
import { allRows } from "../../support/dataFiles.ts";
import { scratchPath } from "../../support/scratch.ts";

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
    [...allRows(rows.a)],
    from2.map((i) => 0.5 * i),
  );
  assert.equal(
    [...allRows(rows.rows)],
    from2.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2]),
  );
  assert.equal(
    [...allRows(rows.image)],
    from2.flatMap((i) => [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3]),
  );
  assert.equal([...allRows(rows.label)], from2);
  assert.equal(
    [...allRows(rows.both)],
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
