import { failure } from "../errors.ts";
import { builtin } from "../host.ts";
import { closeRegular, openRegular } from "./checks/ownFiles.ts";
import type { ReadAt } from "./messages.ts";

/** An open file, which may grow while it is read. */
export interface FileSource {
  /** Reads bytes at an offset. */
  readonly readAt: ReadAt;
  /** Reads at an offset into memory of the caller, and returns the number of bytes. It is fewer where the file ends. */
  readonly readInto: (bytes: Uint8Array, offset: number) => number;
  /** Closes the file. */
  readonly close: () => void;
}

/** Number of bytes up to which memory is allocated without asking for the length of the file first. */
const small = 65_536;

/**
 * Opens a file for {@link RunReader}.
 *
 * @example
 * const file = openFile("runs/a/iterates-0001.arrows");
 * for (const row of new RunReader(file.readAt)) console.log(row.step);
 * file.close();
 * @throws {FluxionInputError} ERR_READ if the file cannot be opened or, later, read
 */
export function openFile(path: string): FileSource {
  const { fstatSync, readSync } = builtin("node:fs", "openFile");
  let file: number;
  try {
    file = openRegular(path);
  } catch (error) {
    throw readFailure(path, error);
  }
  const fill = (bytes: Uint8Array, offset: number): number => {
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(file, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  };
  const orFail = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw readFailure(path, error);
    }
  };
  return {
    readAt: (offset, length) =>
      orFail(() => {
        // A damaged length may ask for more bytes than any memory holds.
        const there = length <= small ? length : Math.max(0, Math.min(length, fstatSync(file).size - offset));
        const bytes = new Uint8Array(there);
        return bytes.subarray(0, fill(bytes, offset));
      }),
    readInto: (bytes, offset) => orFail(() => fill(bytes, offset)),
    close: () => closeRegular(file),
  };
}

/** Makes fluxion's error of a failed read. */
export function readFailure(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason =
    code === "ENOENT" || code === "ENOTDIR"
      ? "there is no such file or directory"
      : code === "EACCES"
        ? "permission denied"
        : code === "EISDIR"
          ? "it is a directory"
          : message;
  return failure("ERR_READ", `cannot read ${path}: ${reason}`, { cause: error });
}
