import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrowFileOf, blockSums } from "../../../scripts/makeMnist4x4.ts";
import { readIdx } from "../../../scripts/mnistSource.ts";
import { mnist4x4 } from "../../../src/problems/data/mnist4x4.ts";
import { assertClose, assertError } from "../../support/assert.ts";

function withFile(contents: Uint8Array, use: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "fluxion-mnist-"));
  try {
    const path = join(folder, "digits.arrow");
    writeFileSync(path, contents);
    use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const loader = suite("mnist4x4");

loader("ships 10,000 digits of 16 pixels, none of them constant", () => {
  const digits = mnist4x4();
  assert.is(digits.samples, 10_000);
  assert.is(digits.inputs, 16);
  assert.is(digits.pixels.length, 160_000);
  assert.equal(digits.constantPixels, []);
  assert.equal(Array.from(digits.labels.subarray(0, 10)), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  const counts = new Array(10).fill(0);
  for (const label of digits.labels) counts[label]++;
  assert.equal(counts, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
});

loader("gives every pixel mean 0 and variance 1 over the chosen digits", () => {
  const { pixels, samples, inputs } = mnist4x4({ samples: 500, seed: 3 });
  for (let j = 0; j < inputs; j++) {
    const column = Array.from({ length: samples }, (_, i) => pixels[i * inputs + j]!);
    assertClose(column.reduce((sum, x) => sum + x, 0) / samples, 0, 1e-12, "mean", 1);
    assertClose(column.reduce((sum, x) => sum + x * x, 0) / samples, 1, 1e-12, "variance");
  }
});

loader("says how to undo the standardisation, exactly to rounding", () => {
  const { pixels, means, deviations } = mnist4x4({ samples: 100 });
  const first = Array.from(pixels.subarray(0, 16), (x, j) => 25 * (means[j]! + deviations[j]! * x));
  assertClose(first, [554, 3258, 3681, 2006, 80, 2798, 774, 0, 0, 81, 3758, 736, 1390, 3938, 2899, 182], 1e-12);
});

loader("takes the first digits without a seed, and draws without replacement with one", () => {
  assert.equal(mnist4x4({ samples: 7 }).labels, mnist4x4({ samples: 10 }).labels.slice(0, 7));
  const drawn = mnist4x4({ samples: 10, seed: 1 });
  assert.equal(drawn.labels, mnist4x4({ samples: 10, seed: 1 }).labels);
  assert.not.equal(drawn.pixels, mnist4x4({ samples: 10, seed: 2 }).pixels);
  const all = mnist4x4({ seed: 4 });
  assert.equal(Array.from(all.labels).sort(), Array.from(mnist4x4().labels).sort());
});

loader("gives the labels as ones in ten columns too", () => {
  const { labels, oneHotLabels } = mnist4x4({ samples: 20 });
  labels.forEach((label, i) => {
    const row = Array.from(oneHotLabels.subarray(10 * i, 10 * i + 10));
    assert.equal(
      row,
      Array.from({ length: 10 }, (_, c) => (c === label ? 1 : 0)),
    );
  });
});

loader("names constant pixels and sets them to 0, or leaves them out", () => {
  const one = mnist4x4({ samples: 1 });
  assert.is(one.constantPixels.length, 16);
  assert.ok(one.pixels.every((x) => x === 0));
  const five = mnist4x4({ samples: 2 });
  const removed = mnist4x4({ samples: 2, constantPixels: "remove" });
  assert.equal(removed.constantPixels, five.constantPixels);
  assert.is(removed.inputs, 16 - five.constantPixels.length);
  assert.ok(removed.pixels.every((x) => Math.abs(Math.abs(x) - 1) < 1e-15));
  assert.ok(!removed.names.some((name) => removed.constantPixels.includes(name)));
});

loader("describes itself with a hash that tells two choices apart", () => {
  const hash = (seed: number): unknown => Object(mnist4x4({ samples: 50, seed }).description).hash;
  assert.match(String(hash(1)), /^sha256:[0-9a-f]{64}$/);
  assert.is(hash(1), hash(1));
  assert.is.not(hash(1), hash(2));
});

loader("refuses numbers of digits that do not exist", () => {
  for (const samples of [0, 10_001, 2.5, Number.NaN]) {
    assertError(() => mnist4x4({ samples }), "ERR_OPTION_RANGE", /samples to be/);
  }
});

loader("says what to do about a missing file", () => {
  assertError(() => mnist4x4({ path: "/nowhere/digits.arrow" }), "ERR_DATA_FILE", /nowhere.*makeMnist4x4/);
});

loader("notices a file that is no Arrow file, is cut off, or has changed numbers", () => {
  const good = arrowFileOf(
    Uint16Array.from({ length: 48 }, (_, i) => 100 * i),
    Uint8Array.of(1, 2, 3),
  );
  withFile(good, (path) => assert.equal(Array.from(mnist4x4({ path }).labels), [1, 2, 3]));
  withFile(new TextEncoder().encode("no digits here"), (path) =>
    assertError(() => mnist4x4({ path }), "ERR_DATA_FILE", /damaged/),
  );
  withFile(new Uint8Array(0), (path) => assertError(() => mnist4x4({ path }), "ERR_DATA_FILE", /damaged/));
  withFile(good.subarray(0, 700), (path) => assertError(() => mnist4x4({ path }), "ERR_DATA_FILE", /damaged/));
  const pixels = Buffer.from(Uint16Array.from({ length: 48 }, (_, i) => 100 * i).buffer);
  const changed = Buffer.from(good);
  const at = changed.indexOf(pixels);
  assert.ok(at > 0);
  changed[at] = 1;
  withFile(changed, (path) => assertError(() => mnist4x4({ path }), "ERR_DATA_FILE", /hash/));
});

loader("notices numbers that are no digits", () => {
  withFile(arrowFileOf(new Uint16Array(16), Uint8Array.of(12)), (path) =>
    assertError(() => mnist4x4({ path }), "ERR_DATA_FILE", /labels that are out of range/),
  );
});

loader.run();

const script = suite("blockSums");

script("adds blocks of 5 x 5 pixels of the central 20 x 20, row by row", () => {
  const image = new Uint8Array(784);
  for (let row = 0; row < 28; row++)
    for (let column = 0; column < 28; column++) image[28 * row + column] = row < 4 ? 255 : column;
  const rowOfBlocks = [4, 9, 14, 19].map((first) => 5 * (5 * first + 10));
  assert.equal(Array.from(blockSums(image)), [...rowOfBlocks, ...rowOfBlocks, ...rowOfBlocks, ...rowOfBlocks]);
});

script("is written to a file that is the same each time, with the shipped one as its model", () => {
  const shipped = readFileSync(new URL("../../../data/mnist-4x4.arrow", import.meta.url));
  const { pixels, labels, means, deviations } = mnist4x4();
  const sums = Uint16Array.from(pixels, (x, at) => Math.round(25 * (means[at % 16]! + deviations[at % 16]! * x)));
  assert.is(Buffer.compare(Buffer.from(arrowFileOf(sums, labels)), shipped), 0);
});

script("refuses a source file with another header", () => {
  withFile(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 7), (path) => {
    assert.equal(Array.from(readIdx(path, [2])), [7, 7]);
    assert.throws(() => readIdx(path, [3]), /expected 3 bytes, got 2/);
  });
});

script.run();
