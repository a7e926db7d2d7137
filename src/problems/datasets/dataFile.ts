/** What the loaders of data files share. */
import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";
import { readShipped } from "../data/readShipped.ts";

/** Most bytes that a compressed file may become; no data set here comes near. */
const mostBytes = 2 ** 31;

/**
 * Reads a file of the user's, and unpacks it if it is compressed by gzip. If there is none of this name, one with `.gz` is
 * read.
 *
 * @param remedy where the file comes from
 * @throws ERR_DATA_FILE if it cannot be read
 */
export function readDataFile(who: string, path: string, remedy: string): Uint8Array {
  try {
    const { existsSync } = builtin("node:fs", who);
    const bytes = readShipped(existsSync(path) || !existsSync(`${path}.gz`) ? path : `${path}.gz`, who);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isPacked ? builtin("node:zlib", who).gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure("ERR_DATA_FILE", `${who}: cannot read ${path}: ${reason}; ${remedy}`, { cause });
  }
}

/** Names of the pixels of an image, counted from 1. */
export function pixelNames(rows: number, columns: number, channels: readonly string[] = [""]): string[] {
  return Array.from({ length: rows * columns * channels.length }, (_, at) => {
    const pixel = Math.floor(at / channels.length);
    const channel = channels[at % channels.length]!;
    return `${channel}row ${Math.floor(pixel / columns) + 1}, column ${(pixel % columns) + 1}`;
  });
}
