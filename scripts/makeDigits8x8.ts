/**
 * Makes `data/digits-8x8.arrow`: 1797 handwritten digits at 8 x 8 pixels, those of scikit-learn's `load_digits`.
 *
 *     pip download --no-deps scikit-learn && unzip scikit_learn-*.whl sklearn/datasets/data/digits.csv.gz
 *     npx tsx scripts/makeDigits8x8.ts sklearn/datasets/data/digits.csv.gz
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { makeData, Uint8 } from "apache-arrow";
import { labelledDigits, writeIfMain } from "./labelledDigits.ts";

const side = 8;

/** The Arrow file of lines of 64 grey values, each 0 to 16, and a label, 0 to 9. */
export function arrowFileOf(text: string): Uint8Array {
  const lines = text.trim().split("\n");
  const pixels = new Uint8Array(lines.length * side * side);
  const labels = new Uint8Array(lines.length);
  for (const [i, line] of lines.entries()) {
    const numbers = line.split(",").map(Number);
    const fits =
      numbers.length === side * side + 1 &&
      numbers.every((x, j) => Number.isInteger(x) && x >= 0 && x <= (j < 64 ? 16 : 9));
    if (!fits) throw new Error(`line ${i + 1}: expected 64 integers from 0 to 16 and a digit, got ${line}`);
    pixels.set(numbers.slice(0, -1), i * side * side);
    labels[i] = numbers.at(-1)!;
  }
  return labelledDigits({
    name: "pixels",
    numbers: makeData({ type: new Uint8(), data: pixels, length: pixels.length, nullCount: 0 }),
    labels,
    about: [
      ["source", "UCI Optical Recognition of Handwritten Digits, test set, as scikit-learn ships it"],
      ["pixels", "number of black pixels in blocks of 4 x 4 of an image of 32 x 32, 0 to 16, row by row"],
    ],
    licence: "BSD-3-Clause (scikit-learn), CC BY 4.0 (UCI)",
  });
}

writeIfMain(import.meta.url, "digits-8x8.arrow", () => {
  const path = process.argv[2];
  if (path === undefined)
    throw new Error("give the path of scikit-learn's digits.csv.gz; the head of the script says where it is");
  return arrowFileOf(gunzipSync(readFileSync(path)).toString("utf8"));
});
