/**
 * Writing to disk: directories, files to which whole pieces are appended, errors with a reason.
 */
import { statSync } from "node:fs";
import { dirname, join, parse, resolve } from "node:path";
import { onScarcity } from "../arrow/checks/descriptors.ts";
import { type FluxionError, failure } from "../errors.ts";
import { disk } from "./fileSystem.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space",
  EDQUOT: "the disk quota is used up; free some space",
  EFBIG: "the file may not grow further; see `ulimit -f`",
  EACCES: "permission denied; choose a directory that you may write to",
  EPERM: "the operation is not permitted; choose a directory that you may write to",
  EROFS: "the file system is read-only; choose another directory",
  ENOTDIR: "a part of the path is a file, not a directory; choose another path",
  EISDIR: "it is a directory; give the path of a file",
  ENOENT: "there is no such directory; was it removed during the run, or does its file system hold no files?",
  EMFILE: "too many files are open; see `ulimit -n`",
};

/** Turns a failed system call into an error of fluxion that says what failed, where, why, and what to do. */
export function writeFailure(who: string, path: string, error: unknown, kept = ""): FluxionError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const reason = reasons[code] === undefined ? message : `${reasons[code]} (${code})`;
  return failure("ERR_WRITE", `${who}: cannot write ${path}: ${reason}${kept}`, { cause: error });
}

/** Creates a directory and all missing directories above it. */
export function makeDirectory(who: string, path: string): void {
  try {
    makeWithParents(resolve(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EEXIST means here that a file stands in the way.
    throw writeFailure(who, path, code === "EEXIST" ? Object.assign(new Error(), { code: "ENOTDIR" }) : error);
  }
}

/**
 * Does what `mkdirSync` with `recursive` does. That call never returns in Node 20 where a file system refuses with
 * ENOENT, as /proc does.
 */
function makeWithParents(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeWithParents(parent);
  try {
    disk.makeDirectory(path);
  } catch (error) {
    // Another process may have created it in the meantime.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/**
 * Creates a directory that is not there yet, beside one: `a-2` for `a`, or with the next free number.
 *
 * @param from smallest number. One that this run had before and that was moved since is not used again
 */
export function makeBeside(
  who: string,
  path: string,
  from: number,
): { readonly fresh: string; readonly number: number } {
  makeDirectory(who, dirname(resolve(path)));
  for (let number = from; ; number++) {
    const fresh = nameBeside(path, number);
    try {
      disk.makeDirectory(fresh);
      return { fresh, number };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure(who, fresh, error);
    }
  }
}

/** Name of the file or directory that takes the place of one that was moved: `a-2.arrows` for `a.arrows`. */
export function nameBeside(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, ext === ".arrows" ? `${name}-${number}${ext}` : `${name}${ext}-${number}`);
}

/** Makes a new name in a directory survive a power cut. Windows does so by itself and does not open directories. */
export function syncDirectory(path: string): void {
  if (process.platform === "win32") return;
  const directory = disk.open(path, "r");
  try {
    disk.sync(directory);
  } finally {
    disk.close(directory);
  }
}

/** Number of descriptors kept open at once. A file beyond it is opened again when it is written to. */
const mostOpen = 128;
const open = new Map<AppendFile, number>();
/** Paths that this process is writing. */
const writing = new Set<string>();

/** Options of {@link AppendFile}. */
export interface AppendFileOptions {
  /** Whether to replace a file that exists. Default false: it is refused with ERR_RUN_EXISTS. */
  readonly overwrite?: boolean;
  /** Whether `write` waits until the bytes are on the disk (`fdatasync`). Default false. */
  readonly sync?: boolean;
}

/**
 * A file to which whole pieces are appended, as the file sinks use it. After a failed write it is cut back to its last
 * whole piece.
 *
 * Missing directories above the file are created. A campaign writes thousands of files at once, more than a process may
 * hold open: only the 128 used last stay open, and the others are opened again when they are written to.
 *
 * @example
 * const file = new AppendFile("mySink", "rows.txt", { overwrite: true });
 * file.write(new TextEncoder().encode("step,value\n"));
 * file.close();
 */
export class AppendFile {
  /** Number of bytes of all whole pieces. */
  length = 0;
  readonly #key: string;
  #closed = false;

  /**
   * Creates the file.
   *
   * @param who name of the sink, with which messages begin
   * @throws ERR_RUN_EXISTS if the file exists and must not be overwritten; ERR_RUN_BUSY if this process is writing it;
   *   ERR_WRITE
   */
  constructor(
    private readonly who: string,
    readonly path: string,
    private readonly options: AppendFileOptions = {},
  ) {
    this.#key = resolve(path);
    if (writing.has(this.#key)) {
      throw failure(
        "ERR_RUN_BUSY",
        `${who}: ${path} is being written by another subscription of this process; give each run a path of its own`,
      );
    }
    makeDirectory(who, dirname(path));
    try {
      open.set(this, disk.open(path, options.overwrite === true ? "w" : "wx"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFailure(who, path, error);
      throw failure(
        "ERR_RUN_EXISTS",
        `${who}: ${path} exists already; choose another path, remove it, or give { overwrite: true }`,
        { cause: error },
      );
    }
    writing.add(this.#key);
    limitOpen(this);
  }

  /** Appends all of `bytes` or nothing. @throws ERR_WRITE */
  write(bytes: Uint8Array): void {
    if (this.#closed) throw new Error(`internal: ${this.path} is closed`);
    let file: number | undefined;
    try {
      file = this.#descriptor();
      for (let done = 0; done < bytes.length; ) {
        done += disk.write(file, bytes, done, bytes.length - done, this.length + done);
      }
      if (this.options.sync === true) {
        disk.syncData(file);
        if (this.length === 0) syncDirectory(dirname(this.path));
      }
    } catch (error) {
      if (file !== undefined) cutBack(file, this.length);
      throw writeFailure(this.who, this.path, error, `; the ${this.length} bytes written before are kept`);
    }
    this.length += bytes.length;
  }

  /**
   * Looks whether the file is still where it was made. What is written to a file that was removed is lost, and one that
   * was moved is no longer found.
   *
   * @throws ERR_WRITE if it is not
   */
  checkPlace(): void {
    const lost = this.lost();
    if (lost !== undefined) throw lost;
  }

  /** Does what `checkPlace` does, but returns the error; undefined: the file is in its place. @throws ERR_WRITE */
  lost(): FluxionError | undefined {
    const file = open.get(this);
    let facts: ReturnType<typeof disk.facts> | undefined;
    let there: { readonly dev: number; readonly ino: number } | undefined;
    try {
      facts = file === undefined ? undefined : disk.facts(file);
      there = statSync(this.path, { throwIfNoEntry: false });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTDIR") throw writeFailure(this.who, this.path, error);
    }
    // A file that is not open now is opened again by its path.
    if (there !== undefined && (file === undefined || (there.ino === facts?.ino && there.dev === facts.dev))) return;
    const what =
      facts?.nlink === 0
        ? "removed, and its rows with it"
        : file === undefined
          ? "removed or moved"
          : "moved; its rows are where it is now";
    return failure("ERR_WRITE", `${this.who}: cannot write ${this.path}: during the run the file was ${what}`);
  }

  /** A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    writing.delete(this.#key);
    const file = open.get(this);
    open.delete(this);
    if (file === undefined) return;
    try {
      disk.close(file);
    } catch (error) {
      throw writeFailure(this.who, this.path, error);
    }
  }

  #descriptor(): number {
    const kept = open.get(this);
    // The file moves to the end of the map, which is in order of use.
    open.delete(this);
    const file = kept ?? disk.open(this.path, "r+");
    open.set(this, file);
    limitOpen(this);
    return file;
  }
}

function limitOpen(used: AppendFile): void {
  for (const [other, file] of open) {
    if (open.size <= mostOpen) return;
    if (other === used) continue;
    open.delete(other);
    disk.close(file);
  }
}

onScarcity(() => {
  const [oldest] = open;
  if (oldest === undefined) return false;
  const [file, descriptor] = oldest;
  open.delete(file);
  disk.close(descriptor);
  return true;
});

/** Removes a torn piece. If that fails as well, readers skip the piece. */
function cutBack(file: number, length: number): void {
  try {
    disk.truncate(file, length);
  } catch {
    // The error of the write is thrown anyway.
  }
}
