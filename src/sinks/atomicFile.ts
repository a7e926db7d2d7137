/** Files that are replaced as a whole, and what a kill leaves of that. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { processNumber } from "../arrow/processIdentity.ts";
import { disk } from "./fileSystem.ts";
import { syncDirectory, writeFailure } from "./files.ts";

/** Options of {@link writeAtomically}. */
interface AtomicOptions {
  /** Whether to wait until content and name are on the disk. Default false. */
  readonly sync?: boolean;
  /** Called before anything is written and again before the new file takes the name. What it throws comes out as is. */
  readonly guard?: (() => void) | undefined;
}

/** Replaces a file as a whole: a reader sees the old content or the new one, never a part of it. */
export function writeAtomically(
  who: string,
  path: string,
  content: string | Uint8Array,
  { sync = false, guard }: AtomicOptions = {},
): void {
  guard?.();
  const temporary = temporaryName(path);
  let file: number | undefined;
  try {
    file = openTemporary(temporary);
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    for (let done = 0; done < bytes.length; ) done += disk.write(file, bytes, done, bytes.length - done, null);
    if (sync) disk.sync(file);
    disk.close(file);
    file = undefined;
  } catch (error) {
    discard(file, temporary);
    throw writeFailure(who, path, error);
  }
  try {
    guard?.();
  } catch (error) {
    discard(undefined, temporary);
    throw error;
  }
  try {
    disk.rename(temporary, path);
    if (sync) syncDirectory(dirname(path));
  } catch (error) {
    discard(undefined, temporary);
    throw writeFailure(who, path, error);
  }
}

/**
 * Makes a temporary file anew. A directory from somebody else may hold a link of its name, and opening that would write
 * to wherever it leads.
 */
export function openTemporary(path: string): number {
  try {
    return disk.open(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    disk.remove(path);
    return disk.open(path, "wx");
  }
}

/** Name of the file that takes the place of `path` once it is complete. It is this process's own. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${processNumber()}.tmp`);
}

/** Removes what a failed call has left. If that fails as well, `removeLeftovers` of the next writer does it. */
export function discard(file: number | undefined, temporary: string): void {
  try {
    if (file !== undefined) disk.close(file);
  } catch {
    // The error that led here is thrown anyway.
  }
  try {
    disk.remove(temporary);
  } catch {
    // As above.
  }
}

const leftover =
  /^\.(?:run\.json|run\.json\.damaged|experiment\.json|certificates\.json|checkpoint\.bin|lease-\d+\.json)\.(\d+)\.tmp$/;

/** Whether a name is that of a temporary file, which a killed process leaves. */
export function isTemporary(name: string): boolean {
  return leftover.test(name);
}

/**
 * Removes the temporary files of processes that were killed. Only the one process that may write the directory calls
 * this; files of its own process belong to its other threads and stay.
 */
export function removeLeftovers(directory: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = leftover.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== processNumber()) discard(undefined, join(directory, name));
  }
}
