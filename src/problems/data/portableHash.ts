import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** SHA-256 of two parts without Node, for browsers, where the built-in one would have to be awaited. */
export function portableHash(head: Uint8Array, body: Uint8Array): string {
  return bytesToHex(sha256.create().update(head).update(body).digest());
}

/** SHA-256 of parts without Node, with the members of Node's. */
export function portableDigest(): { update(part: Uint8Array): unknown; digest(encoding: "hex"): string } {
  const digest = sha256.create();
  return { update: (part) => digest.update(part), digest: () => bytesToHex(digest.digest()) };
}
