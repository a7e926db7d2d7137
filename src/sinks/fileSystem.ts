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
import { devNull } from "node:os";

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
    // What was borrowed from the reserve goes back into it before anything else can take it.
    if (begun) fillReserve();
  },
  link: linkSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  makeDirectory: (path) => void mkdirSync(path),
};

/** Number of descriptors that a thread which writes files keeps for times when the process has none left. */
const reserved = 4;
/** Milliseconds for which a write waits for a descriptor when the reserve is used up as well. */
const patience = 5000;
const reserve: number[] = [];
const rest = new Int32Array(new SharedArrayBuffer(4));
let begun = false;
let told = false;
let release: () => boolean = () => false;

/** Sets the function that gives a descriptor free which its owner can do without for a while; false: it has none. */
export function onScarcity(give: () => boolean): void {
  release = give;
}

function fillReserve(): void {
  begun = true;
  try {
    while (reserve.length < reserved) reserve.push(openSync(devNull, "r"));
  } catch {
    // The next call that closes a file tries again.
  }
}

/**
 * Does something that opens a file. Where the process, or the machine, has too many open, a descriptor of the reserve
 * makes room; then one that can be opened again; then the call waits. The user is told, once per shortage.
 *
 * A thread that waits cannot close files itself, so this helps if other threads or processes do.
 */
export function whenScarce<T>(path: string, call: () => T): T {
  if (!begun) fillReserve();
  const until = performance.now() + patience;
  for (;;) {
    try {
      const result = call();
      if (reserve.length === reserved) told = false;
      else fillReserve();
      return result;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EMFILE" && code !== "ENFILE") throw error;
      if (!told) {
        told = true;
        const whose = code === "EMFILE" ? "this process has" : "this machine has";
        process.stderr.write(
          `fluxion: too many files are open (${code}; ${whose} no descriptor left, see \`ulimit -n\`): ` +
            `${path} is written by the run's reserve\n`,
        );
      }
      const spare = reserve.pop();
      if (spare !== undefined) closeSync(spare);
      else if (!release()) {
        if (performance.now() >= until) throw error;
        Atomics.wait(rest, 0, 0, 50);
      }
    }
  }
}

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
