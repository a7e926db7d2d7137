import { builtin } from "../../host.ts";

/**
 * Reads the bytes of a data file, given its path or `file:` address.
 *
 * @throws ERR_UNSUPPORTED in places without files; else whatever reading throws
 */
export function readShipped(file: string, who: string): Uint8Array {
  const path = file.startsWith("file:") ? builtin("node:url", who).fileURLToPath(file) : file;
  return builtin("node:fs", who).readFileSync(path);
}
