/** The file of a lease: its name, its content, and how it is made. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { keepReserve, whenScarce } from "../arrow/checks/descriptors.ts";
import { readRegular, refuseLink } from "../arrow/checks/ownFiles.ts";
import { thisProcess, type WriterProcess } from "../arrow/processIdentity.ts";
import { failure } from "../errors.ts";
import { discard, openTemporary, temporaryName } from "./atomicFile.ts";
import { disk } from "./fileSystem.ts";
import { writeFailure } from "./files.ts";

/** Content of a lease's file. */
export interface LeaseFile {
  readonly format: 1;
  readonly number: number;
  readonly token: string;
  readonly process: WriterProcess;
  readonly since: string;
  /** Number of signs of life, with leading zeros, so that it is overwritten in place. */
  readonly beat: string;
}

/** Number of digits of `beat`. */
export const digits = 12;

/** A number with more digits would be rounded, so that the next one has the same name. */
const pattern = /^lease-(\d{1,15})\.json$/;

/** Whether a name is that of a lease's file. */
export function isLeaseFile(name: string): boolean {
  return pattern.test(name);
}

export function nameOf(directory: string, number: number): string {
  return join(directory, `lease-${number}.json`);
}

export function leaseNumbers(who: string, directory: string): readonly number[] {
  let names: readonly string[];
  try {
    names = whenScarce(directory, () => readdirSync(directory));
  } catch (error) {
    throw writeFailure(who, directory, error);
  }
  return names.flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

/** Reads the file of a lease, by whose content its owner decides whether it may write. */
function readLease(directory: string, number: number): string {
  keepReserve();
  return readRegular(nameOf(directory, number)).toString("utf8");
}

interface Found {
  readonly number: number;
  readonly text: string;
  /** Undefined if the file is not whole, as on file systems without `link` right after it was made. */
  readonly content: LeaseFile | undefined;
}

export function newestLease(who: string, directory: string): Found | undefined {
  for (;;) {
    const number = Math.max(0, ...leaseNumbers(who, directory));
    if (number === 0) return undefined;
    let text: string;
    try {
      text = readLease(directory, number);
    } catch (error) {
      // Its owner has given it back in this moment, unless it is a link that leads nowhere.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        refuseLink(nameOf(directory, number));
        continue;
      }
      throw failure("ERR_READ", `${who}: cannot read ${nameOf(directory, number)}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return { number, text, content: parse(text) };
  }
}

/** Whether the file of a lease is there; undefined if that cannot be found out, as with too many open files. */
export function holds(directory: string, number: number, token: string): boolean | undefined {
  try {
    const text = readLease(directory, number);
    return parse(text)?.token === token;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? false : undefined;
  }
}

export function parse(text: string): LeaseFile | undefined {
  try {
    const data = JSON.parse(text) as Partial<LeaseFile> | null;
    const whole =
      typeof data?.token === "string" &&
      typeof data.process?.pid === "number" &&
      typeof data.process.host === "string" &&
      typeof data.beat === "string";
    return whole ? (data as LeaseFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the file of a lease; false if another process was quicker. */
export function create(who: string, directory: string, number: number, token: string): boolean {
  const path = nameOf(directory, number);
  const beat = "0".repeat(digits);
  const content: LeaseFile = {
    format: 1,
    number,
    token,
    process: thisProcess(),
    since: new Date().toISOString(),
    beat,
  };
  const bytes = Buffer.from(JSON.stringify(content));
  const temporary = temporaryName(path);
  try {
    writeNew(openTemporary(temporary), bytes);
    try {
      disk.link(temporary, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      // The file system has no links. Then a reader may see the file before its content, and waits.
      writeNew(disk.open(path, "wx"), bytes);
      return true;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeFailure(who, path, error);
  } finally {
    discard(undefined, temporary);
  }
}

function writeNew(file: number, bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.length; ) done += disk.write(file, bytes, done, bytes.length - done, null);
  } finally {
    disk.close(file);
  }
}
