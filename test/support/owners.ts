/** Owners of one directory on several hosts, as far as one machine can have them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Started, startFluxion } from "./command.ts";

/** Starts the command as if on a host of this name, with owners that count as dead after 3 s of silence. */
export function startOn(host: string, given: readonly string[], cwd: string): Started {
  Object.assign(process.env, { FLUXION_HOST: host, FLUXION_LEASE_SECONDS: "3" });
  try {
    return startFluxion(given, cwd);
  } finally {
    delete process.env.FLUXION_HOST;
    delete process.env.FLUXION_LEASE_SECONDS;
  }
}

/** Path and content of every file below a directory, without what links lead to. */
export function contents(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { withFileTypes: true });
  return Object.assign(
    {},
    ...entries.map((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? contents(path) : entry.isFile() ? { [path]: readFileSync(path, "latin1") } : {};
    }),
  ) as Record<string, string>;
}
