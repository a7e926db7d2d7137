import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { refuseLink } from "../../arrow/checks/ownFiles.ts";
import type { Points } from "../../arrow/encoder.ts";
import type { Row, Run } from "../../arrow/row.ts";
import { discard } from "../../sinks/atomicFile.ts";
import { defineSink, type RowSink } from "../../sinks/defineSink.ts";
import { disk } from "../../sinks/fileSystem.ts";
import { writeFailure } from "../../sinks/files.ts";
import { checkLease, type LeaseClaim } from "../../sinks/lease.ts";
import { type FileRecording, recordToFile } from "../../sinks/recordToFile.ts";

const who = "campaign";

/**
 * Writes all rows of a campaign into `iterates.arrows` and the last row of each search into `ends.arrows`.
 *
 * `ends.arrows` includes the points. `iterates.arrows` does not: they are in the searches' own files, and storing them
 * twice would double the size of a campaign.
 *
 * An Arrow file has one schema, so searches whose columns differ from those of the first go to `iterates-2.arrows`,
 * `ends-2.arrows`, and so on. A resumed campaign emits all its rows again, into a file beside the former one, which it
 * replaces at the end. A session that ends before it has come as far as the former one leaves the former file as it is.
 */
export function campaignFiles(directory: string, lease?: LeaseClaim): RowSink {
  const guard = lease === undefined ? undefined : (): void => checkLease(who, lease);
  return defineSink({
    name: who,
    begin: () => {
      const pairs = new Map<string, { readonly iterates: FileRecording; readonly ends: FileRecording }>();
      /** The newest attempt of each run, whose last row is the end of the run. */
      const newest = new Map<string, Run>();
      const pairFor = (run: Run, fail: (error: unknown) => void): { iterates: FileRecording; ends: FileRecording } => {
        const key = JSON.stringify(run.columns);
        const known = pairs.get(key);
        if (known !== undefined) return known;
        const number = pairs.size === 0 ? "" : `-${pairs.size + 1}`;
        const file = (name: string, points: Points): FileRecording => {
          guard?.();
          return replacing(join(directory, `${name}${number}.arrows`), (path) =>
            recordToFile(who, path, run, { overwrite: true, points }, fail, {
              ...(guard === undefined ? {} : { guard: guard }),
            }),
          );
        };
        const iterates = file("iterates", "none");
        try {
          const pair = { iterates, ends: file("ends", "all") };
          pairs.set(key, pair);
          return pair;
        } catch (error) {
          iterates.close();
          throw error;
        }
      };
      return {
        open({ run }, fail) {
          const { iterates, ends } = pairFor(run, fail);
          let last: Row | undefined;
          newest.set(run.name, run);
          return {
            append(row) {
              iterates.append(row);
              last = row;
            },
            close({ how }) {
              const over = how === "completed" && newest.get(run.name) === run;
              if (over && last !== undefined) ends.append(last);
            },
          };
        },
        end() {
          const errors: unknown[] = [];
          for (const file of [...pairs.values()].flatMap(({ iterates, ends }) => [iterates, ends])) {
            try {
              file.close();
            } catch (error) {
              errors.push(error);
            }
          }
          if (errors.length > 0) throw errors[0];
        },
      };
    },
  });
}

/** Records into a file beside the one that is there, and puts it in that one's place if it has become no shorter. */
function replacing(path: string, record: (path: string) => FileRecording): FileRecording {
  const beside = `${path}.part`;
  for (const each of [path, beside]) refuseLink(each);
  if (!existsSync(path)) return record(path);
  const file = record(beside);
  return {
    get rows() {
      return file.rows;
    },
    append: file.append,
    close() {
      file.close();
      const size = (of: string): number => statSync(of, { throwIfNoEntry: false })?.size ?? -1;
      try {
        if (size(beside) >= size(path)) disk.rename(beside, path);
        else discard(undefined, beside);
      } catch (error) {
        throw writeFailure(who, path, error);
      }
    },
  };
}
