/** Reads part files: whole ones for the merge, and growing ones while their workers write. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Table, tableFromIPC } from "apache-arrow";
import type { Damage } from "../../arrow/checks/damage.ts";
import { findMessage } from "../../arrow/checks/findMessage.ts";
import { isWhole } from "../../arrow/checks/seal.ts";
import { concatenate } from "../../arrow/encoder.ts";
import { openFile } from "../../arrow/fileSource.ts";
import { streamMessages } from "../../arrow/messages.ts";
import { endOfStream } from "../../arrow/recordBatch.ts";
import { campaignKey, partsFolder, workerKey } from "./partWriter.ts";

/** A batch of ends, and whose it is. */
export interface EndBatch {
  readonly table: Table;
  /** Name of the worker that wrote it. */
  readonly worker: string;
  /** Id of the campaign to which it belongs. */
  readonly campaign: string;
}

/** Paths of the part files of a campaign, in the order of their names. */
export function partFiles(directory: string): string[] {
  try {
    return readdirSync(join(directory, partsFolder))
      .filter((name) => name.endsWith(".arrows"))
      .sort()
      .map((name) => join(directory, partsFolder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Yields the whole batches of a part file, and returns the number of bytes of a torn one at its end. */
export function* batchesOf(path: string, onDamage: (damage: Damage) => void): Generator<EndBatch, number> {
  if (statSync(path).size === 0) return 0;
  const file = openFile(path);
  try {
    let header: Uint8Array | undefined;
    const messages = streamMessages(file.readAt, path, { onDamage, strict: true });
    for (;;) {
      const { done, value } = messages.next();
      if (done === true) return value.tornBytes;
      if (value.kind === "schema") header = value.bytes.slice();
      else if (value.kind === "batch" && header !== undefined) yield decoded(header, value.bytes);
    }
  } finally {
    file.close();
  }
}

function decoded(header: Uint8Array, batch: Uint8Array): EndBatch {
  const table = tableFromIPC(concatenate([header, batch, endOfStream]));
  const { metadata } = table.schema;
  return { table, worker: metadata.get(workerKey) ?? "?", campaign: metadata.get(campaignKey) ?? "?" };
}

/** Follows the part files of a campaign as they grow, in this process or in any other that shares the directory. */
export class PartFollower {
  readonly #files = new Map<string, { offset: number; header: Uint8Array | undefined }>();

  constructor(private readonly directory: string) {}

  /** Gives each whole batch that was written since the last call to a function. */
  read(take: (batch: EndBatch) => void): void {
    for (const path of partFiles(this.directory)) {
      let state = this.#files.get(path);
      if (state === undefined) {
        state = { offset: 0, header: undefined };
        this.#files.set(path, state);
      }
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= state.offset) continue;
      const file = openFile(path);
      try {
        for (;;) {
          const found = findMessage(file.readAt, state.offset, false);
          // A torn message is one that is being written, or that a kill has left; damage is for the merge to tell.
          if (found.is !== "message") break;
          const bytes = file.readAt(state.offset, found.length);
          if (bytes.length < found.length) break;
          state.offset += found.length;
          if (!isWhole(bytes)) continue;
          if (found.kind === "schema") state.header = bytes.slice();
          else if (found.kind === "batch" && state.header !== undefined) take(decoded(state.header, bytes));
        }
      } finally {
        file.close();
      }
    }
  }
}
