import { basename, dirname, resolve } from "node:path";
import { type RunFile, readRunFile } from "../../arrow/runFile.ts";
import { isFluxionError } from "../../errors.ts";
import { experimentIfWhole } from "../experimentFile.ts";
import type { AlertSource } from "./tellers.ts";

/** What tells a run's experiment from others, so that a replay gives events the ids that they had on the live run. */
export function sourceOf(directory: string): AlertSource {
  const parent = dirname(resolve(directory));
  const experiment = experimentIfWhole(parent);
  if (experiment?.runs.includes(basename(directory)) === true) {
    return { began: experiment.began, experiment: basename(parent) };
  }
  return { began: beganOf(directory), experiment: basename(resolve(directory)) };
}

function beganOf(directory: string): string {
  try {
    const file: RunFile = readRunFile(directory);
    return file.attempts[0]?.began ?? "";
  } catch (error) {
    if (isFluxionError(error)) return "";
    throw error;
  }
}
