/** Points of other programs: .npy in every type, order and version, CSV, Arrow; what is wrong is named with its place. */
import { writeFileSync } from "node:fs";
import { Field, Float64, List, Table, tableFromArrays, tableToIPC, vectorFromArray } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readPoints } from "../../../src/cli/points/readPoints.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { scratchPath } from "../../support/scratch.ts";

/** A file with this content. */
function file(name: string, content: string | Uint8Array): string {
  const path = scratchPath(name);
  writeFileSync(path, content);
  return path;
}

/** Bytes of a .npy file as NumPy writes it. */
function npy(descr: string, fortran: boolean, shape: readonly number[], data: Uint8Array, version = 1): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${tuple}, }`;
  const head = version === 1 ? 10 : 12;
  const header = `${text.padEnd(Math.ceil((head + text.length + 1) / 64) * 64 - head - 1)}\n`;
  const bytes = new Uint8Array(head + header.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), head);
  bytes.set(data, head + header.length);
  return bytes;
}

const bytesOf = (array: Float64Array | Float32Array | Int32Array): Uint8Array => new Uint8Array(array.buffer);

const points = suite("readPoints");

points("reads .npy files of every order and version", () => {
  const numbers = Float64Array.of(1, -2.5, 3e-300, 4, 5, 6);
  const swapped = bytesOf(numbers.slice()).slice();
  for (let i = 0; i < swapped.length; i += 8) swapped.subarray(i, i + 8).reverse();
  const cases: readonly [Uint8Array, number, readonly number[]][] = [
    [npy("<f8", false, [2, 3], bytesOf(numbers)), 3, [...numbers]],
    [npy("<f8", false, [2, 3], bytesOf(numbers), 2), 3, [...numbers]],
    [npy("<f8", false, [2, 3], bytesOf(numbers), 3), 3, [...numbers]],
    [npy(">f8", false, [2, 3], swapped), 3, [...numbers]],
    [npy("<f8", true, [2, 3], bytesOf(numbers)), 3, [1, 3e-300, 5, -2.5, 4, 6]],
    [npy("<f8", false, [6], bytesOf(numbers)), 6, [...numbers]],
    [npy("<f4", false, [1, 2], bytesOf(Float32Array.of(0.5, 7))), 2, [0.5, 7]],
    [npy("<i4", false, [2, 1], bytesOf(Int32Array.of(-3, 9))), 1, [-3, 9]],
    [npy("|i1", false, [2], Uint8Array.of(255, 2)), 2, [-1, 2]],
  ];
  for (const [bytes, dimension, values] of cases) {
    const read = readPoints(file("a.npy", bytes), undefined);
    assert.is(read.dimension, dimension);
    assert.equal([...read.values], values);
  }
});

points("refuses any other .npy file by name", () => {
  const data = bytesOf(Float64Array.of(1, 2));
  const whole = npy("<f8", false, [2], data);
  const cases: readonly [Uint8Array, RegExp][] = [
    [npy("<c16", false, [1], data), /c16; save points\.astype/],
    [npy("|O", false, [2], data), /\|O/],
    [npy("<i8", false, [2], data), /at most 32 bits/],
    [npy("<f8", false, [1, 1, 2], data), /shape \(1, 1, 2\)/],
    [npy("<f8", false, [0], new Uint8Array()), /shape \(0,?\)/],
    [npy("<f8", false, [3], data), /\d+ bytes for shape/],
    [whole.subarray(0, whole.length - 1), /bytes for shape/],
    [whole.subarray(0, 9), /whole .npy file/],
    [whole.subarray(0, 40), /whole header/],
    [npy("<f8", false, [2], data, 9), /version 1, 2 or 3/],
  ];
  for (const [bytes, message] of cases) {
    assertError(() => readPoints(file("bad.npy", bytes), undefined), "ERR_DATA_FILE", message);
  }
  assertError(
    () => readPoints(file("a.npy", npy("<f8", false, [2, 1], bytesOf(Float64Array.of(1, NaN)))), undefined),
    "ERR_NOT_FINITE",
    /point 2, place 0/,
  );
});

points("never takes a .npy file that was cut off or changed in its header for another one", () => {
  const whole = npy("<f8", false, [2, 3], bytesOf(Float64Array.of(1, 2, 3, 4, 5, 6)));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
      let failed = false;
      try {
        readPoints(file("cut.npy", whole.subarray(0, length)), undefined);
      } catch (error) {
        failed = /^ERR_(DATA_FILE|NOT_FINITE)$/.test((error as { code: string }).code);
      }
      assert.ok(failed, `${length}`);
    }),
  );
});

points("reads CSV with and without names, and says which line is wrong", () => {
  for (const text of ["1,2\n3,4\n", "x,y\r\n1,2\r\n3,4", '"1", 2\n\n3,4e0\n']) {
    const read = readPoints(file("a.csv", text), undefined);
    assert.is(read.dimension, 2);
    assert.equal([...read.values], [1, 2, 3, 4]);
  }
  const cases: readonly [string, RegExp][] = [
    ["1,2\n3\n", /1 in line 2/],
    ["1,2\n3,four\n", /"four" in line 2, cell 2/],
    ["1,2\n3,\n", /"" in line 2, cell 2/],
    ["a,b\n", /no line of numbers/],
    ["1,0x10\n", /"0x10" in line 1/],
    ["PK\u0003\u0004..", /an archive/],
    ["1,\0", /another kind/],
  ];
  for (const [text, message] of cases) {
    assertError(() => readPoints(file("a.csv", text), undefined), "ERR_DATA_FILE", message);
  }
  assertError(() => readPoints(file("a.csv", "1,nan\n"), undefined), "ERR_NOT_FINITE", /point 1, place 1/);
  assertError(() => readPoints(file("a.csv", ""), undefined), "ERR_DATA_FILE", /an empty file/);
  assertError(() => readPoints("/nowhere/a.csv", undefined), "ERR_READ", /nowhere/);
});

points("reads Arrow files and streams: lists, or a column per coordinate", () => {
  const columns = tableFromArrays({ x: Float64Array.of(1, 3), y: Float64Array.of(2, 4) });
  const lists = new Table({ end: vectorFromArray([[1, 2], null, [3, 4]], new List(new Field("item", new Float64()))) });
  for (const [table, column] of [
    [columns, undefined],
    [lists, undefined],
    [lists, "end"],
  ] as const) {
    for (const kind of ["file", "stream"] as const) {
      const read = readPoints(file("a.arrow", tableToIPC(table as Table, kind)), column);
      assert.is(read.dimension, 2);
      assert.equal([...read.values], [1, 2, 3, 4]);
    }
  }
  const path = file("a.arrow", tableToIPC(lists, "file"));
  assertError(() => readPoints(path, "ends"), "ERR_COMMAND_LINE", /Did you mean "end"/);
  assertError(
    () => readPoints(file("a.arrow", tableToIPC(lists, "file").subarray(0, 200)), undefined),
    "ERR_DATA_FILE",
    /a.arrow/,
  );
  const words = tableFromArrays({ x: ["a", "b"] });
  assertError(() => readPoints(file("a.arrow", tableToIPC(words, "file")), undefined), "ERR_DATA_FILE", /a in row 0/);
});

points.run();
