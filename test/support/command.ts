import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const tsx = fileURLToPath(import.meta.resolve("tsx"));

export interface Outcome {
  /** null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves once standard output and error together match. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/** Starts the command from its sources, with nothing at its standard input. */
export function startFluxion(args: readonly string[], cwd = scratchDirectory()): Started {
  const child = spawn(process.execPath, ["--conditions=fluxion-source", "--import", tsx, main, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    heard();
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
      heard();
    });
  });
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stdout + stderr);
        if (found !== null) {
          listeners.delete(look);
          resolve(found);
        } else if (child.exitCode !== null || child.signalCode !== null) {
          listeners.delete(look);
          reject(new Error(`ended without saying ${pattern}: ${stdout}${stderr}`));
        }
      };
      listeners.add(look);
      look();
    });
  return { process: child, ended, says };
}

/** Runs the command to its end. */
export function fluxion(args: readonly string[], cwd?: string): Promise<Outcome> {
  return startFluxion(args, cwd).ended;
}

/** A new empty directory. */
export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), "fluxion-test-"));
}
