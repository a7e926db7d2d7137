/** Turns whatever went wrong into one message and an exit code. */
import { CommanderError } from "commander";
import { isFluxionError } from "../errors.ts";
import { WorkerFailure } from "../experiments/threads/searchThread.ts";
import { note } from "./output/say.ts";

/** Exit code after bad input, or after anything else that keeps the command from doing what it was asked. */
const exitBadInput = 2;

/** The message of an error, without its stack. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isFluxionError(error) || error instanceof WorkerFailure) return error.message;
  return error.message === "" ? error.name : error.message;
}

/** Prints the error to standard error; returns the exit code. */
export function complain(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has printed the message already.
    return error.exitCode === 0 ? 0 : exitBadInput;
  }
  note(`fluxion: ${inWordsOfCommand(messageOf(error))}${placeOf(error)}`);
  if (debug) note(stackOf(error));
  return exitBadInput;
}

/**
 * A message without the name of the function of the library that gave it, which nobody who types a command has called.
 * Names that are also those of commands (`replay`, `resume`) stay.
 */
export function inWordsOfCommand(message: string): string {
  return message.replace(/^(?:createViewerServer|runDirectory|arrowFile|readRun|campaign): /, "");
}

/** The folder of fluxion's own files, compiled or not. */
const ownFolder = new URL("../", import.meta.url);

/** The place in a user's module where an error of the search arose; empty if there is none or the message names it. */
function placeOf(error: unknown): string {
  if (!(error instanceof WorkerFailure)) return "";
  for (const line of error.workerStack?.split("\n") ?? []) {
    const [, file, position] =
      /^\s+at (?:.*\()?(?:file:\/\/)?(\/[^()]+?|[A-Za-z]:[^()]+?)(:\d+:\d+)\)?$/.exec(line) ?? [];
    if (file === undefined || /[\\/]node_modules[\\/]/.test(file) || file.startsWith(ownFolder.pathname)) continue;
    return error.message.includes(`${file}:`) ? "" : ` (at ${file}${position})`;
  }
  return "";
}

function stackOf(error: unknown): string {
  if (error instanceof WorkerFailure && error.workerStack !== undefined) return error.workerStack;
  if (!(error instanceof Error)) return "";
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? ""}${cause}`;
}
