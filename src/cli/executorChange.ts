import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRunFile, runFileName } from "../arrow/runFile.ts";
import { describeExecutor, type ExecutorDescription } from "../autodiff/executor.ts";
import type { JsonValue } from "../json.ts";

/** What decides last bits, in words. */
function named({ executor, blas, multiplyAdd }: ExecutorDescription): string {
  const products =
    blas.library === undefined ? "WebAssembly products" : [blas.library, blas.core].filter(Boolean).join(" ");
  return `${executor}, ${products}${multiplyAdd === "on" ? ", multiply-add" : ""}`;
}

function isDescription(value: JsonValue | undefined): value is ExecutorDescription {
  return (
    typeof value === "object" && value !== null && "executor" in value && "blas" in value && "multiplyAdd" in value
  );
}

/**
 * What to tell somebody who goes on with these runs where something else computes than before: their further iterates agree
 * with an uninterrupted run to rounding only. Undefined where it is the same, or nobody noted it.
 */
export function executorChange(directory: string, runs: readonly string[]): string | undefined {
  const now = named(describeExecutor());
  for (const name of runs) {
    const path = join(directory, name);
    if (!existsSync(join(path, runFileName))) continue;
    const { environment } = readRunFile(path);
    if (!isDescription(environment)) continue;
    const before = named(environment);
    if (before !== now) {
      return `${path} was computed by ${before}, now it is ${now}: what follows agrees to rounding only, not bit for bit`;
    }
  }
  return undefined;
}
