import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** From `dist/` where that is not older than the sources, as after `npm ci`: it starts twice as fast. Else from the sources. */
const command: readonly string[] = isBuilt()
  ? [join(root, "dist/cli/main.js")]
  : [
      "--conditions=fluxion-source",
      "--import",
      fileURLToPath(import.meta.resolve("tsx")),
      join(root, "src/cli/main.ts"),
    ];

function isBuilt(): boolean {
  const main = join(root, "dist/cli/main.js");
  if (!existsSync(main)) return false;
  const built = statSync(main).mtimeMs;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return sources.every((file) => statSync(join(root, "src", file)).mtimeMs <= built);
}

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

/** Starts the command, with nothing at its standard input and these variables added to the environment. */
export function startFluxion(
  args: readonly string[],
  cwd = scratchDirectory(),
  variables: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [...command, ...args], {
    cwd,
    env: { ...process.env, ...variables },
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
