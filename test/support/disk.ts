/** A disk that stops, or fails, after any number of calls: what a kill, a full disk or a broken one does to the files. */
import { hostname } from "node:os";
import { assumeProcess } from "../../src/arrow/processIdentity.ts";
import { type FileSystem, replaceDisk } from "../../src/sinks/fileSystem.ts";

/** A process that is gone. Linux gives no process a number above 2^22. */
export const deadProcess = { pid: 2 ** 22 + 17, host: hostname() } as const;

export type Fate =
  /** Everything after this call does nothing, as after `kill -9`. Of a `torn` write, half is on the disk. */
  | { readonly kind: "kill"; readonly after: number; readonly torn?: boolean }
  /** This call alone fails. */
  | { readonly kind: "fail"; readonly call: number; readonly code: "EIO" | "ENOSPC" | "EMFILE" };

interface Ended {
  /** Number of calls that were made, up to the kill. */
  readonly calls: number;
  /** Whether the fate came true: false if there were not so many calls. */
  readonly met: boolean;
  /** The error with which the program ended. */
  readonly error: unknown;
}

/** Runs a program on a disk with a fate. A program that is to be killed writes as a process that is dead afterwards. */
export async function withFate(fate: Fate | undefined, program: () => Promise<unknown>): Promise<Ended> {
  let calls = 0;
  let met = false;
  const restore = replaceDisk((node) => {
    const wrapped = {} as Record<keyof FileSystem, unknown>;
    for (const name of Object.keys(node) as (keyof FileSystem)[]) {
      const real = node[name] as (...args: readonly unknown[]) => unknown;
      wrapped[name] = (...args: readonly unknown[]): unknown => {
        if (met && fate?.kind === "kill") {
          // The system closes the files of a killed process. All else is never done.
          if (name === "close") return real(...args);
          throw Object.assign(new Error("killed"), { code: "EKILLED" });
        }
        calls++;
        if (fate?.kind === "fail" && calls === fate.call) {
          met = true;
          if (name === "close") real(...args);
          throw Object.assign(new Error(`${fate.code}: told to fail, ${name}`), { code: fate.code });
        }
        if (fate?.kind === "kill" && calls === fate.after) {
          met = true;
          const [file, bytes, offset, length, position] = args;
          if (fate.torn === true && name === "write") {
            return real(file, bytes, offset, Math.ceil((length as number) / 2), position);
          }
        }
        return real(...args);
      };
    }
    return wrapped as unknown as FileSystem;
  });
  if (fate?.kind === "kill") assumeProcess(deadProcess);
  let error: unknown;
  try {
    await program();
  } catch (problem) {
    error = problem;
  } finally {
    restore();
    assumeProcess(undefined);
  }
  return { calls, met, error };
}

/** Calls a function while every write fails, as on a full disk, or every write to files of some names. */
export function onFullDisk<T>(act: () => T, names = /./): T {
  const full = new Set<number>();
  const restore = replaceDisk((node) => ({
    ...node,
    open(path, flags) {
      const file = node.open(path, flags);
      if (names.test(path)) full.add(file);
      else full.delete(file);
      return file;
    },
    write(file, ...rest) {
      if (!full.has(file)) return node.write(file, ...rest);
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    },
  }));
  try {
    return act();
  } finally {
    restore();
  }
}
