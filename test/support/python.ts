/** Programs in Python, for tests of what others make of files and of the wire. */
import { spawn, spawnSync } from "node:child_process";

export const python = process.env.PYTHON ?? "python3";

/** Why a program with these modules cannot run here; undefined: it can. */
export function missingModules(...modules: readonly string[]): string | undefined {
  const lacking = modules.filter((module) => spawnSync(python, ["-c", `import ${module}`]).status !== 0);
  return lacking.length === 0 ? undefined : `${python} has no ${lacking.join(", ")} (pip install ${lacking.join(" ")})`;
}

/** Runs a program to its end, while this process may serve it. */
export function runPython(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(python, args, { env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
