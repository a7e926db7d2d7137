/** A file that appears under its name when it is complete: a kill leaves no half of it there. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { failure } from "../../errors.ts";
import { discard, openTemporary, temporaryName } from "../../sinks/atomicFile.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { makeDirectory, writeFailure } from "../../sinks/files.ts";

export interface NewFile {
  readonly write: (bytes: Uint8Array) => void;
}

/**
 * Writes a new file by `fill`.
 *
 * @throws ERR_RUN_EXISTS if there is one and `overwrite` is false, ERR_WRITE
 */
export async function writeNewFile(
  who: string,
  path: string,
  overwrite: boolean,
  fill: (file: NewFile) => void | Promise<void>,
): Promise<void> {
  if (existsSync(path) && !overwrite) {
    throw failure("ERR_RUN_EXISTS", `${who}: ${path} exists already; choose another name, or add --overwrite`);
  }
  makeDirectory(who, dirname(path));
  const temporary = temporaryName(path);
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw writeFailure(who, path, error);
    }
  };
  let file: number | undefined = attempt(() => openTemporary(temporary));
  try {
    const open = file;
    await fill({
      write: (bytes) =>
        attempt(() => {
          for (let at = 0; at < bytes.length; ) at += disk.write(open, bytes, at, bytes.length - at, null);
        }),
    });
    attempt(() => disk.close(open));
    file = undefined;
    attempt(() => disk.rename(temporary, path));
  } catch (error) {
    discard(file, temporary);
    throw error;
  }
}
