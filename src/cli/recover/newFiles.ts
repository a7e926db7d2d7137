/** Files of a new directory, and how the system's refusals are worded. */
import { openFile } from "../../arrow/fileSource.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { writeFailure } from "../../sinks/files.ts";

/** A new file, which is made when its first bytes come. */
export function newFile(path: string): { readonly put: (bytes: Uint8Array) => void; readonly close: () => void } {
  let file: number | undefined;
  return {
    put: (bytes) =>
      writing(path, () => {
        file ??= disk.open(path, "wx");
        for (let at = 0; at < bytes.length; ) at += disk.write(file, bytes, at, bytes.length - at, null);
      }),
    close: () => writing(path, () => file !== undefined && disk.close(file)),
  };
}

/** Copies a file piece by piece. */
export function copyFile(from: string, to: string): void {
  const source = openFile(from);
  const { put, close } = newFile(to);
  try {
    const piece = 2 ** 20;
    for (let at = 0; ; at += piece) {
      const bytes = source.readAt(at, piece);
      put(bytes);
      if (bytes.length < piece) return;
    }
  } finally {
    source.close();
    close();
  }
}

/** Does something to a file, and words what the system refuses. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw writeFailure("recover", path, error);
  }
}
