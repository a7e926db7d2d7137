import { failure } from "../errors.ts";
import { builtin } from "../host.ts";
import { withReserve } from "./checks/descriptors.ts";
import { refuseLink } from "./checks/ownFiles.ts";
import { readFailure } from "./fileSource.ts";

/** The file with the rows of one attempt. */
export interface AttemptFile {
  readonly attempt: number;
  readonly path: string;
}

/** Gives the number of the attempt whose rows a file of this name holds; undefined for other names. */
export function attemptOf(name: string): number | undefined {
  const digits = /^iterates-(\d{1,15})\.arrows$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Lists the files of the attempts in a run directory, the oldest first. Attempt 10000 comes after attempt 9999, though
 * not in the order of the names.
 *
 * @throws ERR_READ if the directory cannot be read, ERR_RUN_FILE if it holds no attempt, ERR_RUN_LINK
 */
export function attemptFiles(directory: string): readonly AttemptFile[] {
  const files = attemptFilesIfAny(directory);
  if (files.length > 0) return files;
  throw failure("ERR_RUN_FILE", `replay: ${directory} is not a run directory: it does not hold iterates-0001.arrows`);
}

/** Does what {@link attemptFiles} does where a run may not have begun: a directory without files gives none. */
export function attemptFilesIfAny(directory: string): readonly AttemptFile[] {
  let names: readonly string[];
  try {
    names = withReserve(directory, () => builtin("node:fs", "replay").readdirSync(directory));
  } catch (error) {
    throw readFailure(directory, error);
  }
  const files = names.flatMap((name) => {
    const attempt = attemptOf(name);
    return attempt === undefined ? [] : [{ attempt, path: `${directory}/${name}` }];
  });
  for (const { path } of files) refuseLink(path);
  return files.sort((a, b) => a.attempt - b.attempt);
}

/**
 * Gives the step before which the rows of an attempt count: the newest attempt wins, from its first step on.
 *
 * @param firstSteps first step of each attempt, the oldest first; undefined or Infinity for one that does not have a row
 * @param index place of the attempt in the list
 * @param newest place of the newest attempt that is looked at. Default: the last one
 */
export function endOfAttempt(
  firstSteps: readonly (number | undefined)[],
  index: number,
  newest = firstSteps.length - 1,
): number {
  let end = Number.POSITIVE_INFINITY;
  for (let later = index + 1; later <= newest; later++) end = Math.min(end, firstSteps[later] ?? end);
  return end;
}
