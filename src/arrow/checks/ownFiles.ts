/**
 * Opens files of a run directory. A directory may come from anybody, so what stands there under the name of a file may
 * be a link to any file of this machine, a pipe that never has bytes, or a device.
 */
import { failure } from "../../errors.ts";
import { builtin } from "../../host.ts";
import { refillReserve, withReserve } from "./descriptors.ts";

/**
 * Refuses a file or directory of a run that is a symbolic link: a server would show its target to viewers, and a resume
 * might write to it. A missing file passes.
 *
 * @throws ERR_RUN_LINK
 */
export function refuseLink(path: string): void {
  const facts = builtin("node:fs", "run directory").lstatSync(path, { throwIfNoEntry: false });
  if (facts?.isSymbolicLink() !== true) return;
  throw failure("ERR_RUN_LINK", `${linkProblem(path)}; copy its target here if you trust it`);
}

/** Says what is wrong with a link. */
export function linkProblem(path: string): string {
  return `${path} is a symbolic link, and the files of a run are used only where they stand`;
}

/**
 * Opens a regular file for reading. Anything else is refused without waiting for it, as `open` would for a pipe.
 *
 * @throws what Node throws, EISDIR for a directory, EFTYPE for anything else that is not a regular file
 */
export function openRegular(path: string): number {
  const { constants, fstatSync, openSync } = builtin("node:fs", "openFile");
  // Windows knows neither pipes with names like these nor the flag.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const file = withReserve(path, () => openSync(path, flags));
  const facts = fstatSync(file);
  if (facts.isFile()) return file;
  closeRegular(file);
  throw facts.isDirectory()
    ? Object.assign(new Error("it is a directory"), { code: "EISDIR" })
    : Object.assign(new Error("it is not a regular file"), { code: "EFTYPE" });
}

/**
 * Reads a file of a run directory as a whole.
 *
 * @throws ERR_RUN_LINK for a symbolic link; what {@link openRegular} throws
 */
export function readOwnFile(path: string) {
  refuseLink(path);
  return readRegular(path);
}

/** Reads a regular file as a whole. @throws what {@link openRegular} throws */
export function readRegular(path: string) {
  const file = openRegular(path);
  try {
    return builtin("node:fs", "openFile").readFileSync(file);
  } finally {
    closeRegular(file);
  }
}

/** Closes a file that {@link openRegular} opened. */
export function closeRegular(file: number): void {
  builtin("node:fs", "openFile").closeSync(file);
  refillReserve();
}
