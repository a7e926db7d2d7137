/**
 * The system calls with which runs, checkpoints and experiments are written. Everything goes through {@link disk}, so
 * that a test can count the calls, stop after each of them, or let each of them fail.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { refillReserve, whenScarce } from "../arrow/checks/descriptors.ts";

/** What is known of an open file: enough to tell that it was removed or moved. */
interface FileFacts {
  readonly dev: number;
  readonly ino: number;
  readonly nlink: number;
}

/** The calls that change a file system, and the one that asks what became of an open file. */
export interface FileSystem {
  open(path: string, flags: string): number;
  write(file: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number;
  sync(file: number): void;
  syncData(file: number): void;
  truncate(file: number, length: number): void;
  facts(file: number): FileFacts;
  close(file: number): void;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  /** Removes a file. A missing one is not an error. */
  remove(path: string): void;
  makeDirectory(path: string): void;
}

const node: FileSystem = {
  open: (path, flags) => whenScarce(path, () => openSync(path, flags)),
  write: (file, bytes, offset, length, position) => writeSync(file, bytes, offset, length, position),
  sync: fsyncSync,
  syncData: fdatasyncSync,
  truncate: ftruncateSync,
  facts: (file) => fstatSync(file),
  close(file) {
    closeSync(file);
    refillReserve();
  },
  link: linkSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  makeDirectory: (path) => void mkdirSync(path),
};

/** The calls that are in use: those of Node, unless a test has put others in their place. */
export const disk: FileSystem = { ...node };

/**
 * Puts other calls in the place of {@link disk}, for tests. `make` receives the calls of Node.
 *
 * @returns function that puts the calls of Node back
 */
export function replaceDisk(make: (node: FileSystem) => FileSystem): () => void {
  Object.assign(disk, make(node));
  return () => void Object.assign(disk, node);
}
