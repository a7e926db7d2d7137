import { failure } from "../../errors.ts";
import type { Points } from "./npyPoints.ts";

/**
 * Reads points from CSV: a line is a point. A first line of names is passed over, and so are empty lines.
 *
 * @throws ERR_DATA_FILE for cells that are not numbers, and for lines of different length, which it names
 */
export function csvPoints(path: string, bytes: Uint8Array): Points {
  const refuse = (expected: string, got: string): Error =>
    failure("ERR_DATA_FILE", `certify: expected ${expected} in ${path}, got ${got}`);
  if (bytes.includes(0)) throw refuse("a .npy file, an Arrow file or CSV", "bytes of another kind");
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((text, i) => ({ number: i + 1, cells: text.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")) }))
    .filter(({ cells }) => cells.length > 1 || cells[0] !== "");
  if (lines[0]?.cells.every((cell) => !isNumber(cell)) === true) lines.shift();
  const [first] = lines;
  if (first === undefined) throw refuse("a point in each line", "no line of numbers");
  const dimension = first.cells.length;
  const values = new Float64Array(lines.length * dimension);
  for (const [i, { number, cells }] of lines.entries()) {
    if (cells.length !== dimension) {
      throw refuse(`${dimension} numbers in each line`, `${cells.length} in line ${number}`);
    }
    for (const [j, cell] of cells.entries()) {
      if (!isNumber(cell))
        throw refuse("numbers", `${JSON.stringify(cell.slice(0, 40))} in line ${number}, cell ${j + 1}`);
      values[i * dimension + j] = /[na]/i.test(cell) ? Number.NaN : Number(cell);
    }
  }
  return { dimension, values };
}

/** NaN and infinities are numbers too here, so that they are refused as what they are. */
const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i;
const isNumber = (cell: string): boolean => number.test(cell);
