/**
 * The checksum of a JSON file: `run.json`, `experiment.json` and the like.
 *
 * One rule for all of them: the last entry of the object is `"checksum"`, eight hexadecimal digits. They are the CRC-32C
 * of the file's bytes in which these digits are zeros.
 */
import { stringify } from "../runMetadata.ts";
import { crc32c, hex } from "./checksum.ts";

const empty = "00000000";
const entry = /("checksum": ?")([0-9a-f]{8})("\s*\}\s*)$/;

/**
 * Writes an object as the text of a JSON file with a checksum, two spaces deep. A `checksum` of its own is replaced.
 * Numbers that are not finite become the texts "NaN", "Infinity" and "-Infinity".
 */
export function sealedJson(content: object): string {
  const { checksum: _, ...rest } = content as { readonly checksum?: unknown };
  const text = `${stringify({ ...rest, checksum: empty }, 2)}\n`;
  return text.replace(entry, (_all, before: string, _zeros, after: string) => before + hex(checksumOf(text)) + after);
}

/**
 * Tells whether the text of a JSON file has the checksum that it names. `unchecked`: it names none, as files of earlier
 * versions and files that were edited by hand and saved without it.
 */
export function jsonSeal(text: string): "whole" | "damaged" | "unchecked" {
  const found = entry.exec(text);
  if (found === null) return "unchecked";
  const [, before, digits, after] = found;
  const zeroed = text.slice(0, found.index) + before + empty + after;
  return hex(checksumOf(zeroed)) === digits ? "whole" : "damaged";
}

function checksumOf(text: string): number {
  return crc32c(new TextEncoder().encode(text));
}
