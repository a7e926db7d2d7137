import { failure } from "../../errors.ts";

/** Numbers of a file, point after point. */
export interface Points {
  /** Numbers per point. */
  readonly dimension: number;
  readonly values: Float64Array;
}

/** Readers of the numbers that float64 holds exactly, by the type code of NumPy. Others lose digits, or are not numbers. */
const readers: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  f8: (view, at, little) => view.getFloat64(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  i1: (view, at) => view.getInt8(at),
  u4: (view, at, little) => view.getUint32(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  u1: (view, at) => view.getUint8(at),
};

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads points from a .npy file of NumPy: an array of shape (n,), which is one point, or (points, n), in any order of
 * storage and bytes.
 *
 * @throws ERR_DATA_FILE for any other array, and for a file that is cut off or has bytes left over
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyPoints(path: string, bytes: Uint8Array): Points {
  const refuse = (expected: string, got: string): Error =>
    failure("ERR_DATA_FILE", `certify: expected ${expected} in ${path}, got ${got}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw refuse("version 1, 2 or 3 of the .npy format", `version ${version}`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) throw refuse("a whole .npy file", `its first ${bytes.length} bytes`);
  const data = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < data) throw refuse("a whole header", `${bytes.length} of at least ${data} bytes`);
  const header = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(start, data));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const extents = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (fortran === undefined || extents === undefined)
    throw refuse("a header of a .npy file", header.trim().slice(0, 80));
  const [, order, code] = /^([<>|=])(\w+)$/.exec(descr ?? "") ?? [];
  const read = code !== undefined && Object.hasOwn(readers, code) ? readers[code] : undefined;
  if (read === undefined) {
    throw refuse(
      "numbers of float64, float32 or at most 32 bits",
      `${descr ?? "records"}; save points.astype("float64")`,
    );
  }
  const shape = extents.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
  const [rows, dimension] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1] ?? 0];
  const isShape = [rows, dimension].every((extent) => Number.isSafeInteger(extent) && extent > 0);
  if (shape.length < 1 || shape.length > 2 || !isShape) {
    throw refuse("an array of shape (n,) or (points, n)", `shape (${extents.trim()})`);
  }
  const size = Number(code!.slice(1));
  const needed = data + rows * dimension * size;
  if (bytes.length !== needed) throw refuse(`${needed} bytes for shape (${extents.trim()})`, `${bytes.length} bytes`);
  const values = new Float64Array(rows * dimension);
  const little = order !== ">";
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dimension; j++) {
      const at = fortran === "True" ? j * rows + i : i * dimension + j;
      values[i * dimension + j] = read(view, data + at * size, little);
    }
  }
  return { dimension, values };
}
