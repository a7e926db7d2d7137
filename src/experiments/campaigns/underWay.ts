/**
 * Which search each thread of a process is running, in a file that outlives the process: so that a search which kills it
 * is known by the next command.
 */
import { readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isAlive, isVisible, thisProcess, type WriterProcess } from "../../arrow/processIdentity.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { makeDirectory } from "../../sinks/files.ts";

const folder = "running";
/** Bytes that hold the index of a search, at the beginning of the file; the process that runs it follows. */
const width = 16;

const pathOf = (directory: string, worker: string): string => join(directory, folder, `${worker}.txt`);

/** The mark of one thread. Where it cannot be written the searches run without. */
export class Mark {
  readonly #file: number | undefined;

  constructor(directory: string, worker: string) {
    try {
      makeDirectory("campaign", join(directory, folder));
      this.#file = disk.open(pathOf(directory, worker), "w");
      this.#write(`${" ".repeat(width)}${JSON.stringify(thisProcess())}`);
    } catch {
      this.#file = undefined;
    }
  }

  /** Says that a search begins; undefined: none is under way. */
  set(search: number | undefined): void {
    this.#write(`${search ?? ""}`.padEnd(width));
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    const bytes = Buffer.from(text);
    try {
      disk.write(this.#file, bytes, 0, bytes.length, 0);
    } catch {
      // A full disk is for the parts to tell.
    }
  }
}

/** Removes the mark of a thread that has ended, while its process lives. */
export function removeMark(directory: string, worker: string): void {
  try {
    disk.remove(pathOf(directory, worker));
  } catch {
    // It is looked at again when its process is gone.
  }
}

/** A search that was under way when its process was lost. */
interface LostSearch {
  readonly search: number;
  readonly worker: string;
}

/** Takes the marks of processes of this machine that are gone. Each is given to one process that asks, once. */
export function takeLostSearches(directory: string): LostSearch[] {
  let names: string[];
  try {
    names = readdirSync(join(directory, folder));
  } catch {
    return [];
  }
  const lost: LostSearch[] = [];
  for (const name of names) {
    if (!name.endsWith(".txt")) continue;
    const path = join(directory, folder, name);
    try {
      const text = readFileSync(path, "utf8");
      const process = JSON.parse(text.slice(width)) as WriterProcess;
      if (!isVisible(process) || isAlive(process)) continue;
      // Of two commands that begin at once, one removes the file.
      unlinkSync(path);
      const index = text.slice(0, width).trim();
      if (/^\d+$/.test(index)) lost.push({ search: Number(index), worker: name.slice(0, -".txt".length) });
    } catch {
      // Somebody else has it, or the process was lost before it began a search.
    }
  }
  return lost;
}
