import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { from } from "rxjs";
import type { Row } from "../../src/arrow/row.ts";
import { readRunFile } from "../../src/arrow/runFile.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { valuesOf } from "./collect.ts";
import { scratchPath } from "./scratch.ts";

/** A directory whose newest attempt was killed: no ending, and a process that is gone. */
export async function killedDirectory(rows: readonly Row[]): Promise<string> {
  const path = scratchPath();
  await valuesOf(from(rows).pipe(runDirectory(path)));
  const { pid } = spawnSync(process.execPath, ["--eval", ""]);
  const file = readRunFile(path);
  const { ended: _, ...attempt } = file.attempts.at(-1)!;
  const attempts = [...file.attempts.slice(0, -1), { ...attempt, process: { pid, host: hostname() } }];
  writeFileSync(join(path, "run.json"), JSON.stringify({ ...file, attempts }));
  return path;
}
