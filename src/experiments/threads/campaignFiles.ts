import { join } from "node:path";
import type { Points } from "../../arrow/encoder.ts";
import type { Row, Run } from "../../arrow/row.ts";
import { defineSink, type RowSink } from "../../sinks/defineSink.ts";
import { type FileRecording, recordToFile } from "../../sinks/recordToFile.ts";

const who = "campaign";

/**
 * Writes all rows of a campaign into `iterates.arrows` and the last row of each search into `ends.arrows`.
 *
 * `ends.arrows` includes the points. `iterates.arrows` does not: they are in the searches' own files, and storing them
 * twice would double the size of a campaign.
 *
 * An Arrow file has one schema, so searches whose columns differ from those of the first go to `iterates-2.arrows`,
 * `ends-2.arrows`, and so on. Each session rewrites both files, since a resumed campaign emits all its rows again.
 */
export function campaignFiles(directory: string): RowSink {
  return defineSink({
    name: who,
    begin: () => {
      const pairs = new Map<string, { readonly iterates: FileRecording; readonly ends: FileRecording }>();
      const pairFor = (run: Run, fail: (error: unknown) => void): { iterates: FileRecording; ends: FileRecording } => {
        const key = JSON.stringify(run.columns);
        const known = pairs.get(key);
        if (known !== undefined) return known;
        const number = pairs.size === 0 ? "" : `-${pairs.size + 1}`;
        const file = (name: string, points: Points): FileRecording =>
          recordToFile(who, join(directory, `${name}${number}.arrows`), run, { overwrite: true, points }, fail);
        const pair = { iterates: file("iterates", "none"), ends: file("ends", "all") };
        pairs.set(key, pair);
        return pair;
      };
      return {
        open({ run }, fail) {
          const { iterates, ends } = pairFor(run, fail);
          let last: Row | undefined;
          return {
            append(row) {
              iterates.append(row);
              last = row;
            },
            close({ how }) {
              if (how === "completed" && last !== undefined) ends.append(last);
            },
          };
        },
        end() {
          for (const { iterates, ends } of pairs.values()) {
            iterates.close();
            ends.close();
          }
        },
      };
    },
  });
}
