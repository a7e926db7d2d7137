/** Keeps of the runs of a campaign what another worker needs to go on with them: a checkpoint, for long runs only. */
import { existsSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { EMPTY, finalize, type Observable, tap } from "rxjs";
import type { Row } from "../../arrow/row.ts";
import { isFluxionError } from "../../errors.ts";
import { checkpointFileName, checkpointWriter, loadCheckpoint } from "../../sinks/checkpointFile.ts";
import { disk } from "../../sinks/fileSystem.ts";
import type { Checkpoint } from "../../streams/types.ts";
import type { EarlierRun, RunStore } from "../framework/context.ts";

/** Folder of the checkpoints in the directory of a campaign. */
export const checkpointsFolder = "checkpoints";

/** Milliseconds for which a run leaves no checkpoint: what is lost of it by then is soon done again. */
const young = 5000;

/**
 * Makes the store. The checkpoint of a run is removed when the run ends. Rows before a checkpoint are not kept, since
 * the end of a run does not depend on them.
 *
 * @param directory directory of the campaign
 * @param wanted whether the runs that begin now are of the campaign; a trajectory before it is not
 */
export function checkpointStore(directory: string, wanted: () => boolean): RunStore {
  return {
    earlier(name): EarlierRun | undefined {
      const path = join(directory, checkpointsFolder, name);
      if (!wanted() || !existsSync(join(path, checkpointFileName))) return undefined;
      try {
        return { finished: false, rows: () => EMPTY, checkpoint: loadCheckpoint(path) };
      } catch (error) {
        // A damaged checkpoint costs time: the run begins again.
        if (isFluxionError(error)) return undefined;
        throw error;
      }
    },
    keep(name) {
      if (!wanted()) return { record: (rows) => rows, save: () => {} };
      const path = join(directory, checkpointsFolder, name);
      const began = Date.now();
      const write = checkpointWriter(path, false);
      let saved = existsSync(path);
      let over = false;
      const remove = (): void => {
        if (!over || !saved) return;
        disk.remove(join(path, checkpointFileName));
        try {
          rmdirSync(path);
        } catch {
          // Another worker, to whom the run was given too, has just saved one.
        }
      };
      return {
        record: (rows: Observable<Row>) =>
          rows.pipe(
            tap((row) => {
              over = row.status !== "running";
            }),
            finalize(remove),
          ),
        save(checkpoint: Checkpoint) {
          if (Date.now() - began < young) return;
          write(checkpoint);
          saved = true;
        },
      };
    },
  };
}
