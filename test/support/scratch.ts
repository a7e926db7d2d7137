import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let count = 0;
let root: string | undefined;

/** A path in a directory of this process that is removed when it ends; nothing is there yet. */
export function scratchPath(name = "run"): string {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), "fluxion-test-"));
    process.on("exit", () => rmSync(made, { recursive: true, force: true }));
    root = made;
  }
  count++;
  return join(root, `${count}-${name}`);
}
