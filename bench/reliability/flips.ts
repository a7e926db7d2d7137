import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from, lastValueFrom } from "rxjs";
import { randomSource } from "../../src/random.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";
import { directoryFlips } from "../../test/support/flips.ts";
import { makeRows } from "../../test/support/rows.ts";
import { add, type Section } from "./section.ts";

const perRound = 100;

/** Flips single bits of the files of a run, anywhere, each in files that are whole otherwise. */
export const flips: Section = {
  name: "flips",
  promise: "no flipped bit is shown as good, and every batch that it spares is read",
  shortPart: 0.03,
  isDone: ({ flips = 0 }, part) => flips >= 10_000 * part,
  async begin() {
    const folder = mkdtempSync(join(tmpdir(), "fluxion-flips-"));
    const directory = join(folder, "run");
    await lastValueFrom(from(makeRows(40)).pipe(runDirectory(directory, { batch: { rows: 7 } })));
    const { bits, check } = directoryFlips(directory);
    return {
      round(index, before) {
        const random = randomSource(1, "flips", index);
        let counts = before;
        for (let i = 0; i < perRound; i++) {
          const name = check(Math.floor(random.uniform() * bits));
          counts = add(counts, { flips: 1, "shown as good": 0, [`in ${name}`]: 1 });
        }
        return counts;
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};
