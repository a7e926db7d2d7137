import { spawnSync } from "node:child_process";

/** Deno's executable: `DENO`, or on the path; undefined where there is none. */
export function findDeno(): string | undefined {
  for (const name of [process.env.DENO ?? "", "deno"]) {
    if (name !== "" && spawnSync(name, ["--version"]).status === 0) return name;
  }
  return undefined;
}
