import { builtin } from "../../host.ts";

/** The bytes of a data file, by its path or `file:` address. @throws ERR_UNSUPPORTED where there are no files, else what reading throws */
export function readShipped(file: string, who: string): Uint8Array {
  const path = file.startsWith("file:") ? builtin("node:url", who).fileURLToPath(file) : file;
  return builtin("node:fs", who).readFileSync(path);
}
