/** Tables in files: classes that have names, cells that are lists, and formats that are not read. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  List,
  makeVector,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tableData } from "../../../src/problems/datasets/tableData.ts";
import { assertError } from "../../support/assert.ts";
import { scratchPath } from "../../support/scratch.ts";

const tables = suite("tables in files");

tables("a table's classes may have names, and lists of one length are features", () => {
  const folder = scratchPath("named");
  mkdirSync(folder);
  const written = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const listsOf = (lists: readonly (readonly number[])[]): Uint8Array =>
    tableToIPC(
      new Table({
        pixels: vectorFromArray(lists, new List(new Field("item", new Float64()))),
        kind: vectorFromArray(["b", "a", "b"], new Dictionary(new Utf8(), new Int32())),
      }),
      "file",
    );
  for (const path of [
    written(
      "lists.arrow",
      listsOf([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ),
    written("lists.csv", "pixels 1,pixels 2,kind\n1,2,b\n3,4,a\n5,6,b\n"),
  ]) {
    const data = tableData(path, { label: "kind" });
    assert.equal([...data.inputs], [1, 2, 3, 4, 5, 6]);
    assert.equal([[...data.labels!], data.classes, data.fields.inputs], [[1, 0, 1], 2, [2]]);
  }
  assertError(
    () => tableData(written("uneven.arrow", listsOf([[1, 2], [3], [5, 6]])), { label: "kind" }),
    "ERR_DATA_FILE",
    /lists of the same length in "pixels" of .*uneven\.arrow, got 1 entries in row 1 after 2;/,
  );
  assertError(
    () => tableData(written("hole.csv", "a,kind\n1,b\n2,\n"), { label: "kind" }),
    "ERR_DATA_FILE",
    /name of a class in each cell of "kind" in .*hole\.csv, got an empty cell in row 1;/,
  );
});

tables("Parquet, compressed Arrow and decimals are named", () => {
  const folder = scratchPath("formats");
  mkdirSync(folder);
  // pyarrow.feather.write_feather(pa.table({"a": [1.0] * 8}), ..., compression="zstd")
  const compressed = Buffer.from(
    "QVJST1cxAAD/////cAAAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAAAQAAABQAAAAQABQACAAGAAcADAAAABAAEAAAAAAAAQMQAAAAGAAAAAQAAAAAAAAAAQAAAGEABgAIAAYABgAAAAAAAgD/////oAAAABQAAAAAAAAADAAYAAYABQAIAAwADAAAAAADBAAcAAAAKAAAAAAAAAAAAAAADAAeABAABAAIAAwADAAAAFAAAAAkAAAAGAAAAAgAAAAAAAAAAAAAAAAABgAIAAcABgAAAAAAAAECAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIgAAAAAAAAAAAAAAAQAAAAgAAAAAAAAAAAAAAAAAAABAAAAAAAAAACi1L/0gQI0AAEgAAAAAAADwPwACAK8EaMERAAAAAAAA/////wAAAAAQAAAADAAUAAYACAAMABAADAAAAAAABAA0AAAAJAAAAAQAAAABAAAAgAAAAAAAAACoAAAAAAAAACgAAAAAAAAAAAAAAAgACAAAAAQACAAAAAQAAAABAAAAFAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABAxAAAAAYAAAABAAAAAAAAAABAAAAYQAGAAgABgAGAAAAAAACAJgAAABBUlJPVzE=",
    "base64",
  );
  const decimals = tableToIPC(
    new Table({ a: makeVector({ type: new Decimal(0, 9), data: new Uint32Array(8), length: 2 } as never) }),
    "file",
  );
  for (const [name, bytes, pattern] of [
    ["parquet.arrow", Buffer.from("PAR1 and more PAR1"), /expected CSV or Arrow, got Parquet in/],
    ["zstd.feather", compressed, /without compression, got a compressed one in .*zstd\.feather; write it again/],
    ["decimals.arrow", decimals, /numbers in "a" of .*, got decimals; cast the column to float64/],
  ] as const) {
    writeFileSync(join(folder, name), bytes);
    assertError(() => tableData(join(folder, name)), "ERR_DATA_FILE", pattern);
  }
});

tables.run();
