/** The events of which a command or a webhook has been told, so that a resumed session tells of the others. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readOwnFile, refuseLink } from "../../arrow/checks/ownFiles.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { checkLease, type LeaseClaim } from "../../sinks/lease.ts";

/** Name of the file in the directory of an experiment: one line of JSON for each event that was told. */
const fileName = "told.jsonl";

interface Ledger {
  knows(to: string, id: string): boolean;
  note(to: string, id: string): void;
}

/**
 * Reads what a directory says, and adds to it. What was told is noted afterwards, so that a kill in between means that
 * it is told again: at least once. A line that cannot be read counts for nothing.
 */
export function openLedger(directory: string, lease: LeaseClaim): Ledger {
  const path = join(directory, fileName);
  const told = new Set<string>();
  if (existsSync(path)) {
    for (const line of readOwnFile(path).toString("utf8").split("\n")) {
      try {
        const { to, id } = JSON.parse(line) as { readonly to?: unknown; readonly id?: unknown };
        told.add(`${to} ${id}`);
      } catch {
        // The last line of a killed process.
      }
    }
  }
  return {
    knows: (to, id) => told.has(`${to} ${id}`),
    note(to, id) {
      told.add(`${to} ${id}`);
      checkLease("run", lease);
      refuseLink(path);
      const line = new TextEncoder().encode(`${JSON.stringify({ to, id, at: new Date().toISOString() })}\n`);
      const file = disk.open(path, "a");
      try {
        disk.write(file, line, 0, line.length, null);
      } finally {
        disk.close(file);
      }
    },
  };
}
