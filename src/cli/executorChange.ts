import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRunFile, runFileName } from "../arrow/runFile.ts";
import { describeExecutor, type ExecutorDescription } from "../autodiff/executor.ts";
import type { JsonValue } from "../json.ts";

/** Name of a library without its directory, which earlier versions did not note. */
function nameOf(library: string): string {
  return library.slice(Math.max(library.lastIndexOf("/"), library.lastIndexOf("\\")) + 1);
}

/** What earlier versions noted too. */
type Recorded = Omit<ExecutorDescription, "native" | "threads"> & Partial<Pick<ExecutorDescription, "native">>;

/** The parts of the executor that decide the last bits of a result, in words. */
function named({ executor, device, blas, native, multiplyAdd }: Recorded): string {
  const name =
    device === undefined ? executor : `${executor} (${device.device}, ${device.precision}, ${device.version})`;
  const products = blas.library === undefined ? "no BLAS" : [nameOf(blas.library), blas.core].filter(Boolean).join(" ");
  return `${name}, ${products}${native?.library === undefined ? "" : ", native loops"}${multiplyAdd === "on" ? ", multiply-add" : ""}`;
}

function isDescription(value: JsonValue | undefined): value is Recorded {
  return (
    typeof value === "object" && value !== null && "executor" in value && "blas" in value && "multiplyAdd" in value
  );
}

/**
 * The warning for somebody who resumes these runs with another executor than the one that began them: the further
 * iterates agree with those of an uninterrupted run up to rounding only. Undefined if it is the same or unknown.
 */
export function executorChange(directory: string, runs: readonly string[], portable = false): string | undefined {
  // A portable experiment goes on as one, whatever computes here otherwise.
  if (portable) return undefined;
  const now = named(describeExecutor());
  for (const name of runs) {
    const path = join(directory, name);
    if (!existsSync(join(path, runFileName))) continue;
    const { environment } = readRunFile(path);
    if (!isDescription(environment)) continue;
    const before = named(environment);
    if (before !== now) {
      return (
        `${path} was computed by ${before}, and is now computed by ${now}: the further iterates will agree with ` +
        "those of an uninterrupted run up to rounding, not bit for bit"
      );
    }
  }
  return undefined;
}
