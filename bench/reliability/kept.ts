import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { fileURLToPath } from "node:url";
import { type Counts, rounded, type Section } from "./section.ts";

/** What bench/reliability/results.json says of a section. */
export interface Result {
  readonly promise: string;
  /** Part of the full size that was asked for. */
  readonly part: number;
  readonly done: boolean;
  readonly rounds: number;
  readonly found: Counts;
  readonly seconds: number;
  readonly command: string;
  readonly machine: string;
  /** Number of processes that wanted a core within the last five minutes. */
  readonly load?: number;
  readonly at: string;
}

const file = fileURLToPath(new URL("results.json", import.meta.url));

const readAll = (): Record<string, Result> =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Result>) : {};

export const readResult = (name: string): Result | undefined => readAll()[name];

/** Writes the result of a section. The others are read again, since several sections may be at work at once. */
export function keepResult(
  { name, promise }: Section,
  result: Pick<Result, "part" | "done" | "rounds" | "found" | "seconds">,
): void {
  const size = result.part === 1 ? "--full" : `--part ${result.part}`;
  const all = readAll();
  all[name] = {
    promise,
    ...result,
    command: `npm run bench -- reliability ${name} ${size}`,
    machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, ${process.platform} ${release()}, Node ${process.versions.node}`,
    load: rounded(loadavg()[1]!, 1),
    at: new Date().toISOString(),
  };
  writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
}
