/** Keeps the files open that were read last, so that many runs do not take many descriptors. */
import { readSync } from "node:fs";
import { closeRegular, openRegular } from "../arrow/checks/ownFiles.ts";
import { failure } from "../errors.ts";

/** Number of files that are open at once. */
const mostOpen = 32;

const open = new Map<string, number>();

/** Reads bytes of a file. `check` looks at a file that was opened for this. @throws ERR_RUN_FILE if it ends earlier */
export function readBytes(path: string, offset: number, length: number, check?: (file: number) => void): Uint8Array {
  let file = open.get(path);
  if (file === undefined) {
    file = openRegular(path);
    try {
      check?.(file);
    } catch (error) {
      closeRegular(file);
      throw error;
    }
  }
  // The newest stands last.
  open.delete(path);
  open.set(path, file);
  const [oldest] = open.keys();
  if (open.size > mostOpen && oldest !== undefined) closeFile(oldest);
  return readExactly(file, path, offset, length);
}

/** Closes a file if it is open. */
export function closeFile(path: string): void {
  const file = open.get(path);
  open.delete(path);
  if (file !== undefined) closeRegular(file);
}

export function readExactly(file: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) {
      throw failure(
        "ERR_RUN_FILE",
        `the file ${path} ends at ${offset + done} bytes, expected ${offset + length}; was it cut?`,
      );
    }
    done += count;
  }
  return bytes;
}
